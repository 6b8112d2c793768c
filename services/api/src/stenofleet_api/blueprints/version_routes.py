"""Routes of what a blueprint was."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Path, Query

from stenofleet_api.blueprints.errors import BlueprintNotFound, VersionNotFound
from stenofleet_api.blueprints.routes import MAX_OFFSET, PATH
from stenofleet_api.blueprints.schemas import VersionPage, VersionSummary, VersionView
from stenofleet_api.blueprints.service import Blueprints
from stenofleet_api.problems import ServiceUnavailable, documented

MAX_VERSION = 2**31 - 1

router = APIRouter(prefix=f"{PATH}/{{blueprint_id}}", tags=["blueprints"])


@router.get(
    "/versions/",
    summary="List versions",
    responses=documented(BlueprintNotFound, ServiceUnavailable),
)
def versions(
    blueprint_id: uuid.UUID,
    blueprints: Blueprints,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    offset: Annotated[int, Query(ge=0, le=MAX_OFFSET)] = 0,
) -> VersionPage:
    """What a blueprint was, newest first, without the mappings."""
    found, total = blueprints.versions(blueprint_id, limit, offset)
    items = [VersionSummary.model_validate(each) for each in found]
    return VersionPage(items=items, total=total, limit=limit, offset=offset)


@router.get(
    "/versions/{version}/",
    summary="Read a version",
    responses=documented(BlueprintNotFound, VersionNotFound, ServiceUnavailable),
)
def version(
    blueprint_id: uuid.UUID,
    version: Annotated[int, Path(ge=1, le=MAX_VERSION)],
    blueprints: Blueprints,
) -> VersionView:
    """One version with its mapping."""
    return VersionView.model_validate(blueprints.version(blueprint_id, version))
