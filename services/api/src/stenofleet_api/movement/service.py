"""What can be done with movements."""

from typing import Annotated

from fastapi import Depends

from stenofleet_api.deps import Context, InContext, Owner
from stenofleet_api.movement.errors import NothingTaken
from stenofleet_api.movement.judging import WHOLE, judge, split
from stenofleet_api.movement.schemas import Queued, QueuedBatch
from stenofleet_api.problems import FieldError, InvalidRequest


class MovementService:
    """One owner's movements."""

    def __init__(self, context: Context, owner: str) -> None:
        """Works with the context's queue."""
        self._intake = context.movements.intake
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
        length = self._intake.put(judged.taken)
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
        length = self._intake.put(judged.taken)
        return QueuedBatch(
            accepted=len(judged.taken),
            event_ids=judged.ids,
            rejected=judged.rejected,
            queue_length=length,
        )


def _of_body(error: FieldError) -> FieldError:
    field = "body" if error.field == WHOLE else f"body.{error.field}"
    return error.model_copy(update={"field": field})


async def _service(context: InContext, owner: Owner) -> MovementService:
    return MovementService(context, owner)


Movements = Annotated[MovementService, Depends(_service)]
