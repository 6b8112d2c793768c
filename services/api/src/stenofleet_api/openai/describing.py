"""What OpenAPI tells of the form and the answers of a transcription."""

from typing import Any, Final

from stenofleet_api.openai.models import MODELS
from stenofleet_api.openai.parameters import Parameters
from stenofleet_api.uploads.form import FIELD

_EXAMPLE = {"text": "How was your week?", "usage": {"type": "duration", "seconds": 2.5}}
_STREAM = 'data: {"type": "transcript.text.done", "text": "How was your week?"}\n\n'


def _properties() -> dict[str, Any]:
    """The parameters' schemas, with what they refer to in place."""
    schema = Parameters.model_json_schema(ref_template="{model}")
    named = schema.get("$defs", {})
    fields: dict[str, Any] = _resolved(schema["properties"], named)
    fields["model"]["enum"] = list(MODELS)
    fields["timestamp_granularities[]"] = fields.pop("timestamp_granularities")
    fields["keywords[]"] = fields.pop("keywords")
    return {FIELD: {"type": "string", "format": "binary"}, **fields}


def _resolved(schema: Any, named: dict[str, Any]) -> Any:
    if isinstance(schema, list):
        return [_resolved(each, named) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return {**named[schema["$ref"]], **{k: v for k, v in schema.items() if k != "$ref"}}
    return {key: _resolved(value, named) for key, value in schema.items()}


FORM: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": [FIELD, "model"],
                    "properties": _properties(),
                }
            }
        },
    }
}
ANSWERS: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The transcript, in the form that was asked for",
        "content": {
            "application/json": {"schema": {"type": "object"}, "example": _EXAMPLE},
            "text/plain": {"schema": {"type": "string"}},
            "text/event-stream": {"schema": {"type": "string"}, "example": _STREAM},
        },
    }
}
