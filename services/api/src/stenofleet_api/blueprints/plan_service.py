"""Reads the stores and cameras that are there."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Depends
from stenofleet.db.models import Camera, Store

from stenofleet_api.blueprints import plan_repository
from stenofleet_api.blueprints.errors import CameraNotFound, StoreNotFound
from stenofleet_api.blueprints.plan_repository import Row
from stenofleet_api.deps import Context, InContext, Owner


class PlanService:
    """One owner's stores and cameras."""

    def __init__(self, context: Context, owner: str) -> None:
        """Only reads: blueprints write them."""
        self._db = context.sessions
        self._owner = owner

    def page(
        self, kind: type[Row], limit: int, after: str | None = None
    ) -> tuple[Sequence[Row], int]:
        """A part of the stores or cameras by their ids, and how many there are in all."""
        with self._db() as db:
            return plan_repository.page(db, self._owner, kind, limit, after)

    def store(self, store_id: str) -> Store:
        """The store, or StoreNotFound."""
        with self._db() as db:
            found = plan_repository.get(db, self._owner, Store, store_id)
        if found is None:
            raise StoreNotFound(store_id)
        return found

    def camera(self, camera_id: str) -> Camera:
        """The camera, or CameraNotFound."""
        with self._db() as db:
            found = plan_repository.get(db, self._owner, Camera, camera_id)
        if found is None:
            raise CameraNotFound(camera_id)
        return found


async def _service(context: InContext, owner: Owner) -> PlanService:
    return PlanService(context, owner)


Plans = Annotated[PlanService, Depends(_service)]
