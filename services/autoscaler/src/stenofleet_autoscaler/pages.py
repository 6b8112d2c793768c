"""What the leader tells of its pools over HTTP: /pools, and each one's last decision explained."""

import json
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from aiohttp import web

Explanation = Mapping[str, Any]
"""One pool's, as `explanation.explanation_of` makes it."""

Explanations = Mapping[tuple[str, str], Explanation]
"""By namespace and name."""


def add_pages(
    pages: web.Application, pools: Callable[[], Explanations], leads: Callable[[], bool]
) -> None:
    """Adds the pages; a replica that does not lead answers 503, for it decides nothing."""

    async def summaries(_: web.Request) -> web.Response:
        if not leads():
            return _not_leader()
        told = sorted(pools().items())
        return _json([each["summary"] for _, each in told])

    async def explain(request: web.Request) -> web.Response:
        if not leads():
            return _not_leader()
        namespace, name = request.match_info["namespace"], request.match_info["name"]
        told = pools().get((namespace, name))
        if told is None:
            return _not_decided(namespace, name)
        return _json(told)

    pages.router.add_get("/pools", summaries)
    pages.router.add_get("/pools/{namespace}/{name}/explain", explain)


def _json(body: Any) -> web.Response:
    return web.json_response(body, dumps=_dumps)


def _dumps(body: Any) -> str:
    return json.dumps(body, allow_nan=False)


def _not_leader() -> web.Response:
    detail = "This replica of the operator does not lead; ask the holder of its Lease."
    return _problem(HTTPStatus.SERVICE_UNAVAILABLE, "not-leader", detail)


def _not_decided(namespace: str, name: str) -> web.Response:
    detail = f"Nothing was decided for a pool {name} in namespace {namespace} yet."
    return _problem(HTTPStatus.NOT_FOUND, "pool-not-decided", detail)


def _problem(status: HTTPStatus, slug: str, detail: str) -> web.Response:
    """Problem details, RFC 9457."""
    problem = {"type": f"/problems/{slug}", "title": status.phrase, "status": status.value}
    return web.json_response(
        problem | {"detail": detail}, status=status, content_type="application/problem+json"
    )
