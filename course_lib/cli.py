"""The ``course`` command: each subcommand is a few lines over the module that does the work.

Those modules are imported inside the commands, so that ``course --help`` answers at once.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from json import dumps
from pathlib import Path
from typing import Annotated

import typer

import course_lib.startup  # noqa: F401  (before anything that imports nbgrader)

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Build the book, release and grade assignments.",
)
data_app = typer.Typer(no_args_is_help=True, help="Fetch data that comes with no package.")
app.add_typer(data_app, name="data")
HERE = "run it in the folder of the course"


def fail(command: str, error: Exception | str) -> typer.Exit:
    """Print one sentence on stderr; raise what is returned."""
    typer.echo(f"course {command}: {error}", err=True)
    return typer.Exit(1)


@contextmanager
def stoppable(command: str, said: str) -> Iterator[None]:
    """End with one sentence on Ctrl-C, also while modules are imported."""
    try:
        yield
    except KeyboardInterrupt:
        raise fail(command, said) from None


@app.command()
def build() -> None:
    """Build the book into _build/html; a warning or a cell that fails is an error."""
    from course_lib import book

    try:
        page = book.build(Path.cwd())
    except book.BuildError as error:
        raise fail("build", error) from None
    typer.echo(f"book: {page}")


@app.command()
def pdf() -> None:
    """Print the built book into one file, _build/book.pdf, with Chromium."""
    from course_lib import book
    from course_lib import pdf as printing

    try:
        whole = printing.print_book(Path.cwd(), progress=True)
    except book.BuildError as error:
        raise fail("pdf", error) from None
    typer.echo(f"book: {whole}")


@app.command()
def serve(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes any free port.")] = 8000,
    browser: Annotated[bool, typer.Option(help="Open the book in a browser.")] = True,
) -> None:
    """Show the built book at http://localhost:PORT until Ctrl-C."""
    from course_lib import book

    try:
        book.serve(Path.cwd(), port, browser=browser)
    except book.BuildError as error:
        raise fail("serve", error) from None


@app.command()
def notebooks(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Lecture notebooks; all of the book's if none.")
    ] = None,
    check: Annotated[bool, typer.Option(help="Write nothing, say what is stale.")] = False,
) -> None:
    """Execute lecture notebooks and store their outputs, without pictures and widget state."""
    from tqdm import tqdm

    from course_lib import notebooks

    stale = False
    paths = paths or notebooks.lecture_notebooks(Path.cwd())
    if not paths:
        raise fail("notebooks", f"{Path.cwd()} has no notebook in book/; {HERE}")
    for path in tqdm(paths, unit="notebook", disable=None):
        try:
            fresh = notebooks.execute(path)
        except notebooks.NotebookError as error:
            raise fail("notebooks", error) from None
        differences = list(notebooks.changes(notebooks.read(path), fresh))
        stale = stale or bool(differences)
        for difference in differences:
            tqdm.write(f"{path}: {difference}")
        if not check:
            notebooks.write(fresh, path)
    if check and stale:
        raise fail("notebooks", "stored outputs are stale; run `course notebooks`")


@app.command()
def release(
    names: Annotated[
        list[str] | None, typer.Argument(help="Assignments; all of them if none.")
    ] = None,
    check: Annotated[bool, typer.Option(help="Write nothing, say what is stale.")] = False,
    force: Annotated[bool, typer.Option(help="Overwrite a release edited by hand.")] = False,
) -> None:
    """Generate exercises/NAME from solutions/NAME, without solutions and hidden tests."""
    from course_lib.grading import pipeline
    from course_lib.notebooks import NotebookError

    root, stale = Path.cwd(), False
    names = names or pipeline.assignments(root)
    if not names:
        raise fail("release", f"{root} has no solutions/NAME/NAME.ipynb; {HERE}")
    try:
        for name in names:
            if not check:
                typer.echo(f"released: {pipeline.release(root, name, force=force)}")
            elif problem := pipeline.stale_release(root, name):
                stale = True
                typer.echo(problem, err=True)
    except (pipeline.GradingError, NotebookError) as error:
        raise fail("release", error) from None
    if stale:
        raise typer.Exit(1)


@app.command()
def demo(
    folder: Annotated[Path, typer.Option(help="Where the demo class lives.")] = Path("_build/demo"),
    students: Annotated[int, typer.Option(min=0, help="How many; 0 is the class of eight.")] = 0,
    assignment: Annotated[str, typer.Option(help="What they hand in.")] = "metrics",
    seed: Annotated[int, typer.Option(min=0, help="Another one gives other students.")] = 0,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Submissions at once; a quarter more than processors.")
    ] = None,
) -> None:
    """Grade a demo class of eight (right, blank, broken, endless …), or a larger one."""
    from course_lib.grading import demo, pipeline, sandbox, showing
    from course_lib.grading.reports import page
    from course_lib.notebooks import NotebookError

    if not students and assignment != demo.ASSIGNMENT:
        raise fail("demo", f"the eight hand in {demo.ASSIGNMENT!r}; add --students for another one")
    course = folder.resolve()
    try:
        if students:
            api, lines = demo.run_crowd(Path.cwd(), course, assignment, students, seed, jobs)
            showing.summary(assignment, lines)
            problems = [f"{line.student}: {line.problem}" for line in lines if line.problem]
        else:
            api, results = demo.run(Path.cwd(), course)
            demo.show(results)
            problems = [f"{r.student}: {r.problem}" for r in results if r.problem]
        report = page.write(api, assignment, course / f"report-{assignment}.html", names=True)
    except (pipeline.GradingError, NotebookError) as error:
        raise fail("demo", error) from None
    if reason := sandbox.missing():
        typer.echo(f"graded without a sandbox, which only these notebooks deserve: {reason}")
    typer.echo(f"report: {report}")
    if problems:
        raise fail("demo", "; ".join(problems))


@app.command()
@stoppable("grade", "stopped; run it again to go on")
def grade(
    name: Annotated[str, typer.Argument(help="The assignment.")],
    only: Annotated[
        list[str] | None, typer.Option(help="A student; may be given several times.")
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Submissions at once; a quarter more than processors.")
    ] = None,
    force: Annotated[bool, typer.Option(help="Grade again what has not changed.")] = False,
    feedback: Annotated[bool, typer.Option(help="Write the feedback pages, too.")] = True,
    scheduler: Annotated[
        str | None, typer.Option(help="A Dask scheduler, tls://HOST:PORT, whose workers examine.")
    ] = None,
    unsafe_no_sandbox: Annotated[
        bool,
        typer.Option("--unsafe-no-sandbox", help="Run the code as yourself; marks the results."),
    ] = False,
) -> None:
    """Grade what was handed in to submitted/STUDENT/NAME; goes on where it was stopped."""
    from course_lib.grading import batch, pipeline, showing
    from course_lib.notebooks import NotebookError

    try:
        api = pipeline.course(Path.cwd())
        pipeline.source_notebook(Path.cwd(), name)
        pipeline.confine(api, confined=not unsafe_no_sandbox)
        students = pipeline.submitted(api, name, only)
        if not pipeline.is_released(api, name):
            pipeline.release(Path.cwd(), name)
        run = batch.Run(
            api,
            name,
            students,
            jobs,
            force=force,
            feedback=feedback,
            watching=lambda: showing.progress(len(students)),
            scheduler=scheduler,
        )
        lines = run()
    except (pipeline.GradingError, NotebookError) as error:
        raise fail("grade", error) from None
    showing.summary(name, lines)
    if failed := [line for line in lines if line.problem]:
        raise fail("grade", "; ".join(f"{line.student}: {line.problem}" for line in failed))


@app.command()
def check(
    notebook: Annotated[Path, typer.Argument(help="Your notebook; it is not changed.")],
) -> None:
    """Run a whole assignment from top to bottom and say which of its checks pass."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text
    from tqdm import tqdm

    from course_lib.grading import rehearsal
    from course_lib.notebooks import NotebookError

    def progress(cells):
        return tqdm(cells, "running", unit="cell", disable=None, leave=False)

    try:
        rows = rehearsal.rehearse(notebook, progress)
    except NotebookError as error:
        raise fail("check", error) from None
    table = Table("exercise", "points", "what the check says", title=notebook.name)
    for row in rows:
        score = "-" if row.score is None else f"{round(row.score, 2):g}"
        table.add_row(row.exercise, f"{score} / {row.points:g}", Text(row.said or "✓"))
    Console().print(table)
    tested = [(row.score, row.points) for row in rows if row.score is not None]
    earned, possible = (sum(column) for column in zip(*tested)) if tested else (0, 0)
    typer.echo(f"{round(earned, 2):g} of {possible:g} points that the checks in it can give.")
    typer.echo("Other inputs and edge cases are tried when it is graded.")
    if earned < possible:
        raise typer.Exit(1)


@app.command("new-assignment")
def new_assignment(
    name: Annotated[str, typer.Argument(help="A short word: it becomes a folder and a module.")],
) -> None:
    """Make a small assignment that works, to be turned into your own."""
    from course_lib.grading import authoring, pipeline

    try:
        for path in authoring.create(Path.cwd(), name):
            typer.echo(f"made: {path}")
    except pipeline.GradingError as error:
        raise fail("new-assignment", error) from None
    typer.echo("Now see “Writing an assignment” in the book.")


@app.command()
def report(
    name: Annotated[str, typer.Argument(help="The assignment.")],
    to: Annotated[
        Path | None, typer.Option(help="The page; _build/reports/NAME.html if not given.")
    ] = None,
    names: Annotated[bool, typer.Option("--names", help="Say who students are.")] = False,
    csv: Annotated[
        Path | None, typer.Option(help="Instead, everybody's points as a table for an LMS.")
    ] = None,
) -> None:
    """Write a page about how the class did; students have pseudonyms there."""
    from course_lib.grading import pipeline
    from course_lib.grading.reports import page
    from course_lib.notebooks import NotebookError

    try:
        api = pipeline.course(Path.cwd())
        pipeline.source_notebook(Path.cwd(), name)
        if csv:
            untold = page.export(api, name, csv)
            typer.echo(f"points: {csv}")
            if untold:
                typer.echo(f"course report: {untold}", err=True)
        else:
            target = to or Path("_build/reports") / f"{name}.html"
            typer.echo(f"report: {page.write(api, name, target, names=names)}")
    except (pipeline.GradingError, NotebookError) as error:
        raise fail("report", error) from None


@app.command()
def doctor() -> None:
    """Say whether this machine can grade submissions safely, and how to mend it."""
    from course_lib.grading import doctor

    findings = doctor.examine()
    for finding in findings:
        mark = "✓" if finding.good else "✗" if finding.needed else "!"
        typer.echo(f"{mark} {finding.what + ':':16}{finding.said}")
    if not all(finding.good for finding in findings if finding.needed):
        raise typer.Exit(1)


@app.command()
def where() -> None:
    """Say where the book, the gradebook and the feedback pages are."""
    places = {
        "book": "_build/html/index.html",
        "gradebook": "_build/demo/gradebook.db",
        "feedback": "_build/demo/feedback/swapped/metrics/metrics.html",
    }
    for what, place in places.items():
        path = Path.cwd() / place
        typer.echo(f"{what + ':':11}{path if path.exists() else 'not made yet (run `make`)'}")


@app.command("coco-eval")
def coco_eval(
    annotations: Annotated[Path, typer.Argument(help="COCO's annotations, a JSON file.")],
    results: Annotated[Path, typer.Argument(help="A detector's results, a JSON file.")],
    segm: Annotated[bool, typer.Option("--segm", help="Compare masks instead of boxes.")] = False,
    json: Annotated[Path | None, typer.Option(help="Write the numbers to this file too.")] = None,
) -> None:
    """Print the table of COCO's official evaluation of a detector."""
    import warnings

    from course_lib.metrics import coco_evaluate

    try:
        with warnings.catch_warnings(record=True) as notes:
            warnings.simplefilter("always")
            result = coco_evaluate(
                annotations,
                results,
                iou_type="segm" if segm else "bbox",
                progress=sys.stderr.isatty(),
            )
        if json:
            json.write_text(dumps(result.as_dict(), indent=2) + "\n")
    except OSError as error:
        raise fail("coco-eval", f"{error.filename}: {error.strerror}") from None
    except (ValueError, ImportError) as error:
        raise fail("coco-eval", error) from None
    for note in notes:
        typer.echo(f"course coco-eval: {note.message}", err=True)
    typer.echo(result)


@data_app.command()
def mnist(
    folder: Annotated[Path, typer.Argument(help="Where the four files go.")] = Path("data/mnist"),
) -> None:
    """Download the MNIST digits (11 MB) and compare their checksums."""
    from course_lib.data.download import download_mnist

    try:
        for path in download_mnist(folder):
            typer.echo(path)
    except OSError as error:
        said = f"{error.filename}: {error.strerror}" if error.filename else error
        raise fail("data mnist", said) from None
