"""nbgrader's settings: this folder is an nbgrader course, with our names for two of its folders."""

import os

c = get_config()  # noqa: F821  (nbgrader puts it here)

c.CourseDirectory.course_id = "foundations-of-deep-learning"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"
# The gradebook: SQLite beside this file, or any other database, for example postgresql+psycopg://user@host/grades
if "COURSE_DB_URL" in os.environ:
    c.CourseDirectory.db_url = os.environ["COURSE_DB_URL"]
# Files beside a source notebook are copied into the release, except these.
c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", "assignment.toml", ".*"]
c.CourseDirectory.ignore += ["predictions.csv"]  # what the solution of lenet writes when it is run

# Grading: plain files come in, the release's cells are put back, and then students' code runs in
# a sandbox and the tests outside of it (see "How grading stays honest" in the book).
c.Autograde.pre_convert_hook = "course_lib.grading.admission.admit"
c.Autograde.exporter_class = "course_lib.grading.admission.SubmissionExporter"
c.Autograde.sanitize_preprocessors = [
    "course_lib.grading.restore.RestoreCells",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.DeduplicateIds",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.OverwriteCells",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.Autograde.autograde_preprocessors = [
    "course_lib.grading.examine.Examine",  # in the place of nbgrader's Execute
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.GenerateFeedback.exporter_class = "course_lib.grading.reports.feedback.FeedbackExporter"
c.GenerateFeedback.preprocessors = [
    "course_lib.grading.reports.feedback.Explain",  # nbgrader's GetGrades, and reasons
    "course_lib.grading.examine.HideTests",
]
c.ExportApp.plugin_class = "course_lib.grading.reports.table.CsvExport"  # nbgrader's, with quotes
# Where the book is to be found, for the links of feedback pages (or html.baseurl in _config.yml):
# c.Explain.book = "https://course.university.edu/"
c.ClearSolutions.code_stub = {"python": "raise NotImplementedError  # your code here"}
