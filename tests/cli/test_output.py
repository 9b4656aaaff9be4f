from __future__ import annotations

import io
import json
from datetime import date
from decimal import Decimal

import pytest

from crmkb.cli.output import Output, cell, write_csv
from crmkb.interface.answer import Cell


@pytest.mark.parametrize(
    "value, shown",
    [
        (None, ""),
        (50000, "50,000"),
        (1207.5, "1,207.50"),
        (12.0, "12"),
        (0.125, "0.125"),
        (0.1, "0.1"),
        (Decimal("9.99"), "9.99"),
        (True, "True"),
        ("two\nlines\t\x1b[31mred", "two lines red"),
    ],
)
def test_a_value_is_shown_on_one_line(value: object, shown: str) -> None:
    assert cell(value) == shown


def test_json_is_plain_and_complete(capsys: pytest.CaptureFixture[str]) -> None:
    Output().json("things", [{"day": date(2026, 11, 20), "amount": Decimal("1.5"), "name": "Ø"}])

    assert json.loads(capsys.readouterr().out) == {
        "schema_version": 1,
        "kind": "things",
        "data": [{"day": "2026-11-20", "amount": 1.5, "name": "Ø"}],
    }


def test_json_is_ascii_where_the_console_is_not_utf_8(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(raw, "cp1252", write_through=True))

    Output().json_lines([{"name": "株式会社"}])

    assert json.loads(raw.getvalue()) == {"name": "株式会社"}


def test_spreadsheets_get_no_formulas() -> None:
    file = io.StringIO()

    write_csv(file, ["a", "b"], [["=1+1", -5], ["-x", "plain, text"], [" @y", None]])

    assert file.getvalue() == "a,b\n'=1+1,-5\n'-x,\"plain, text\"\n' @y,\n"


def test_quiet_keeps_the_talk_and_not_the_results(capsys: pytest.CaptureFixture[str]) -> None:
    out = Output(is_quiet=True)

    out.say("talk")
    out.styled(Cell("res\x07ult", "bad"), " here")

    assert capsys.readouterr() == ("result here\n", "")


@pytest.mark.parametrize(
    "name, value, styled",
    [("NO_COLOR", "", True), ("NO_COLOR", "1", False), ("TERM", "dumb", False)],
)
def test_styles_are_for_terminals_that_want_them(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, styled: bool
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)

    assert Output().has_colour is styled
