"""What the WorkerPool's own schema says of the fields that the chart hands on."""

from collections.abc import Mapping
from typing import Any

FILLED_BY_THE_CHART = frozenset(
    # The last is the operator's, and never rendered.
    {"targetRef", "broker", "demand", "minReplicas", "maxReplicas", "concurrency", "replicas"}
)
DROPPED = ("default", "description")


def types(crd: Mapping[str, Any]) -> dict[str, Any]:
    """The types ``poolSpec`` and ``broker``, with unknown fields refused."""
    version = crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    fields = _plain(version["properties"]["spec"])["properties"]
    spec = {name: each for name, each in fields.items() if name not in FILLED_BY_THE_CHART}
    # The chart adds the Secret of its own Redis where a pool names none.
    broker = {key: each for key, each in fields["broker"].items() if key != "required"}
    return {
        "poolSpec": {"type": "object", "additionalProperties": False, "properties": spec},
        "broker": broker,
    }


def _plain(schema: Mapping[str, Any]) -> dict[str, Any]:
    """JSON schema of an OpenAPI schema of Kubernetes; rules in CEL stay with the API server."""
    found = {
        key: each
        for key, each in schema.items()
        if key not in DROPPED and not key.startswith("x-kubernetes-")
    }
    if schema.get("x-kubernetes-int-or-string"):
        found["type"] = ["integer", "string"]
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            found[key] = _plain(schema[key])
    if "properties" in schema:
        found["properties"] = {name: _plain(each) for name, each in schema["properties"].items()}
        found["additionalProperties"] = False
    return found
