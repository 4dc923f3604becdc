"""Pages about graded work: the class for its instructor, the submission for its student."""
