"""The route of a blueprint's picture."""

import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from stenofleet_api.blueprints.errors import BlueprintNotFound, VersionNotFound
from stenofleet_api.blueprints.preview import draw
from stenofleet_api.blueprints.routes import PATH
from stenofleet_api.blueprints.service import Blueprints
from stenofleet_api.blueprints.version_routes import MAX_VERSION
from stenofleet_api.problems import ServiceUnavailable, documented

MEDIA_TYPE = "image/svg+xml"
_SAFE = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
}
"""The picture holds users' words: whatever slipped through must not run."""
_EXAMPLE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 880 620"><!-- ... --></svg>'
_DOCUMENTED: dict[int | str, dict[str, Any]] = {
    200: {"content": {MEDIA_TYPE: {"schema": {"type": "string"}, "example": _EXAMPLE}}},
    **documented(BlueprintNotFound, VersionNotFound, ServiceUnavailable),
}

router = APIRouter(prefix=PATH, tags=["blueprints"])


@router.get(
    "/{blueprint_id}/preview.svg",
    summary="See a blueprint",
    response_class=Response,
    responses=_DOCUMENTED,
)
def preview(
    blueprint_id: uuid.UUID,
    blueprints: Blueprints,
    version: Annotated[
        int | None, Query(ge=1, le=MAX_VERSION, description="Left out, the newest.")
    ] = None,
) -> Response:
    """Its stores, and its cameras with their fields of view."""
    found = blueprints.version(blueprint_id, version)
    return Response(draw(found.mapping_data, found.name), media_type=MEDIA_TYPE, headers=_SAFE)
