"""A bar in a terminal, plain lines elsewhere."""

import io

import pytest
from stenofleet.cli_progress import shown


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_elsewhere_each_change_is_a_plain_line_but_not_too_many(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with shown(10, "ended") as tell:
        for done in (0, 0, 3, 10, 10):
            tell(done)

    told = capsys.readouterr()
    assert told.err.splitlines() == ["ended: 0 of 10", "ended: 10 of 10"]
    assert told.out == ""


def test_in_a_terminal_it_is_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)

    with shown(4, "ended") as tell:
        tell(2)
        tell(4)

    assert "100%" in terminal.getvalue()
    assert "ended  [####" in terminal.getvalue()
