"""Commands of ``stenofleet`` that a service brings: its package names them as entry points."""

from importlib.metadata import EntryPoint, entry_points

import click

GROUP = "stenofleet.commands"


class CommandsOfServices(click.Group):
    """A group whose commands are its own and those of the installed services."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in order."""
        return sorted({*super().list_commands(ctx), *_brought()})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name; a service's code is loaded only when it is asked for."""
        own = super().get_command(ctx, cmd_name)
        brought = _brought().get(cmd_name)
        if own is not None or brought is None:
            return own
        command: click.Command = brought.load()
        return command


def _brought() -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group=GROUP)}
