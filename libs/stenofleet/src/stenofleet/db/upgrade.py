"""Brings the database's schema to the code's revision, or waits until somebody did."""

import time
from importlib.resources import files

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError

from stenofleet.errors import MigrationError

LOCK_KEY = 7_274_636_421
"""Any number that nobody else uses: two upgrades at once wait for each other on it."""

POLL_SECONDS = 1.0


def head() -> str:
    """The revision that this code needs."""
    revision = _scripts().get_current_head()
    if revision is None:
        raise MigrationError("the package holds no migrations")
    return revision


def upgrade(engine: Engine, timeout: float) -> str:
    """Migrates under an advisory lock and returns the revision reached.

    Args:
        engine: a role that may create tables.
        timeout: seconds to wait for a database that does not answer yet.

    Raises:
        MigrationError: the database did not answer in time.
    """
    _until_answered(engine, timeout)
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK_KEY})
        if not _known(connection):
            return head()
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return head()


def wait(engine: Engine, timeout: float) -> None:
    """Returns when the schema is at the code's revision, or at a newer one.

    Raises:
        MigrationError: it did not get there within ``timeout`` seconds.
    """
    deadline = time.monotonic() + timeout
    found = "no answer"
    while time.monotonic() < deadline:
        try:
            with engine.connect() as connection:
                if is_ready(connection):
                    return
                found = f"revision {_current(connection)}"
        except OperationalError:
            found = "no answer"
        time.sleep(POLL_SECONDS)
    raise MigrationError(
        f"the database's schema: expected revision {head()} within {timeout:.0f} s, got {found}"
    )


def is_ready(connection: Connection) -> bool:
    """Whether the schema is at the code's revision, or at a newer one."""
    return _current(connection) == head() or not _known(connection)


def _until_answered(engine: Engine, timeout: float) -> None:
    deadline = time.monotonic() + timeout
    while True:
        try:
            with engine.connect():
                return
        except OperationalError as error:
            if time.monotonic() >= deadline:
                raise MigrationError(
                    f"the database did not answer within {timeout:.0f} s: {error.orig}"
                ) from None
        time.sleep(POLL_SECONDS)


def _known(connection: Connection) -> bool:
    """Whether this code knows the revision; one it does not know was written by newer code."""
    current = _current(connection)
    return current is None or current in {each.revision for each in _scripts().walk_revisions()}


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("stenofleet.db") / "migrations"))
    return config
