"""Times of subtitles."""


def srt_time(seconds: float) -> str:
    """``HH:MM:SS,mmm``; hours take more digits when they need them."""
    return _clock(seconds, ",")


def vtt_time(seconds: float) -> str:
    """``HH:MM:SS.mmm``; hours take more digits when they need them."""
    return _clock(seconds, ".")


def _clock(seconds: float, mark: str) -> str:
    if not seconds >= 0:
        raise ValueError(f"expected seconds of at least 0, got {seconds!r}")
    whole, milliseconds = divmod(round(seconds * 1000), 1000)
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours:02}:{minute:02}:{second:02}{mark}{milliseconds:03}"
