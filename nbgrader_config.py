"""nbgrader's settings: this folder is an nbgrader course, with our names for two of its folders."""

c = get_config()  # noqa: F821  (nbgrader puts it here)

c.CourseDirectory.course_id = "foundations-of-deep-learning"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"
# Files beside a source notebook are copied into the release, except these.
c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", "assignment.toml", ".*"]

# ipykernel 7 warns on stderr about every kernel that listens on this machine only.
c.Execute.extra_arguments = ["--log-level=ERROR"]
c.Execute.timeout = 60  # seconds a cell; an endless loop costs its cell, not the submission
c.Autograde.sanitize_preprocessors = [
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.DeduplicateIds",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "course_lib.grading.restore.RestoreCells",  # cells that the student deleted are put back
    "nbgrader.preprocessors.OverwriteCells",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.ClearSolutions.code_stub = {"python": "raise NotImplementedError  # your code here"}
