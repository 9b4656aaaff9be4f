from __future__ import annotations

from collections.abc import Sequence

import pytest

from crmkb.cli.table import Layout, lines
from crmkb.interface.answer import Cell


def plain(text: str, _style: str) -> str:
    return text


def table(
    *rows: Sequence[Cell | str], width: int | None = None, layout: Layout | None = None
) -> str:
    head, *rest = ([Cell(c) if isinstance(c, str) else c for c in row] for row in rows)
    names = [cell.text for cell in head]
    return "\n".join(lines(names, rest, width, layout or Layout(), plain))


def number(text: str) -> Cell:
    return Cell(text, is_number=True)


def test_texts_stand_left_and_numbers_right() -> None:
    assert table(["name", "amount"], ["Acme", number("5")], ["Bolt Ltd", number("1,000")]) == (
        "name      amount\nAcme           5\nBolt Ltd   1,000"
    )


def test_wide_letters_take_two_columns() -> None:
    assert table(["name", "b"], ["株式会社", "x"], ["e\u0301", "y"]) == (
        "name      b\n株式会社  x\ne\u0301         y"
    )


def test_on_a_narrow_terminal_the_widest_text_is_cut() -> None:
    rows = (["a", "text"], ["x", "a long text that goes on"])

    assert table(*rows, width=15) == "a  text\nx  a long text…"


def test_optional_columns_are_left_out_first_and_whole_ones_never_cut() -> None:
    layout = Layout(optional=("note",), whole=("ref",))
    rows = (["ref", "note", "text"], ["a-very-long-name", "some note", "some more text"])

    assert table(*rows, width=60, layout=layout) == (
        "ref               note       text\na-very-long-name  some note  some more text"
    )
    assert table(*rows, width=30, layout=layout) == (
        "ref               text\na-very-long-name  some more t…"
    )


def test_optional_columns_that_are_empty_are_left_out_of_a_terminal() -> None:
    rows = (["ref", "note"], ["a", ""], ["b", ""])

    assert table(*rows, width=80, layout=Layout(optional=("note",))) == "ref\na\nb"
    assert table(*rows, layout=Layout(optional=("note",))) == "ref  note\na\nb"


def test_rows_that_cannot_stand_side_by_side_become_blocks() -> None:
    rows = ([f"column{n}" for n in range(4)], ["w" * 20] * 4, ["v" * 20] * 4)

    assert table(*rows, width=34).splitlines()[3:6] == [
        f"column3  {'w' * 20}",
        "",
        f"column0  {'v' * 20}",
    ]


@pytest.mark.parametrize("width", range(20, 90))
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    rows: tuple[Sequence[Cell | str], ...] = (
        ["a", "b", "c"],
        ["x" * 30, "y" * 12, "z" * 25],
        ["x", number("12"), ""],
    )

    drawn = table(*rows, width=width).splitlines()

    assert max(map(len, drawn)) <= width or "\n" in table(*rows, width=width).strip()


def test_a_table_without_rows_is_its_heading() -> None:
    assert table(["a", "b"]) == "a  b"
