"""Durations as people write them in a WorkerPool: 30s, 5m, 1h30m."""

import re

_FORM = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")


def seconds(text: str) -> float:
    """The duration in seconds.

    Raises:
        ValueError: the text is no duration of hours, minutes and seconds.
    """
    found = _FORM.fullmatch(text)
    if not text or found is None:
        raise ValueError(f"expected a duration as 30s, 5m or 1h30m, got {text!r}")
    hours, minutes, rest = (int(part or 0) for part in found.groups())
    return float(hours * 3600 + minutes * 60 + rest)
