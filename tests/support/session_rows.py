"""The sessions that a database holds."""

from sqlalchemy import select
from stenofleet.db.engine import make_engine, make_sessions
from stenofleet.db.models import TranscriptionSession
from stenofleet.settings import DatabaseSettings


def states(database_url: str) -> list[str]:
    """The state of each, the oldest first."""
    engine = make_engine(DatabaseSettings(database_url=database_url))
    query = select(TranscriptionSession.status).order_by(TranscriptionSession.created_at)
    with make_sessions(engine)() as db:
        found = list(db.scalars(query))
    engine.dispose()
    return found
