"""Routes of the stores and cameras that are there."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import TypeAdapter
from stenofleet.db.models import Camera, Store

from stenofleet_api import cursors
from stenofleet_api.blueprints.errors import CameraNotFound, StoreNotFound
from stenofleet_api.blueprints.fields import PlanId
from stenofleet_api.blueprints.plan_schemas import CameraPage, CameraView, StorePage, StoreView
from stenofleet_api.blueprints.plan_service import Plans
from stenofleet_api.problems import ServiceUnavailable, documented

router = APIRouter(prefix="/api", tags=["blueprints"])

Limit = Annotated[int, Query(ge=1, le=100)]
Cursor = Annotated[
    str | None, Query(max_length=4000, description="`next_cursor` of the last page.")
]
_read_id = TypeAdapter(PlanId).validate_python


@router.get("/stores/", summary="List stores", responses=documented(ServiceUnavailable))
def stores(plans: Plans, limit: Limit = 100, cursor: Cursor = None) -> StorePage:
    """Your stores by their ids, as the applied blueprints left them."""
    found, total = plans.page(Store, limit, _place(cursor))
    return StorePage(
        items=[StoreView.model_validate(each) for each in found],
        total=total,
        limit=limit,
        next_cursor=cursors.write(found[-1].store_id) if len(found) == limit else None,
    )


@router.get(
    "/stores/{store_id}/",
    summary="Read a store",
    responses=documented(StoreNotFound, ServiceUnavailable),
)
def store(store_id: PlanId, plans: Plans) -> StoreView:
    """One store."""
    return StoreView.model_validate(plans.store(store_id))


@router.get("/cameras/", summary="List cameras", responses=documented(ServiceUnavailable))
def cameras(plans: Plans, limit: Limit = 100, cursor: Cursor = None) -> CameraPage:
    """Your cameras by their ids, as the applied blueprints left them."""
    found, total = plans.page(Camera, limit, _place(cursor))
    return CameraPage(
        items=[CameraView.model_validate(each) for each in found],
        total=total,
        limit=limit,
        next_cursor=cursors.write(found[-1].camera_id) if len(found) == limit else None,
    )


@router.get(
    "/cameras/{camera_id}/",
    summary="Read a camera",
    responses=documented(CameraNotFound, ServiceUnavailable),
)
def camera(camera_id: PlanId, plans: Plans) -> CameraView:
    """One camera."""
    return CameraView.model_validate(plans.camera(camera_id))


def _place(cursor: str | None) -> str | None:
    return cursors.read(cursor, _read_id)[0] if cursor else None
