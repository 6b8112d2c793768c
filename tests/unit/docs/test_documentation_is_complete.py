"""No setting, metric, field or command goes without a word in the documentation."""

import re

import pytest
import yaml
from stenofleet.settings import variable
from stenofleet_deploy import metrics_page, settings_page, workerpool_page
from support import documents
from support.own_programs import help_of

ROOT = documents.ROOT
CRD = yaml.safe_load((ROOT / workerpool_page.CRD).read_text())
SCHEMA = CRD["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]
SETTINGS = [entry for kind in settings_page.groups() for entry in settings_page.entries(kind)]
METRICS = [each for section in metrics_page.SECTIONS for each in metrics_page.entries(section)]
FIELDS = [field for part in ("spec", "status") for field in workerpool_page.fields(SCHEMA[part])]
# stenofleet-deploy is what `make` calls: whoever reads is told of the targets.
PROGRAMS = ("stenofleet", "stenofleet-autoscaler", "kubectl-stenofleet", "cluster")


def text(page: str) -> str:
    return (ROOT / "docs" / page).read_text()


def test_every_variable_that_a_service_reads_is_told_of_once_and_explained() -> None:
    names = [entry.name for entry in SETTINGS]
    read = {
        variable(kind, field)
        for kind in settings_page.SERVICES.values()
        for field in kind.model_fields
    }

    assert (set(names), len(names)) == (read, len(read))
    assert [entry.name for entry in SETTINGS if not entry.text] == []
    assert [name for name in names if text("settings.md").count(f"| `{name}` |") != 1] == []


def test_every_metric_is_told_of() -> None:
    assert [each.name for each in METRICS if f"`{each.name}`" not in text("metrics.md")] == []


def test_every_field_of_the_definition_is_told_of_and_explained() -> None:
    assert len(FIELDS) > 60
    assert [path for path, _ in FIELDS if f"| `{path}` |" not in text("workerpool.md")] == []
    assert [path for path, each in FIELDS if not each.get("description")] == []


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_command_of_a_program_is_told_of(program: str) -> None:
    told = "\n".join(page.read_text() for page in documents.pages())
    commands = commands_of(program)
    name = program.replace("kubectl-", "kubectl ")

    assert len(commands) > 1
    assert [each for each in commands if f"{name} {each}" not in told] == []


def commands_of(program: str) -> list[str]:
    shown = help_of(program)
    _, commands = re.split(r"^(?:Commands|positional arguments):$", shown, flags=re.MULTILINE)
    return re.findall(r"^ {2,4}([a-z][a-z-]+)", commands, re.MULTILINE)
