"""What can be done with webhooks."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Final

from fastapi import Depends
from stenofleet import webhooks
from stenofleet.db.models import Webhook, WebhookDelivery
from stenofleet.errors import TargetRefused
from stenofleet.webhooks import DeliveryState

from stenofleet_api.deps import Context, InContext, Owner
from stenofleet_api.sessions import repository as session_repository
from stenofleet_api.webhooks import repository
from stenofleet_api.webhooks.errors import TooManyWebhooks, WrongUrl
from stenofleet_api.webhooks.schemas import NewWebhook

MOST: Final = 50
"""Webhooks of one owner, or of one session: each event writes a row for each."""


class WebhookService:
    """One owner's webhooks."""

    def __init__(self, context: Context, owner: str) -> None:
        """Sends nothing itself: housekeeping takes what is written here."""
        self._db = context.sessions
        self._settings = context.settings
        self._owner = owner

    def create(self, new: NewWebhook, session_id: uuid.UUID | None = None) -> Webhook:
        """A webhook that hears of all the owner's sessions, or of one.

        Raises:
            WrongUrl: messages may not be sent there.
            SessionNotFound: there is no such session.
            TooManyWebhooks: there are too many.
        """
        self._check(new.url)
        hook = Webhook(
            owner_id=self._owner,
            session_id=session_id,
            url=new.url,
            secret=new.secret or webhooks.new_secret(),
            events=[event.value for event in new.events],
        )
        with self._db.begin() as db:
            if session_id is not None:
                session_repository.lock(db, self._owner, session_id)
            if len(repository.listed(db, self._owner, session_id)) >= MOST:
                raise TooManyWebhooks(MOST)
            db.add(hook)
            db.flush()
            db.refresh(hook)
        return hook

    def listed(self, session_id: uuid.UUID | None = None) -> Sequence[Webhook]:
        """The owner's webhooks, or those of one session."""
        with self._db() as db:
            if session_id is not None:
                session_repository.get(db, self._owner, session_id)
            return repository.listed(db, self._owner, session_id)

    def get(self, webhook_id: uuid.UUID) -> Webhook:
        """The webhook, or WebhookNotFound."""
        with self._db() as db:
            return repository.get(db, self._owner, webhook_id)

    def remove(self, webhook_id: uuid.UUID) -> None:
        """Deletes it with its deliveries, or WebhookNotFound; what is being sent still arrives."""
        with self._db.begin() as db:
            repository.remove(db, self._owner, webhook_id)

    def ping(self, webhook_id: uuid.UUID) -> WebhookDelivery:
        """Asks for a message that tells of nothing, or WebhookNotFound."""
        with self._db.begin() as db:
            hook = repository.get(db, self._owner, webhook_id)
            payload = webhooks.message(webhooks.PING, {"webhook_id": str(hook.id)})
            row = webhooks.delivery(hook, payload, None)
            db.add(row)
            db.flush()
            db.refresh(row)
        return row

    def deliveries(
        self, webhook_id: uuid.UUID, state: DeliveryState | None, limit: int, offset: int
    ) -> tuple[Sequence[WebhookDelivery], int]:
        """A part of the webhook's deliveries and how many there are, or WebhookNotFound."""
        with self._db() as db:
            hook = repository.get(db, self._owner, webhook_id)
            return repository.deliveries(db, hook, state, limit, offset)

    def replay(self, webhook_id: uuid.UUID, delivery_id: uuid.UUID) -> WebhookDelivery:
        """Sends it again under its id, or WebhookNotFound, or DeliveryNotFound.

        One that waits is tried at once; one that ended gets all its tries anew.
        """
        with self._db.begin() as db:
            hook = repository.get(db, self._owner, webhook_id)
            row = repository.lock_delivery(db, hook, delivery_id)
            if row.state != DeliveryState.PENDING:
                row.tries = 0
                row.state = DeliveryState.PENDING.value
                row.delivered_at = None
            row.next_try_at = datetime.now(UTC)
        return row

    def _check(self, url: str) -> None:
        try:
            webhooks.check_url(url, self._settings)
        except TargetRefused as error:
            raise WrongUrl(str(error), url) from None


async def _service(context: InContext, owner: Owner) -> WebhookService:
    return WebhookService(context, owner)


Webhooks = Annotated[WebhookService, Depends(_service)]
