"""What the pages show of helm is accepted by the chart, word by word."""

import subprocess
from collections.abc import Iterator

import pytest
from support import documents
from support.documents import Command
from support.programs import helm

INSTALLS = ("install", "upgrade")
# What says nothing to the rendering of templates.
OTHERS = ("--install", "--create-namespace", "--wait")


def installations() -> Iterator[Command]:
    for command in documents.commands():
        if command.words[:2] in {("helm", each) for each in INSTALLS}:
            yield command


@pytest.mark.parametrize("command", list(installations()), ids=str)
def test_an_installation_that_is_shown_is_accepted(command: Command) -> None:
    words = [word for word in command.words[2:] if word not in OTHERS]
    done = subprocess.run(
        [helm(), "template", *words],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=documents.ROOT,
    )
    assert done.returncode == 0, done.stderr


def test_the_pages_show_installations() -> None:
    assert len(list(installations())) >= 4
