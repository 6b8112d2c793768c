"""A chart's schema and README say what the comments of its values say."""

from pathlib import Path

import jsonschema
import pytest
from stenofleet_deploy.chart_values import comments
from stenofleet_deploy.chart_values.__main__ import CHART, require_comments
from stenofleet_deploy.chart_values.comments import Value
from stenofleet_deploy.chart_values.crd import types
from stenofleet_deploy.chart_values.readme import MARK, readme
from stenofleet_deploy.chart_values.schema import schema
from stenofleet_deploy.errors import DeployError

ROOT = Path(__file__).parents[3]
VALUES = """\
# What all pods have.
defaults:
  # Labels of nodes.
  # @schema {$ref: texts}
  nodeSelector: {}
# Sessions over HTTP.
# @takes defaults
api:
  # Number of pods,
  # never none.
  # @schema {minimum: 1}
  replicas: 1
# Pools by name.
# @entries api
pools: {}
"""
TEXTS = {"texts": {"type": "object", "additionalProperties": {"type": "string"}}}


@pytest.fixture
def values(tmp_path: Path) -> tuple[Value, ...]:
    return written(tmp_path, VALUES)


def written(folder: Path, text: str) -> tuple[Value, ...]:
    path = folder / "values.yaml"
    path.write_text(text)
    return comments.read(path)


def refused(values: tuple[Value, ...], instance: object) -> bool:
    types = {**TEXTS, "entry": {"pattern": "^[a-z]+$"}}
    validator = jsonschema.Draft202012Validator(schema(values, types, "test"))
    return not validator.is_valid(instance)


def test_a_comment_of_two_lines_is_one_sentence(values: tuple[Value, ...]) -> None:
    assert values[1].children[0].text == "Number of pods, never none."


@pytest.mark.parametrize(
    "instance",
    [
        {"api": {"replicas": 2, "nodeSelector": {"disk": "ssd"}}},
        {"pools": {"mine": {"replicas": 2}}},
        {"global": {"anything": 1}},
    ],
)
def test_what_the_comments_allow_is_accepted(instance: object, values: tuple[Value, ...]) -> None:
    assert not refused(values, instance)


@pytest.mark.parametrize(
    "instance",
    [
        {"api": {"replicas": 0}},
        {"api": {"replicas": "two"}},
        {"api": {"nodeSelector": {"disk": 1}}},
        {"api": {"replica": 1}},
        {"pools": {"Mine": {}}},
        {"pools": {"mine": {"replica": 1}}},
        {"apis": {}},
    ],
)
def test_what_they_do_not_is_refused(instance: object, values: tuple[Value, ...]) -> None:
    assert refused(values, instance)


def test_a_comment_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    sentence = "a: expected one of @schema, @takes, @entries, got @type"
    with pytest.raises(DeployError, match=sentence):
        written(tmp_path, "# Some.\n# @type int\na: 1\n")


def test_values_without_a_comment_are_counted_and_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / CHART
    folder.mkdir(parents=True)
    written(folder, "# Some.\na:\n  b: 1\n  # @schema {minimum: 1}\n  c: 1\n# Far away.\n\nd: 1\n")
    with pytest.raises(SystemExit, match=r"say above each what it is: a\.b, a\.c, d$"):
        require_comments(tmp_path)
    assert capsys.readouterr().out == "values without a comment: 3\n"


def test_no_value_of_the_chart_is_without_a_comment(capsys: pytest.CaptureFixture[str]) -> None:
    require_comments(ROOT)
    assert capsys.readouterr().out == "values without a comment: 0\n"


def test_a_default_that_does_not_tell_its_type_is_told(tmp_path: Path) -> None:
    with pytest.raises(DeployError, match="a: its default does not tell its type"):
        schema(written(tmp_path, "# Some.\na: []\n"), {}, "test")


def test_the_readme_keeps_what_a_person_wrote(values: tuple[Value, ...]) -> None:
    told = readme(f"# Mine\n\n{MARK}\nold", values)
    assert told.startswith(f"# Mine\n\n{MARK}\n")
    assert "old" not in told
    assert "| `replicas` | `1` | Number of pods, never none. |" in told


def test_fields_of_a_resource_may_be_numbers_or_words_where_kubernetes_takes_both() -> None:
    step = {"x-kubernetes-int-or-string": True, "description": "Some.", "default": 1}
    spec = {"type": "object", "properties": {"step": step, "broker": {"required": ["url"]}}}
    version = {"schema": {"openAPIV3Schema": {"properties": {"spec": spec}}}}
    told = types({"spec": {"versions": [version]}})
    assert told["poolSpec"]["properties"] == {"step": {"type": ["integer", "string"]}}
    assert told["broker"] == {}
