"""What can be done with movements."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Depends
from stenofleet.db.models import MovementLog
from stenofleet.movement import dead_letters

from stenofleet_api.deps import Context, InContext, Owner
from stenofleet_api.movement import repository
from stenofleet_api.movement.errors import NothingTaken, TooDeep, queue_told
from stenofleet_api.movement.filters import Cursor, Filter
from stenofleet_api.movement.judging import WHOLE, judge, split
from stenofleet_api.movement.schemas import Queued, QueuedBatch
from stenofleet_api.movement.views import (
    DeadLetter,
    DeadLetters,
    MovementPage,
    MovementView,
    Replayed,
)
from stenofleet_api.problems import FieldError, InvalidRequest


class MovementService:
    """One owner's movements."""

    def __init__(self, context: Context, owner: str) -> None:
        """Works with the context's queue."""
        self._parts = context.movements
        self._db = context.sessions
        self._owner = owner

    def add(self, body: bytes) -> Queued:
        """Takes one movement, a JSON object.

        Raises:
            InvalidRequest: it is none.
            QueueFull, QueueAway: there is no room for it.
        """
        judged = judge([body], self._owner)
        if judged.rejected:
            raise InvalidRequest([_of_body(each) for each in judged.rejected[0].errors])
        with queue_told():
            length = self._parts.intake.put(judged.taken)
        return Queued(event_id=judged.ids[0], queue_length=length)

    def add_all(self, body: bytes, content_type: str) -> QueuedBatch:
        """Takes those of many movements that are right.

        Raises:
            MalformedRequest, InvalidRequest: the body is no list of movements.
            NothingTaken: all are wrong.
            QueueFull, QueueAway: there is no room for them.
        """
        judged = judge(split(body, content_type), self._owner)
        if not judged.taken:
            raise NothingTaken([each.model_dump() for each in judged.rejected])
        with queue_told():
            length = self._parts.intake.put(judged.taken)
        return QueuedBatch(
            accepted=len(judged.taken),
            event_ids=judged.ids,
            rejected=judged.rejected,
            queue_length=length,
        )

    def page(self, asked: Filter, number: int, size: int) -> MovementPage:
        """A page by its number, from 1.

        Raises:
            TooDeep: it is farther than is counted.
        """
        if number * size > repository.COUNTED:
            raise TooDeep(repository.COUNTED)
        offset = (number - 1) * size
        with self._db() as db:
            rows = repository.page(db, self._owner, asked, limit=size, offset=offset, after=None)
            total = repository.count(db, self._owner, asked)
        return _page(rows, size, page=number, total=total)

    def page_after(self, asked: Filter, after: Cursor, size: int) -> MovementPage:
        """The page after a place, however deep that is."""
        with self._db() as db:
            rows = repository.page(db, self._owner, asked, limit=size, offset=0, after=after)
        return _page(rows, size)

    def dead_letters(self, limit: int, before: int | None) -> DeadLetters:
        """What was taken and could not be written, newest first."""
        with self._db() as db:
            rows = dead_letters.page(db, self._owner, limit=limit, before=before)
            total = dead_letters.count(db, self._owner)
        return DeadLetters(
            items=[DeadLetter.of(row) for row in rows],
            total=total,
            next_cursor=rows[-1].id if len(rows) == limit else None,
        )

    def replay(self, ids: list[int] | None) -> Replayed:
        """Puts dead letters into the queue again.

        Raises:
            QueueFull, QueueAway: there is no room for them.
        """
        put = self._parts.intake.put
        with queue_told(), self._db.begin() as db:
            replayed = dead_letters.replay(db, put, self._owner, ids=ids)
        with self._db() as db:
            return Replayed(replayed=len(replayed), left=dead_letters.count(db, self._owner))


def _page(
    rows: Sequence[MovementLog], size: int, *, page: int | None = None, total: int | None = None
) -> MovementPage:
    is_full = len(rows) == size
    return MovementPage(
        items=[MovementView.model_validate(row) for row in rows],
        total=total,
        page=page,
        page_size=size,
        next_cursor=str(Cursor(rows[-1].occurred_at, rows[-1].event_id)) if is_full else None,
    )


def _of_body(error: FieldError) -> FieldError:
    field = "body" if error.field == WHOLE else f"body.{error.field}"
    return error.model_copy(update={"field": field})


async def _service(context: InContext, owner: Owner) -> MovementService:
    return MovementService(context, owner)


Movements = Annotated[MovementService, Depends(_service)]
