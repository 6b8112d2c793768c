"""What is told of a session's life: to webhooks, and to those who watch (extra: db)."""

from sqlalchemy.orm import Session

from stenofleet import feed, webhooks
from stenofleet.contracts.events import EventName
from stenofleet.db.models import TranscriptionSession


def tell(db: Session, session: TranscriptionSession, event: EventName) -> None:
    """Tells ``event`` with the caller's transaction.

    Call it after the session's change and before the commit.
    """
    webhooks.enqueue(db, session, event)
    feed.note(db, session.id, session.owner_id, event)
