"""The command ``stenofleet-deploy``: images, cluster, release and a first transcript."""

import sys
import time
from contextlib import suppress
from pathlib import Path

import click

from stenofleet_deploy import embedded, guide, kind, packaging, portforward, readiness, versions
from stenofleet_deploy import release as releases
from stenofleet_deploy.builders import find_builder
from stenofleet_deploy.cluster import Flavour
from stenofleet_deploy.delivery import delivered, require_registry
from stenofleet_deploy.demo import RECORDING, transcribe
from stenofleet_deploy.dev.command import dev
from stenofleet_deploy.errors import DeployError
from stenofleet_deploy.images import images as all_images
from stenofleet_deploy.local.command import local
from stenofleet_deploy.options import ROOT, helm_values, registry, whisper_model
from stenofleet_deploy.progress import clock, say, step
from stenofleet_deploy.release import Release
from stenofleet_deploy.where import Where, placed

FORWARD_SECONDS = 3600


def main() -> None:
    """Run the command; a known failure is one clear message and exit code 1."""
    try:
        commands()
    except DeployError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(1)


@click.group()
def commands() -> None:
    """Brings Stenofleet onto a Kubernetes cluster and shows that it works."""


@commands.command()
@placed
@whisper_model
@registry
@click.option("--demo/--no-demo", default=True, help="Transcribe the sample recording at the end.")
@click.option(
    "--timeout", default=readiness.READY_SECONDS, show_default=True, help="Seconds until ready."
)
@helm_values
def up(
    where: Where,
    *,
    whisper_model: str,
    registry: str | None,
    demo: bool,
    timeout: float,
    files: tuple[str, ...],
    settings: tuple[str, ...],
) -> None:
    """Set everything up, deploy, and turn the sample recording into a transcript."""
    begun = time.monotonic()
    require_registry(where.flavour, registry)
    with step(f"cluster ({where.flavour.value})"):
        release = where.release_on(where.start())
    tags = delivered(all_images(whisper_model), ROOT, where.flavour, registry)
    own = releases.values(
        *(all_images(whisper_model), tags, whisper_model, registry),
        single_node=releases.has_one_node(release.cluster),
    )
    with step(f"install release {where.name} in namespace {where.namespace}"):
        releases.install(release, ROOT, own, files, settings)
    with step("wait until it is ready"):
        readiness.wait(release, timeout)
    if demo:
        show(release, ROOT / RECORDING, "en")
    took = clock(time.monotonic() - begun)
    say(f"Stenofleet is up on {release.cluster.context}, {took} in all.\n")
    say(guide.next_steps(release, portforward.service(release)))


@commands.command()
@placed
def down(where: Where) -> None:
    """Uninstall the release from a named context; stop a cluster that `up` started."""
    if where.flavour is Flavour.EMBEDDED:
        embedded.down()
    elif where.flavour is Flavour.KIND:
        kind.down()
    else:
        with step(f"uninstall release {where.name}"):
            releases.uninstall(where.find())


@commands.command()
@placed
@whisper_model
@registry
def images(where: Where, whisper_model: str, registry: str | None) -> None:
    """Build the images that changed and bring them to the cluster."""
    require_registry(where.flavour, registry)
    wanted = all_images(whisper_model)
    for name, tag in delivered(wanted, ROOT, where.flavour, registry).items():
        click.echo(f"{name}:{tag}")


@commands.command()
@placed
@click.option(
    "--recording",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=ROOT / RECORDING,
    help="An audio file; default: the sample dialogue.",
)
@click.option("--language", default="en", show_default=True, help="Spoken in the recording.")
def demo(where: Where, recording: Path, language: str) -> None:
    """Transcribe a recording on the release that is there."""
    show(where.find(), recording, language)


@commands.command()
@click.argument("new", required=False)
def version(new: str | None) -> None:
    """Print the version, or have everything bear NEW; 1 when files differ."""
    if new is not None:
        versions.write(ROOT, new)
    if told := versions.differing(ROOT):
        raise DeployError("; ".join(told))
    click.echo(versions.read(ROOT))


@commands.command()
@whisper_model
@click.option(
    "--into",
    type=click.Path(file_okay=False, path_type=Path),
    default=ROOT / "dist" / "release",
    help="The folder; dist/release by default.",
)
def package(whisper_model: str, into: Path) -> None:
    """Write images, chart, bills of materials and checksums of a release into a folder."""
    builder = find_builder(docker=kind.docker_answers())
    for file in packaging.package(all_images(whisper_model), ROOT, into, builder):
        click.echo(str(file))


@commands.command()
@placed
@click.option("--port", default=0, help="On this machine; default: a free one.")
@click.option("--seconds", default=FORWARD_SECONDS, show_default=True, help="How long at most.")
def url(where: Where, port: int, seconds: int) -> None:
    """Open the API on this machine and print its URL; it stays open until interrupted."""
    with portforward.api(where.find(), port) as address:
        say(address)
        with suppress(KeyboardInterrupt):
            time.sleep(seconds)


commands.add_command(dev)
commands.add_command(local)


def show(release: Release, recording: Path, language: str) -> None:
    """Transcribe a recording and print the transcript."""
    with step(f"transcribe {recording.name}"), portforward.api(release) as address:
        transcript = transcribe(address, recording, language)
    say(f"\n{transcript.strip()}\n")
