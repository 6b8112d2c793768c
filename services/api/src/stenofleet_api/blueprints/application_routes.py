"""Routes of applying and undoing."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Body, Query

from stenofleet_api.blueprints.application_schemas import (
    ApplicationPage,
    ApplicationView,
    Applied,
    Undone,
    Wish,
)
from stenofleet_api.blueprints.application_service import Applications
from stenofleet_api.blueprints.errors import (
    AlreadyUndone,
    ApplicationNotFound,
    AppliedAfter,
    BlueprintInactive,
    BlueprintNotFound,
    PlanTooLarge,
    VersionNotFound,
)
from stenofleet_api.blueprints.routes import MAX_OFFSET, PATH
from stenofleet_api.idempotency.route import IdempotentRoute
from stenofleet_api.problems import (
    BodyTooLarge,
    MalformedRequest,
    ServiceUnavailable,
    documented,
)

Given = Annotated[Wish | None, Body(examples=[{"mode": "replace", "dry_run": True}])]

router = APIRouter(prefix=PATH, tags=["blueprints"], route_class=IdempotentRoute)


@router.post(
    "/{blueprint_id}/apply/",
    summary="Apply a blueprint",
    responses=documented(
        MalformedRequest,
        BlueprintInactive,
        BlueprintNotFound,
        VersionNotFound,
        PlanTooLarge,
        BodyTooLarge,
        ServiceUnavailable,
    ),
)
def apply(blueprint_id: uuid.UUID, applications: Applications, wish: Given = None) -> Applied:
    """Writes its stores and cameras, all or none; without a body, by merging."""
    return applications.apply(blueprint_id, wish or Wish())


@router.get(
    "/applications/", summary="List what was applied", responses=documented(ServiceUnavailable)
)
def list_applications(
    applications: Applications,
    blueprint_id: Annotated[uuid.UUID | None, Query(description="Only of this one.")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    offset: Annotated[int, Query(ge=0, le=MAX_OFFSET)] = 0,
) -> ApplicationPage:
    """What was applied, newest first, undone or not."""
    found, total = applications.page(blueprint_id, limit, offset)
    items = [ApplicationView.model_validate(each) for each in found]
    return ApplicationPage(items=items, total=total, limit=limit, offset=offset)


@router.get(
    "/applications/{application_id}/",
    summary="Read what was applied",
    responses=documented(ApplicationNotFound, ServiceUnavailable),
)
def get(application_id: uuid.UUID, applications: Applications) -> ApplicationView:
    """One application."""
    return ApplicationView.model_validate(applications.get(application_id))


@router.post(
    "/applications/{application_id}/undo/",
    summary="Undo",
    responses=documented(ApplicationNotFound, AlreadyUndone, AppliedAfter, ServiceUnavailable),
)
def undo(application_id: uuid.UUID, applications: Applications) -> Undone:
    """Brings back the stores and cameras of before; only the newest can be undone."""
    return applications.undo(application_id)
