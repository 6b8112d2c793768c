"""What errors of the database mean to people."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

from stenofleet.steps import Trouble


@contextmanager
def database_told() -> Iterator[None]:
    """Makes them Troubles; none of them bears a password or a statement."""
    try:
        yield
    except SQLAlchemyError as error:
        cause = " ".join(str(getattr(error, "orig", None) or type(error).__name__).split())
        then = "check that PostgreSQL runs, and DATABASE_URL, which says where"
        raise Trouble(cause, then) from None
