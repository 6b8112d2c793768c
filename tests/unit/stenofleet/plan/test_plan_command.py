"""What ``stenofleet plan`` says, writes and refuses."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml
from click.testing import CliRunner
from stenofleet.cli import main
from support import documents

GUIDE = [
    *("plan", "--peak-users", "100", "--task-minutes", "3.5"),
    *("--safety", "1.5", "--tasks-per-worker", "4"),
]
SCHEMA = json.loads((documents.ROOT / "helm/stenofleet/values.schema.json").read_text())


def said(*words: str) -> str:
    result = CliRunner().invoke(main, [*GUIDE, *words])
    assert result.exit_code == 0, result.output
    return result.output


def refused(*words: str) -> str:
    result = CliRunner().invoke(main, [*GUIDE, *words])
    assert result.exit_code == 1
    return result.output


def test_the_guides_numbers_are_printed_with_what_they_lack() -> None:
    text = said()

    assert "required     150" in text
    assert "workers      37" in text
    assert "total        148, which is 2 short" in text
    assert "never uses a task's length" in text


def test_a_longer_task_changes_the_answer_by_queueing_alone() -> None:
    short, long = (json.loads(said("--json", "--task-minutes", m)) for m in ("1", "10"))

    assert short["guide"] == long["guide"]
    assert short["slots"] < long["slots"]


def test_costs_follow_the_prices_and_the_hours() -> None:
    text = said("--json", "--price-core-hour", "0.04", "--busy-share", "0.5")
    fleet = json.loads(text)["fleet"]

    assert fleet["month"] == pytest.approx(fleet["cores"] * 0.04 * 730)
    assert fleet["month_scaled"] == pytest.approx(fleet["month"] / 2)


def test_the_values_it_writes_are_values_of_the_chart(tmp_path: Path) -> None:
    path = tmp_path / "values.yaml"
    told = json.loads(said("--json", "--write-values", str(path)))
    written = yaml.safe_load(path.read_text())

    jsonschema.validate(written, SCHEMA)
    pool = written["workers"]["transcription"]
    assert pool["maxReplicas"] == told["fleet"]["pods"]
    assert pool["concurrency"]["max"] == told["fleet"]["concurrency"]


def test_the_chart_is_a_picture(tmp_path: Path) -> None:
    path = tmp_path / "waits.svg"
    said("--chart", str(path))

    assert path.read_text().startswith("<?xml")


def test_another_suffix_is_refused_by_name(tmp_path: Path) -> None:
    assert "expected a name that ends in .svg or .png, got 'waits.gif'" in refused(
        "--chart", str(tmp_path / "waits.gif")
    )


def test_a_record_gives_its_busiest_window_and_its_mean_length(tmp_path: Path) -> None:
    path = tmp_path / "shop.orders.jsonl"
    rows = [
        {"type": "trace", "version": 1},
        {"type": "task", "at": 10, "task": "work", "count": 30},
        {"type": "task", "at": 20, "task": "work"},
        {"type": "task", "at": 900, "task": "work", "count": 5},
        {"type": "finished", "at": 30, "task": "work", "seconds": 2},
        {"type": "finished", "at": 40, "task": "work", "seconds": 4},
    ]
    path.write_text("\n".join(json.dumps(row) for row in rows))
    load = json.loads(said("--json", "--from-metrics", str(path)))["load"]

    assert load["rate"] == pytest.approx(31 / 300)
    assert load["seconds"] == 3


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "expected tasks that came and tasks that ended, got 0 rows"),
        ("{", "line 1: expected JSON"),
        ("[]", "line 1: expected an object, got '[]'"),
        ('{"type": "task"}', "line 1: at: expected a number, got None"),
    ],
)
def test_a_broken_record_is_refused_with_its_line(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "record.jsonl"
    path.write_text(text)

    assert sentence in refused("--from-metrics", str(path))


def test_a_server_that_is_away_is_no_load_of_none() -> None:
    assert "127.0.0.1 gave no answer" in refused("--from-metrics", "http://127.0.0.1:9")


def test_a_url_that_is_none_of_the_webs_is_refused() -> None:
    assert "expected a URL of http or https" in refused("--from-metrics", "ftp://x/y")
