"""Routes of blueprints."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Query, Response

from stenofleet_api.blueprints.errors import BlueprintNotFound
from stenofleet_api.blueprints.filters import Cursor, read_cursor
from stenofleet_api.blueprints.schemas import (
    BlueprintChange,
    BlueprintPage,
    BlueprintView,
    NewBlueprint,
    NewCopy,
)
from stenofleet_api.blueprints.service import Blueprints
from stenofleet_api.idempotency.route import IdempotentRoute
from stenofleet_api.problems import (
    BodyTooLarge,
    MalformedRequest,
    ServiceUnavailable,
    documented,
)

MAX_OFFSET = 2**31 - 1
MOST_LISTED = 20
"""Each comes with its mapping, of up to a megabyte."""
PATH = "/api/blueprints"
_WRITTEN = (MalformedRequest, BodyTooLarge, ServiceUnavailable)

router = APIRouter(prefix=PATH, tags=["blueprints"], route_class=IdempotentRoute)


@router.post("/", status_code=201, summary="Save a blueprint", responses=documented(*_WRITTEN))
def create(new: NewBlueprint, blueprints: Blueprints) -> BlueprintView:
    """Saves a mapping as version 1; nothing is applied."""
    return BlueprintView.model_validate(blueprints.create(new))


@router.get("/", summary="List blueprints", responses=documented(ServiceUnavailable))
def list_blueprints(
    blueprints: Blueprints,
    *,
    is_active: Annotated[
        bool | None, Query(description="Only those that are, or were deleted; both without it.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_LISTED)] = MOST_LISTED,
    offset: Annotated[int, Query(ge=0, le=MAX_OFFSET)] = 0,
    cursor: Annotated[
        str | None,
        Query(max_length=200, description="`next_cursor` of the last page; better than an offset."),
    ] = None,
) -> BlueprintPage:
    """Your blueprints, newest first."""
    after = read_cursor(cursor) if cursor else None
    found, total = blueprints.page(limit, offset, after, is_active=is_active)
    return BlueprintPage(
        items=[BlueprintView.model_validate(each) for each in found],
        total=total,
        limit=limit,
        offset=offset,
        next_cursor=str(Cursor.of(found[-1])) if len(found) == limit else None,
    )


@router.post(
    "/create-from-current/",
    status_code=201,
    summary="Save what is there",
    responses=documented(*_WRITTEN),
)
def create_from_current(new: NewCopy, blueprints: Blueprints) -> BlueprintView:
    """Saves the stores and cameras that are there now as a blueprint."""
    return BlueprintView.model_validate(blueprints.create_from_current(new))


@router.get(
    "/{blueprint_id}/",
    summary="Read a blueprint",
    responses=documented(BlueprintNotFound, ServiceUnavailable),
)
def get(blueprint_id: uuid.UUID, blueprints: Blueprints) -> BlueprintView:
    """One blueprint, also a deleted one."""
    return BlueprintView.model_validate(blueprints.get(blueprint_id))


@router.put(
    "/{blueprint_id}/",
    summary="Change a blueprint",
    responses=documented(BlueprintNotFound, *_WRITTEN),
)
def change(
    blueprint_id: uuid.UUID, wanted: BlueprintChange, blueprints: Blueprints
) -> BlueprintView:
    """Writes a new version, unless it says what is there; what was applied stays as it is."""
    return BlueprintView.model_validate(blueprints.change(blueprint_id, wanted))


@router.delete(
    "/{blueprint_id}/",
    status_code=204,
    summary="Delete a blueprint",
    responses=documented(BlueprintNotFound, ServiceUnavailable),
)
def delete(blueprint_id: uuid.UUID, blueprints: Blueprints) -> Response:
    """Makes it inactive: it stays readable, and cannot be applied."""
    blueprints.delete(blueprint_id)
    return Response(status_code=204)
