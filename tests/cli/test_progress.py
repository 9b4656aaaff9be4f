"""What takes over a second tells how far it is, on a terminal."""

from __future__ import annotations

import sys
import time

import pytest

from crmkb.cli import progress
from crmkb.cli.progress import Progress, TerminalFeedback, under_way

Say = pytest.CaptureFixture[str]


def be_at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Be at a terminal, and without patience."""
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)


def test_the_first_second_is_silent(capsys: Say) -> None:
    tell = Progress("reading files")
    tell(0, 4)
    tell(3, 4)
    tell(4, 4)

    assert capsys.readouterr().err == ""


def test_then_a_bar_grows_and_goes(capsys: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    tell = Progress("reading files")
    for done in range(5):
        tell(done, 4)
        tell(done, 4)

    *shown, end = capsys.readouterr().err.split("\r")
    assert [line[-5:] for line in shown if line] == ["  0 %", " 25 %", " 50 %", " 75 %"]
    assert shown[2] == "reading files [#######-----------------------]  25 %"
    assert end == "\033[K"


def test_items_are_counted(capsys: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    be_at_a_terminal(monkeypatch)
    assert list(TerminalFeedback().each("ab", "making reports")) == ["a", "b"]

    assert capsys.readouterr().err == (
        f"\rmaking reports [{'-' * 30}]   0 %\rmaking reports [{'#' * 15}{'-' * 15}]  50 %\r\033[K"
    )


def awaited(capsys: Say) -> str:
    """Return what is told, as soon as something is."""
    told = ""
    for _ in range(5000):
        told = told or capsys.readouterr().err
        time.sleep(0 if told else 0.001)
    return told


def test_what_cannot_tell_how_far_it_is_tells_what_it_is(
    capsys: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    be_at_a_terminal(monkeypatch)
    with under_way("checking"):
        told = awaited(capsys)

    assert told == "\rchecking …"
    assert capsys.readouterr().err == "\r\033[K"


def test_a_failure_leaves_the_line_clear(capsys: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    be_at_a_terminal(monkeypatch)

    def stopped() -> None:
        with under_way("checking"):
            assert awaited(capsys)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert capsys.readouterr().err == "\r\033[K"


def test_what_takes_less_writes_nothing(capsys: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    be_at_a_terminal(monkeypatch)
    monkeypatch.setattr(progress, "PATIENCE", 60.0)
    with under_way("checking"):
        pass

    assert capsys.readouterr().err == ""


def test_in_a_pipe_nothing_is_told(capsys: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    with under_way("checking"):
        assert list(TerminalFeedback().each("ab", "making reports")) == ["a", "b"]

    assert capsys.readouterr().err == ""
