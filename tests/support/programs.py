"""Programs that tests run: those on the PATH, else those that the cluster is built from."""

import functools
import os
import shutil
from pathlib import Path

from stenofleet_cluster import build, machine
from stenofleet_cluster.places import Places
from stenofleet_cluster.progress import Progress


@functools.cache
def built() -> Path:
    """The folder of the cluster's programs; the first call on a machine compiles them."""
    places, progress = Places.from_environment(os.environ), Progress()
    return build.ensure(places.cache, machine.go(places.cache, progress), progress)


@functools.cache
def helm() -> str:
    return shutil.which("helm") or str(built() / "helm")
