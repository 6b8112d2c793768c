"""The command ``stenofleet-deploy dev``."""

from contextlib import suppress
from pathlib import Path

import click

from stenofleet_deploy import readiness
from stenofleet_deploy import release as releases
from stenofleet_deploy.delivery import delivered, require_registry
from stenofleet_deploy.dev import loop
from stenofleet_deploy.guide import API_PORT
from stenofleet_deploy.images import for_development
from stenofleet_deploy.images import images as all_images
from stenofleet_deploy.options import ROOT, helm_values, registry, whisper_model
from stenofleet_deploy.progress import say, step
from stenofleet_deploy.release import Release
from stenofleet_deploy.where import Where, placed

PROFILE = "helm/stenofleet/profiles/dev.yaml"


@click.command()
@placed
@whisper_model
@registry
@helm_values
@click.option("--port", default=API_PORT, show_default=True, help="Of the API on this machine.")
@click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, resolve_path=True, path_type=Path),
    default=ROOT,
    help="The checkout whose code runs; default: this one.",
)
def dev(
    where: Where,
    *,
    whisper_model: str,
    registry: str | None,
    files: tuple[str, ...],
    settings: tuple[str, ...],
    port: int,
    root: Path,
) -> None:
    """Deploy, then keep the running code as the files are, and follow the logs."""
    require_registry(where.flavour, registry)
    images = for_development(all_images(whisper_model))

    def deploy() -> Release:
        with step(f"cluster ({where.flavour.value})"):
            release = where.release_on(where.start())
        tags = delivered(images, root, where.flavour, registry)
        own = releases.values(
            *(images, tags, whisper_model, registry),
            single_node=releases.has_one_node(release.cluster),
        )
        with step(f"install release {where.name} in namespace {where.namespace}"):
            releases.install(
                release,
                root,
                own | {"dev": {"sync": True}},
                (str(root / PROFILE), *files),
                settings,
            )
        with step("wait until it is ready"):
            readiness.wait(release)
        return release

    with suppress(KeyboardInterrupt):
        loop.run(root, deploy, port)
    say(
        "\nThe release stays as it is: `make up` deploys it without this loop, `make down` ends it."
    )
