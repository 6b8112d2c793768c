"""The member of a problem that OpenAI's clients read."""

from typing import Any, Final

PREFIX: Final = "/v1/"

_TYPES: Final = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}


def with_error(path: str, problem: dict[str, Any]) -> dict[str, Any]:
    """The problem; on OpenAI's paths with ``error: {message, type, param, code}``."""
    if not path.startswith(PREFIX):
        return problem
    error = {
        "message": problem["detail"],
        "type": _type(problem["status"]),
        "param": _parameter(problem),
        "code": problem["type"].rsplit("/", 1)[-1].replace("-", "_"),
    }
    return {**problem, "error": error}


def _type(status: int) -> str:
    server = status >= 500  # noqa: PLR2004 - where HTTP's server errors begin
    return "server_error" if server else _TYPES.get(status, "invalid_request_error")


def _parameter(problem: dict[str, Any]) -> str | None:
    """The first wrong field, without the place where it stood."""
    for each in problem.get("errors") or ():
        return str(each["field"].partition(".")[2]) or None
    return None
