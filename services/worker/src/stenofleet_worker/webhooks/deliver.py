"""Takes the messages that are due, sends them in threads, and writes down what came of it."""

import time
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final

import structlog
from sqlalchemy import ColumnElement, Select, func, select, update
from sqlalchemy.orm import Session, sessionmaker
from stenofleet.db.models import Webhook, WebhookDelivery
from stenofleet.webhooks import DeliveryState, body

from stenofleet_worker import metrics
from stenofleet_worker.webhooks.retries import state_after, wait_seconds
from stenofleet_worker.webhooks.sender import Outcome, Outgoing, Sender

log = structlog.get_logger(__name__)

AT_ONCE: Final = 16
"""Messages that one run sends at the same time: with one try each, a run ends soon even when no
receiver answers, and housekeeping's few slots are not held by receivers that hang."""
OF_ONE: Final = 4
"""Of these at most for one webhook, so that one that hangs leaves room for the others."""
RUN_SECONDS: Final = 5.0
"""For how long a run takes further messages."""
CLAIM: Final = timedelta(minutes=2)
"""For how long a message that was taken is nobody else's: well above one try."""

Table = WebhookDelivery
_TOLD: Final = {
    DeliveryState.DELIVERED: "delivered",
    DeliveryState.PENDING: "retried",
    DeliveryState.FAILED: "failed",
}
"""What the metric calls a try that left its delivery in this state."""


@dataclass(frozen=True)
class Claim:
    """A message that is ours for a moment; ``tries`` fences off a run that was too slow."""

    row: WebhookDelivery
    url: str
    secret: str

    @property
    def outgoing(self) -> Outgoing:
        """What is sent."""
        return Outgoing(str(self.row.id), self.url, self.secret, body(self.row.payload))


def deliver_due(
    sessions: sessionmaker[Session], sender: Sender, seconds: float = RUN_SECONDS
) -> int:
    """Sends what is due until nothing is or ``seconds`` are over; how many tries were made."""
    until, sent = time.monotonic() + seconds, 0
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="webhook") as threads:
        while claims := claim(sessions):
            outcomes = threads.map(partial(_try, sender), claims)
            for each, outcome in zip(claims, outcomes, strict=True):
                _record(sessions, each, outcome)
            sent += len(claims)
            if time.monotonic() >= until:
                break
    return sent


def claim(sessions: sessionmaker[Session]) -> Sequence[Claim]:
    """Takes messages that are due; who dies with them leaves them to others after `CLAIM`."""
    with sessions.begin() as db:
        taken = update(Table).where(Table.id.in_(_chosen()))
        moved = taken.values(next_try_at=func.now() + CLAIM, tries=Table.tries + 1)
        ids = db.scalars(moved.returning(Table.id)).all()
        query = select(Table, Webhook.url, Webhook.secret).join(
            Webhook, Webhook.id == Table.webhook_id
        )
        mine = query.where(Table.id.in_(ids)).execution_options(populate_existing=True)
        return [Claim(row, url, secret) for row, url, secret in db.execute(mine)]


def _try(sender: Sender, taken: Claim) -> Outcome:
    try:
        with metrics.WEBHOOK_SECONDS.time():
            return sender.send(taken.outgoing)
    except Exception:  # the outermost loop of a message: it must not hold up the others
        log.exception("a webhook message failed unexpectedly", delivery_id=str(taken.row.id))
        return Outcome(error="an unexpected error, which the worker's log has")


def _due() -> ColumnElement[bool]:
    return (Table.state == DeliveryState.PENDING.value) & (Table.next_try_at <= func.now())


def _chosen() -> Select[uuid.UUID]:
    place = func.row_number().over(partition_by=Table.webhook_id, order_by=Table.next_try_at)
    ranked = select(Table.id, place.label("place")).where(_due()).subquery()
    return (
        select(Table.id)
        .join(ranked, ranked.c.id == Table.id)
        # Asked again under the lock: another run may have taken it since.
        .where(ranked.c.place <= OF_ONE, _due())
        .order_by(Table.next_try_at)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True, of=Table)
    )


def _record(sessions: sessionmaker[Session], taken: Claim, outcome: Outcome) -> None:
    tries = taken.row.tries
    state = state_after(outcome, tries)
    metrics.WEBHOOK_TRIES.labels(_TOLD[state]).inc()
    log.info(
        "webhook message tried",
        delivery_id=str(taken.row.id),
        webhook_id=str(taken.row.webhook_id),
        tries=tries,
        state=state.value,
        status=outcome.status,
        error=outcome.error,
    )
    mine = (Table.id == taken.row.id, Table.tries == tries)
    with sessions.begin() as db:
        db.execute(update(Table).where(*mine).values(**_values(outcome, state, tries)))


def _values(outcome: Outcome, state: DeliveryState, tries: int) -> dict[str, object]:
    wait = timedelta(seconds=wait_seconds(tries, outcome.retry_after))
    delivered = state is DeliveryState.DELIVERED
    return {
        "state": state.value,
        "last_status": outcome.status,
        "last_error": outcome.error,
        "delivered_at": func.now() if delivered else None,
        **({"next_try_at": func.now() + wait} if state is DeliveryState.PENDING else {}),
    }
