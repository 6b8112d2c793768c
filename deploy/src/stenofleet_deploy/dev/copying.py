"""Copy changed code into pods, each of which answers when it serves with it."""

import base64
import io
import tarfile
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from stenofleet_deploy.dev import inside
from stenofleet_deploy.dev.pods import Pod
from stenofleet_deploy.dev.sources import Code
from stenofleet_deploy.errors import CommandError
from stenofleet_deploy.release import Release

FOLDER = "/app"
SERVE_SECONDS = 60
MARGIN_SECONDS = 15
PODS_AT_ONCE = 8


def copy(release: Release, root: Path, code: Sequence[Code], pods: Sequence[Pod]) -> list[str]:
    """Bring files to the pods that run them.

    Args:
        release: Whose pods they are.
        root: Of the repository.
        code: What changed; a file that is no longer there is removed.
        pods: Where to.

    Returns:
        For each pod that does not serve with the new code, why.
    """
    with ThreadPoolExecutor(PODS_AT_ONCE) as each:
        return [told for told in each.map(lambda pod: send(release, root, code, pod), pods) if told]


def send(release: Release, root: Path, code: Sequence[Code], pod: Pod) -> str:
    """Bring to one pod what it runs; empty, or why it does not serve with it."""
    command = ["exec", "--stdin", pod.name, "--container", pod.container, "--", "python", "-"]
    wanted = [each for each in code if each.runs_in(pod.source)]
    try:
        release.cluster.kubectl(
            *("--namespace", release.namespace, *command),
            timeout=SERVE_SECONDS + MARGIN_SECONDS,
            text=program(root, wanted, pod.health),
        )
    except CommandError as error:
        return f"{pod.name}: {error}"
    return ""


def program(root: Path, code: Iterable[Code], health: str) -> str:
    """The program that the pod's Python reads: `inside`, and the call of it."""
    there = [each for each in code if (root / each.path).is_file()]
    removed = [each.target for each in code if each not in there]
    call = (FOLDER, archive(root, there), removed, health, SERVE_SECONDS)
    return f"{Path(inside.__file__).read_text()}\n\nreceive(*{call!r})\n"


def archive(root: Path, code: Iterable[Code]) -> str:
    """A tar archive of the files as they lie in a pod, in base64."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as files:
        for each in code:
            files.add(root / each.path, each.target)
    return base64.b64encode(content.getvalue()).decode()
