"""What the plugin could not do, and the exit code that says so.

PluginError (1)
├── NotThere (3)
│   └── NotDecided (3)
├── NotAllowed (4)
└── NoLeader (5)
"""

import click


class PluginError(click.ClickException):
    """A sentence for the person, and an exit code for the script."""

    exit_code = 1

    def show(self, file: object = None) -> None:  # noqa: ARG002 - click's own signature
        """As kubectl's own: one line on stderr."""
        click.echo(f"error: {self.message}", err=True)


class NotThere(PluginError):  # noqa: N818 - a fact, told in a sentence
    """No pool or pod of that name."""

    exit_code = 3


class NotDecided(NotThere):
    """The leader decided nothing for the pool yet."""


class NotAllowed(PluginError):  # noqa: N818 - a fact, told in a sentence
    """The person may not do that here."""

    exit_code = 4


class NoLeader(PluginError):  # noqa: N818 - a fact, told in a sentence
    """No operator leads, or it does not answer."""

    exit_code = 5
