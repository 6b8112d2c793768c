"""A change of the code runs in the cluster, and no image is built for it."""

import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from stenofleet_deploy.cluster import Cluster
from stenofleet_deploy.release import Release
from support import checkouts
from support.fleet import eventually
from support.releases import deploying, removed
from support.servers import free_port

FIRST_SECONDS = 900  # the images of development may have to be built
CHANGE_SECONDS = 240
STOP_SECONDS = 120
APP = "services/api/src/stenofleet_api/app.py"
TITLE = 'title="Stenofleet"'


@dataclass(frozen=True)
class Loop:
    """A loop that runs, over a copy of the repository."""

    release: Release
    root: Path
    url: str
    output: Path

    def title(self) -> str:
        """Of the API's own description; empty while it does not answer."""
        try:
            return str(httpx.get(f"{self.url}/openapi.json", timeout=5).json()["info"]["title"])
        except httpx.TransportError:
            return ""

    def write(self, title: str) -> None:
        """Changes the code."""
        text = (checkouts.ROOT / APP).read_text()
        assert TITLE in text
        (self.root / APP).write_text(text.replace(TITLE, title))

    def serves(self, title: str) -> None:
        eventually(lambda: self.title() == title, f"the title {title!r}", CHANGE_SECONDS)

    def said(self) -> str:
        return self.output.read_text()

    def pods(self, component: str = "") -> dict[str, str]:
        """The image of each pod's own container, by the pod's name."""
        found = self.release.get("pods")
        return {
            pod["metadata"]["name"]: pod["spec"]["containers"][0]["image"]
            for pod in found
            if component in pod["metadata"]["labels"]["app.kubernetes.io/component"]
        }


def heed_interrupts() -> None:
    """A shell has what it runs in the background ignore them, and children inherit that."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="module")
def loop(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loop]:
    folder, port = tmp_path_factory.mktemp("loop"), free_port()
    root, output = checkouts.copied(folder), folder / "output"
    release = Release(cluster, "stenofleet", "stenofleet-e2e-dev")
    command = deploying(release, "dev", "--root", str(root), "--port", str(port))
    command += ["--set", "workers.transcription.enabled=false"]
    with removed(release), output.open("wb") as log:
        heed_interrupts()
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        try:
            found = Loop(release, root, f"http://127.0.0.1:{port}", output)
            eventually(lambda: found.title() != "", "the API of the loop", FIRST_SECONDS)
            yield found
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(STOP_SECONDS)
        assert process.returncode == 0, output.read_text()


def test_the_running_api_answers_with_changed_code_from_the_image_it_had(loop: Loop) -> None:
    before = loop.pods("api")
    loop.write('title="Changed"')

    loop.serves("Changed")

    assert loop.pods("api") == before
    eventually(
        lambda: f"{APP}: running in 1 of 1 pods after" in loop.said(), "the figure", CHANGE_SECONDS
    )


def test_a_mistake_is_told_and_mended_without_a_new_pod(loop: Loop) -> None:
    before = loop.pods("api")
    loop.write("title=")
    eventually(
        lambda: "the process ended with the new code" in loop.said(), "the error", CHANGE_SECONDS
    )

    loop.write('title="Mended"')
    loop.serves("Mended")

    assert loop.pods("api") == before


def test_code_of_the_library_reaches_api_workers_and_operator(loop: Loop) -> None:
    # Other pools come and go with their work.
    before = {name: loop.pods(name) for name in ("api", "beat", "operator", "worker-core")}
    path = "libs/stenofleet/src/stenofleet/outcomes.py"
    with (loop.root / path).open("a") as file:
        file.write("# changed\n")

    eventually(lambda: f"{path}: running in " in loop.said(), "the figure", CHANGE_SECONDS)

    for pod in (name for pods in before.values() for name in pods):
        command = ["exec", pod, "--", "tail", "-n1", "/app/stenofleet/outcomes.py"]
        assert loop.release.kubectl(*command) == "# changed\n"
    assert {name: loop.pods(name) for name in before} == before


def test_a_new_pod_gets_what_was_changed_before_it_came(loop: Loop) -> None:
    loop.write('title="For all"')
    loop.serves("For all")
    [old] = loop.pods("api")
    loop.release.kubectl("delete", "pod", old, "--wait=false")

    eventually(lambda: old not in loop.pods("api"), "the old pod to go", CHANGE_SECONDS)

    loop.serves("For all")
