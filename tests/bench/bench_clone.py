"""Measure `make up` in a fresh clone, to the first transcript, and print a table in Markdown.

The clone is of what is committed. No cluster of this repository may run before, since its start is
measured; the one that the clone started is stopped at the end, and the release stays in its data.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import click

sys.path.insert(0, str(Path(__file__).parents[1]))  # run as a script, beside its own modules

from stenofleet_cluster.places import STATE_VARIABLE
from support.checkouts import ROOT

SECONDS = 3600
STORAGE = """\
[storage]
driver = "overlay"
graphroot = "{folder}/images"
runroot = "{folder}/images-run"
"""


@click.command()
@click.option("--cold", is_flag=True, help="With empty caches, and a cluster of its own.")
def bench(*, cold: bool) -> None:
    """Clone, `make up`, `make down`."""
    refuse_a_running_cluster()
    # Below /var/tmp, since images and programs take more than a /tmp in memory has.
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        environment = {**os.environ, **(nothing_cached(Path(folder)) if cold else {})}
        seconds = from_clone_to_transcript(Path(folder) / "stenofleet", environment)
    click.echo("| measure | figure |\n|---|---|")
    caches = "with empty caches" if cold else "with warm caches"
    click.echo(f"| fresh clone to first transcript by `make up`, {caches} | {seconds:.0f} s |")


def nothing_cached(folder: Path) -> dict[str, str]:
    """Folders of which none is there yet, for packages, compiled programs, images and state."""
    images = folder / "storage.conf"
    images.write_text(STORAGE.format(folder=folder))
    names = {"XDG_CACHE_HOME": "cache", STATE_VARIABLE: "state", "GOMODCACHE": "modules"}
    folders = {name: str(folder / each) for name, each in names.items()}
    return {**folders, "CONTAINERS_STORAGE_CONF": str(images)}


def refuse_a_running_cluster() -> None:
    """Exit when one runs: addresses and network are the same for all."""
    status = [str(Path(sys.executable).parent / "cluster"), "status"]
    if not subprocess.run(status, stdout=subprocess.DEVNULL, check=False, timeout=60).returncode:
        sys.exit("a cluster runs: stop it by `make down` and start again")


def from_clone_to_transcript(clone: Path, environment: dict[str, str]) -> float:
    """Seconds; what `make up` says is shown."""
    began = time.monotonic()
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True, timeout=SECONDS)
    # Those of the make that runs this are not for the clone's.
    make = ["make", "--directory", str(clone), "ARGS="]
    try:
        subprocess.run([*make, "up"], env=environment, check=True, timeout=SECONDS)
        return time.monotonic() - began
    finally:
        subprocess.run([*make, "down"], env=environment, check=True, timeout=SECONDS)


if __name__ == "__main__":
    bench()
