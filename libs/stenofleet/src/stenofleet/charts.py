"""Pictures: SVG or PNG by the file's suffix, drawn by matplotlib, which is an extra.

With all it needs it is some 100 MB that the images do not carry.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from stenofleet.errors import StenofleetError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SUFFIXES: Final = (".svg", ".png")
DOTS_PER_INCH: Final = 110


class ChartError(StenofleetError):
    """A chart that cannot be drawn."""


def check(path: Path, extra: str = "stenofleet[plan]") -> None:
    """Returns when a chart can be drawn there.

    Args:
        path: of the picture.
        extra: what a reader is told to install.

    Raises:
        ChartError: another suffix, or matplotlib is not there.
    """
    if path.suffix not in SUFFIXES:
        raise ChartError(f"--chart: expected a name that ends in .svg or .png, got {path.name!r}")
    try:
        from matplotlib.figure import Figure  # noqa: F401, PLC0415 - an extra, for charts alone
    except ImportError:
        raise ChartError(f"charts need: pip install '{extra}'") from None


def figure(width: float, height: float) -> "Figure":
    """An empty picture, in inches."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - as above

    return Figure(figsize=(width, height), layout="constrained")


def save(drawn: "Figure", path: Path) -> None:
    """Writes it."""
    drawn.savefig(path, dpi=DOTS_PER_INCH)
