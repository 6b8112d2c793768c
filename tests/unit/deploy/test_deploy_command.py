"""What the command refuses before it touches anything."""

import sys
from pathlib import Path

import pytest
from stenofleet_deploy.cli import main


def refusal(words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    monkeypatch.setattr(sys, "argv", ["stenofleet-deploy", *words.split()])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 1
    return capsys.readouterr().err


@pytest.mark.parametrize("command", ["up", "dev", "images"])
def test_a_named_context_without_a_registry_is_refused_at_once(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = refusal(f"{command} --context mine", monkeypatch, capsys)
    assert said.startswith("error: the cluster of a named context pulls its images")
    assert "--registry HOST/PATH" in said


@pytest.mark.parametrize("command", ["up", "dev", "down", "images", "demo", "url"])
def test_every_command_refuses_two_answers_to_which_cluster(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = refusal(f"{command} --context mine --cluster kind", monkeypatch, capsys)
    assert said == "error: give either --context (mine) or --cluster (kind)\n"


@pytest.mark.parametrize("command", ["down", "demo", "url"])
def test_a_context_that_is_not_in_the_kubeconfig_is_not_touched(
    command: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    kubectl = tmp_path / "kubectl"
    kubectl.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/calls\necho production\n')
    kubectl.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    said = refusal(f"{command} --context mine", monkeypatch, capsys)
    assert said.endswith("(production), got 'mine'\n")
    assert set((tmp_path / "calls").read_text().splitlines()) == {"config get-contexts -o name"}
