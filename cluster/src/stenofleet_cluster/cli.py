"""The `cluster` command."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from stenofleet_cluster import base_images, build, images, lifecycle, machine, status
from stenofleet_cluster.errors import ClusterError
from stenofleet_cluster.places import Places
from stenofleet_cluster.progress import Progress
from stenofleet_cluster.supervisor import Supervisor

Command = Callable[[argparse.Namespace, Places, Progress], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 failed or unhealthy, 130 interrupted."""
    options = parser().parse_args(arguments)
    command: Command = options.command
    try:
        return command(options, Places.from_environment(os.environ), Progress())
    except ClusterError as error:
        sys.stderr.write(f"cluster: {error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("cluster: interrupted; the same command goes on from here\n")
        return 130


def parser() -> argparse.ArgumentParser:
    """Return what the command understands."""
    top = argparse.ArgumentParser(prog="cluster", description=__doc__)
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    _add(commands, "build", _build, "compile the programs, where they are not compiled yet")
    start = _add(commands, "up", _up, "start the cluster, or repair it")
    start.add_argument(
        "--public-registries",
        action="store_true",
        help="ask the public registries for images that the local one lacks",
    )
    _add(commands, "down", _down, "stop every process, keep the data")
    _add(commands, "reset", _reset, "stop and remove the data; compiled programs are kept")
    _add(commands, "status", _status, "show the components; exit code 0 when all are healthy")
    pushing = _add(commands, "push", _push, "push a local image into the cluster's registry")
    pushing.add_argument("image", help="as buildah knows it, such as localhost/api:dev")
    _add(commands, "base-images", _base_images, "make the public base images on this machine")
    _add(commands, "kubeconfig", _kubeconfig, "print the path of the kubeconfig")
    _add(commands, "env", _env, 'print exports for a shell: eval "$(cluster env)"')
    return top


def _add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    command: Command,
    purpose: str,
) -> argparse.ArgumentParser:
    added: argparse.ArgumentParser = commands.add_parser(name, help=purpose, description=purpose)
    added.set_defaults(command=command)
    return added


def _build(_options: argparse.Namespace, places: Places, progress: Progress) -> int:
    build.ensure(places.cache, machine.go(places.cache, progress), progress)
    return 0


def _up(options: argparse.Namespace, places: Places, progress: Progress) -> int:
    lifecycle.up(places, progress, public=options.public_registries)
    return 0


def _down(_options: argparse.Namespace, places: Places, progress: Progress) -> int:
    lifecycle.down(places, progress)
    return 0


def _reset(_options: argparse.Namespace, places: Places, progress: Progress) -> int:
    lifecycle.reset(places, progress)
    return 0


def _status(_options: argparse.Namespace, places: Places, progress: Progress) -> int:
    programs = _programs(places, progress)
    rows = status.rows(places, Supervisor(places, programs))
    ready = status.node_ready(places, programs)
    sys.stdout.write(f"{status.table(rows, ready=ready)}\n")
    return 0 if ready and all(row.state == "healthy" for row in rows) else 1


def _push(options: argparse.Namespace, _places: Places, progress: Progress) -> int:
    images.push(options.image, progress)
    return 0


def _base_images(_options: argparse.Namespace, places: Places, progress: Progress) -> int:
    machine.prepare(progress)
    base_images.ensure(places, _programs(places, progress), progress)
    return 0


def _kubeconfig(_options: argparse.Namespace, places: Places, _progress: Progress) -> int:
    sys.stdout.write(f"{places.kubeconfig}\n")
    return 0


def _env(_options: argparse.Namespace, places: Places, progress: Progress) -> int:
    sys.stdout.write(f'export PATH="{_programs(places, progress)}:$PATH"\n')
    sys.stdout.write(f'export KUBECONFIG="{places.kubeconfig}"\n')
    return 0


def _programs(places: Places, progress: Progress) -> Path:
    return build.folder(places.cache, machine.go(places.cache, progress))
