"""The gradebook's database, looked at before it is used: can it be reached, and is it known?"""

from pathlib import Path

import nbgrader
import sqlalchemy
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from nbgrader.api import Comment, Grade, SubmittedAssignment, SubmittedNotebook
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.schema import CreateIndex

CONNECT_SECONDS = 10  # for a server that does not answer
# What of a submission is found by and nbgrader has no index of: without one, each look at a
# submission goes through all that there are. Where this is imported, new gradebooks have them too.
INDEXES = [
    sqlalchemy.Index(f"course_{column.table.name}_{column.name}", column)
    for column in (
        SubmittedAssignment.__table__.c.student_id,
        SubmittedNotebook.__table__.c.assignment_id,
        Grade.__table__.c.notebook_id,
        Comment.__table__.c.notebook_id,
    )
]


class DatabaseError(Exception):
    """A gradebook that cannot be used, in one sentence without its password."""


def examine(url: str) -> None:
    """Open the gradebook at ``url`` and close it again; a new SQLite file is not made.

    Raises
    ------
    DatabaseError
        If the URL is none, no driver is installed for it, the server cannot be reached, or a
        newer nbgrader has changed its tables.
    """
    try:
        address = sqlalchemy.make_url(url)
        shown = address.render_as_string(hide_password=True)
    except ArgumentError:
        raise DatabaseError(
            f"the gradebook's address (COURSE_DB_URL) is {url!r}, expected something like "
            "postgresql+psycopg://user@host/grades"
        ) from None
    if address.get_backend_name() == "sqlite" and not Path(address.database or "").exists():
        return
    settings = (
        {} if address.get_backend_name() == "sqlite" else {"connect_timeout": CONNECT_SECONDS}
    )
    try:
        engine = sqlalchemy.create_engine(address, connect_args=settings)
        with engine.connect() as connection:
            found = revision(connection)
    except (SQLAlchemyError, ImportError) as error:
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        raise DatabaseError(f"the gradebook {shown} cannot be opened: {reason}") from None
    engine.dispose()
    if found is not None and not known(found):
        raise DatabaseError(
            f"the gradebook {shown} was made by a newer nbgrader (its revision is {found!r}, which "
            f"nbgrader {nbgrader.__version__} does not know); use that one"
        )


def add_indexes(engine: sqlalchemy.Engine) -> None:
    """Make those of :data:`INDEXES` that a gradebook does not have yet."""
    with engine.begin() as connection:
        for index in INDEXES:
            connection.execute(CreateIndex(index, if_not_exists=True))


def identity(url: str) -> tuple[int, int] | None:
    """Which file a SQLite gradebook is; another one once it was replaced. None for a server."""
    address = sqlalchemy.make_url(url)
    if address.get_backend_name() != "sqlite":
        return None
    found = Path(address.database or "").stat()
    return found.st_dev, found.st_ino


def revision(connection) -> str | None:
    """The revision of nbgrader's tables that a database has; None if there are none."""
    if not sqlalchemy.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sqlalchemy.text("SELECT version_num FROM alembic_version")).scalar()


def known(found: str) -> bool:
    """Whether the installed nbgrader knows a revision."""
    try:
        ScriptDirectory(str(Path(nbgrader.__file__).parent / "alembic")).get_revision(found)
    except CommandError:
        return False
    return True
