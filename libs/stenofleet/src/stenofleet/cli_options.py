"""Options that several commands have."""

from collections.abc import Callable
from pathlib import Path

import click

from stenofleet import charts
from stenofleet.broker.inspector import ANSWER_SECONDS

Callback = Callable[[click.Context, click.Parameter, Path | None], Path | None]

answer_timeout_option = click.option(
    "--timeout",
    type=click.FloatRange(0.1, 60.0),
    default=ANSWER_SECONDS,
    show_default=True,
    help="Seconds until a worker counts as one that does not answer.",
)


def drawable(extra: str) -> Callback:
    """Refuses the path of a chart that cannot be drawn; ``extra`` is what one would install."""

    def checked(_: click.Context, __: click.Parameter, path: Path | None) -> Path | None:
        try:
            if path:
                charts.check(path, extra)
        except charts.ChartError as error:
            raise click.BadParameter(str(error)) from None
        return path

    return checked
