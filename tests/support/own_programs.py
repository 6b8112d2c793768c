"""The programs that this repository installs, called in this process as a shell would call them."""

import io
import sys
from contextlib import redirect_stdout
from functools import cache
from importlib.metadata import entry_points
from unittest.mock import patch

import pytest


@cache
def help_of(program: str) -> str:
    """What ``program --help`` prints, through the entry point that its executable calls."""
    (entry,) = entry_points(group="console_scripts", name=program)
    shown = io.StringIO()
    with (
        patch.object(sys, "argv", [program, "--help"]),
        redirect_stdout(shown),
        pytest.raises(SystemExit) as ended,
    ):
        entry.load()()
    assert not ended.value.code
    return shown.getvalue()
