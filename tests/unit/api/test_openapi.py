"""The API's description."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from stenofleet_api.openapi import describe, main

DESCRIPTION: dict[str, Any] = json.loads(describe())
OPERATIONS = [
    pytest.param(operation, id=f"{method} {path}")
    for path, methods in DESCRIPTION["paths"].items()
    for method, operation in methods.items()
]
STREAMED = {"application/octet-stream", "multipart/form-data", "text/plain"}


def examples(content: dict[str, Any]) -> bool:
    """Whether a body has an example: its own, or its schema's; bytes need none."""
    if content.get("schema", {}).get("format") == "binary":
        return True
    if "example" in content or content.get("examples"):
        return True
    schema = content.get("schema", {})
    if schema.get("examples"):
        return True
    schema = schema.get("items", schema)
    name = schema.get("$ref", "").rsplit("/", 1)[-1]
    found = DESCRIPTION["components"]["schemas"].get(name, {})
    fields = found.get("properties", {}).values()
    return "examples" in found or any("examples" in each or "const" in each for each in fields)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_each_body_has_an_example(operation: dict[str, Any]) -> None:
    bodies = [operation.get("requestBody", {}), *operation["responses"].values()]

    for body in bodies:
        for media_type, content in body.get("content", {}).items():
            assert media_type in STREAMED or examples(content), (media_type, content)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_each_error_is_a_problem(operation: dict[str, Any]) -> None:
    for status, response in operation["responses"].items():
        if int(status) >= 400:
            assert list(response["content"]) == ["application/problem+json"], status


def test_the_description_written_is_found_clean(tmp_path: Path) -> None:
    path = tmp_path / "docs" / "openapi.json"

    main([str(path)])
    main([str(path), "--check"])

    assert path.read_text() == describe()


def test_a_description_that_differs_is_found(tmp_path: Path) -> None:
    path = tmp_path / "openapi.json"
    path.write_text("{}")

    with pytest.raises(SystemExit, match="not what the code says"):
        main([str(path), "--check"])
    assert path.read_text() == "{}"


def test_the_description_refers_to_nothing_that_is_missing() -> None:
    schemas = DESCRIPTION["components"]["schemas"]
    references = re.findall(r"#/components/schemas/(\w+)", describe())

    assert set(references) <= set(schemas)
    assert {"Problem", "FieldError", "SessionView"} <= set(references)


CREATING = [
    pytest.param(methods["post"], id=path)
    for path, methods in DESCRIPTION["paths"].items()
    if "application/json" in methods.get("post", {}).get("requestBody", {}).get("content", {})
]


@pytest.mark.parametrize("operation", CREATING)
def test_each_post_of_json_takes_an_idempotency_key(operation: dict[str, Any]) -> None:
    headers = [each["name"] for each in operation["parameters"] if each["in"] == "header"]

    assert headers == ["Idempotency-Key"]
    told = operation["responses"]["409"]["content"]["application/problem+json"]["examples"]
    assert "request-in-progress" in told
