"""``stenofleet-autoscaler simulate``: what it prints, draws, keeps and refuses."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from stenofleet_autoscaler.simulate.cli import simulate
from stenofleet_autoscaler.simulate.generate import KINDS
from stenofleet_autoscaler.simulate.trace import read


def command(*arguments: object) -> Result:
    return CliRunner().invoke(simulate, [str(each) for each in arguments])


def test_it_prints_a_line_for_each_policy() -> None:
    asked = ("stenofleet", "keda", "hpa", "fixed:3", "oracle")
    options = [part for name in asked for part in ("--policy", name)]
    result = command("--generate", "burst", *options)
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert "pod-seconds" in lines[0]
    assert [line.split("|")[1].strip() for line in lines[2:]] == list(asked)


def test_json_holds_the_figures() -> None:
    result = command("--generate", "burst", "--policy", "fixed:8", "--json")
    (figures,) = json.loads(result.output)
    assert {"p50", "p95", "p99", "met", "pod_seconds", "wasted", "cut", "actions"} <= set(figures)
    assert figures["cut"] == 0


def test_a_written_trace_gives_the_same_figures_as_the_generated_one(tmp_path: Path) -> None:
    path = tmp_path / "burst.jsonl"
    made = command("--generate", "burst", "--policy", "stenofleet", "--write", path)
    assert command("--trace", path, "--policy", "stenofleet").output == made.output


@pytest.mark.parametrize(("suffix", "magic"), [(".svg", b"<?xml"), (".png", b"\x89PNG")])
def test_the_chart_is_drawn_by_its_suffix(tmp_path: Path, suffix: str, magic: bytes) -> None:
    path = tmp_path / f"chart{suffix}"
    result = command("--generate", "burst", "--policy", "keda", "--chart", path)
    assert result.exit_code == 0, result.output
    assert path.read_bytes().startswith(magic)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_generated_the_same_for_the_same_seed(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a.jsonl"
    command("--generate", kind, "--seed", 5, "--policy", "oracle", "--write", path)
    assert read(path) == KINDS[kind](5)
    assert KINDS[kind](5) != KINDS[kind](6)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "expected either --trace or --generate"),
        (("--trace", "x", "--generate", "burst"), "expected either --trace or --generate"),
        (("--trace", "no-such-file"), "no-such-file: No such file or directory"),
        (("--generate", "burst", "--policy", "best"), "policy: expected one of stenofleet"),
        (("--generate", "burst", "--policy", "fixed:many"), "got 'fixed:many'"),
        (("--generate", "burst", "--chart", "a.gif"), "ends in .svg or .png, got 'a.gif'"),
        (("--generate", "burst", "--min-slots", "9"), "got --min-slots 9 and --slots 4"),
        (("--generate", "burst", "--max-pods", "0"), "0 is not in the range"),
        (("--generate", "burst", "--write", "/no/where"), "/no/where: No such file or directory"),
    ],
)
def test_bad_input_is_told_and_never_a_traceback(arguments: tuple[str, ...], told: str) -> None:
    result = command(*arguments)
    assert result.exit_code in {1, 2}
    assert told in result.output
    assert isinstance(result.exception, SystemExit)


def test_a_broken_trace_is_named_by_its_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"type": "trace", "version": 1}\n{"type": "task"}\n')
    assert "a.jsonl, line 2: field at" in command("--trace", path).output
