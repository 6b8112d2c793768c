"""The command ``stenofleet``: its commands are entry points of ours and of the services."""

from importlib.metadata import EntryPoint, entry_points

import click

GROUP = "stenofleet.commands"


class InstalledCommands(click.Group):
    """A group whose commands are those of the installed packages.

    A command's code is loaded when it is asked for: what starts each pod need not wait for what
    draws charts.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in order."""
        return sorted({*super().list_commands(ctx), *_installed()})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name."""
        found = _installed().get(cmd_name)
        if found is None:
            return super().get_command(ctx, cmd_name)
        command: click.Command = found.load()
        return command


@click.group(cls=InstalledCommands)
def main() -> None:
    """Runs the chores of a Stenofleet installation."""


def _installed() -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group=GROUP)}
