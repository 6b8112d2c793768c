"""The quick start in a Debian with nothing on it, as it stands on its page.

`make campaign-quickstart` follows it; it takes minutes, for nothing is there and nothing is cached.
"""

import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from stenofleet_cluster import machine
from stenofleet_cluster.progress import Progress
from stenofleet_deploy.local import ports
from support import quick_start, speech
from support.bare_machine import BareMachine
from support.documents import ROOT
from support.quick_start import Typed, durations

API = 8000
"""The port; it is one of this machine's, as the network is."""
TALK = "root/stenofleet/talk.mp3"
WORDS_WRONG = 0.1

pytestmark = pytest.mark.skipif(
    os.environ.get("QUICKSTART") != "bare", reason="takes minutes: make campaign-quickstart"
)


@pytest.fixture
def bare_machine() -> Iterator[BareMachine]:
    assert not ports.answers(ports.LOCALHOST, API), f"the quick start's API needs port {API}"
    machine.prepare(Progress())
    folder = Path(tempfile.mkdtemp(prefix="stenofleet-bare-"))
    try:
        yield BareMachine.installed(folder / "root")  # which everybody may enter
    finally:
        shutil.rmtree(folder)


def test_a_bare_debian_follows_the_page_to_transcripts(bare_machine: BareMachine) -> None:
    bare_machine.serve_clone(ROOT, quick_start.address())

    typed = follow(bare_machine)

    _, sample, talk = (each.text for each in typed if each.command.startswith("curl"))
    assert sample_error_rate(sample) <= WORDS_WRONG
    assert speech.error_rate(without_times(talk)) <= WORDS_WRONG


def follow(bare_machine: BareMachine) -> list[Typed]:
    """All that was typed, with what it said; prints how long it took."""
    typed = []
    with bare_machine.running(quick_start.script(quick_start.commands())) as process:
        assert process.stdout
        for each in quick_start.followed(process.stdout):
            typed.append(each)
            if each.command.startswith("git clone"):
                (bare_machine.root / TALK).write_bytes(speech.recording())
        end = time.monotonic()
        process.wait(timeout=60)
    assert process.returncode == 0, f"{typed[-1].command}\n{typed[-1].text}\n{logs(bare_machine)}"
    tell(durations(typed, end))
    return typed


def tell(took: list[tuple[str, float]]) -> None:
    for command, seconds in took:
        print(f"{seconds:7.1f} s  {command}")
    names = [command.split()[0] for command, _ in took]
    first, last = names.index("git"), names.index("curl") + 1
    total = sum(seconds for _, seconds in took[first : last + 1])
    print(f"{total:7.1f} s  from the clone to the first transcript")


def logs(bare_machine: BareMachine) -> str:
    """What the servers wrote in their terminals."""
    found = sorted((bare_machine.root / "root").glob("*.log"))
    return "\n".join(f"== {path.name}\n{path.read_text()[-3000:]}" for path in found)


def sample_error_rate(heard: str) -> float:
    written = (ROOT / "deploy/sample/dialogue.txt").read_text()
    said = re.sub(r"^\w+:", "", written, flags=re.MULTILINE)
    return speech.word_error_rate(said, heard)


def without_times(srt: str) -> str:
    """The words of subtitles."""
    return " ".join(line for line in srt.splitlines() if not re.match(r"\d+$|\d\d:", line))
