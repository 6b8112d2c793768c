"""How the API server is called: with a timeout, and with one kind of error."""

import json
from collections.abc import Awaitable
from typing import TypeVar

import aiohttp
from kubernetes.aio.client import ApiException

from stenofleet_autoscaler import metrics
from stenofleet_autoscaler.act.errors import ApiError

TIMEOUT = 5.0
"""Seconds that the API server may take for an answer."""

MANAGER = "stenofleet-autoscaler"
"""Our name in ``managedFields``; whoever else writes a target's replicas is somebody else."""

MERGE = "application/merge-patch+json"
STRATEGIC = "application/strategic-merge-patch+json"
APPLY = "application/apply-patch+yaml"

NOT_FOUND, NOT_ALLOWED, CONFLICT = 404, 405, 409

LONGEST_ANSWER = 300

T = TypeVar("T")


async def answer(call: Awaitable[T]) -> T:
    """What the API server answers.

    Raises:
        ApiError: it refused or did not answer.
    """
    try:
        return await call
    except ApiException as error:
        metrics.API_FAILURES.labels(str(error.status or "none")).inc()
        raise ApiError(int(error.status or 0), f"API server: {_said(error)}") from None
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        metrics.API_FAILURES.labels("none").inc()
        raise ApiError(0, f"API server: {type(error).__name__}") from None


def _said(error: ApiException) -> str:
    """The message of the Status object, where there is one."""
    try:
        return str(json.loads(error.body or "")["message"])[:LONGEST_ANSWER]
    except (ValueError, KeyError, TypeError):
        return str(error.reason)
