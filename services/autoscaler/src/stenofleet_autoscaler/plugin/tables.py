"""Text as kubectl prints it: columns that line up, three spaces apart."""

from collections.abc import Sequence

GAP = "   "


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """The rows under their head; None is shown as a dash."""
    cells = [list(head), *([text(each) for each in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    return "\n".join(_line(row, widths) for row in cells)


def text(value: object) -> str:
    """A figure without digits that say nothing."""
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.1f}".rstrip("0").rstrip(".")
    return str(value)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
    return GAP.join(padded).rstrip()
