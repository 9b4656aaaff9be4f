"""CSV of any make is read, what had to be interpreted is told, and the rest refused with a line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkb.connectors.csv_file import BadTable, read_csv
from crmkb.values.csv_table import Table


def read(text: str | bytes) -> Table:
    return read_csv(text.encode() if isinstance(text, str) else text, "x.csv")


def cells(table: Table) -> list[tuple[str, ...]]:
    return [row.cells for row in table.rows]


@pytest.mark.parametrize(
    "data, form",
    [
        (b"name,city\nCaf\xc3\xa9,Oslo\n", "UTF-8, commas between 2 columns"),
        (
            b"\xef\xbb\xbfname,city\nCaf\xc3\xa9,Oslo\n",
            "UTF-8 with a BOM, commas between 2 columns",
        ),
        ("\ufeffname,city\nCafé,Oslo\n".encode("utf-16-le"), "UTF-16, commas between 2 columns"),
        ("\ufeffname,city\nCafé,Oslo\n".encode("utf-16-be"), "UTF-16, commas between 2 columns"),
        (
            b"name,city\nCaf\xe9,Oslo\n",
            "Windows-1252, as it is not UTF-8, commas between 2 columns",
        ),
        (b"name;city\r\nCaf\xc3\xa9;Oslo\r\n", "UTF-8, semicolons between 2 columns"),
        (b"name\tcity\rCaf\xc3\xa9\tOslo\r", "UTF-8, tabs between 2 columns"),
        (b"sep=~\nname~city\nCaf\xc3\xa9~Oslo", "UTF-8, '~' between 2 columns"),
        (b'"name","city"\n"Caf\xc3\xa9","Oslo"', "UTF-8, commas between 2 columns"),
    ],
)
def test_encoding_and_delimiter_are_found_out_and_told(data: bytes, form: str) -> None:
    table = read(data)
    assert table.form == form
    assert table.columns == ("name", "city")
    assert cells(table) == [("Café", "Oslo")]


@pytest.mark.parametrize("delimiter", list(",;\t|:^`"))
def test_every_usual_delimiter_is_found_out(delimiter: str) -> None:
    text = "name,site,note\nAcme,http://a.example/x,one\nBolt,http://b.example/y,two"
    if delimiter == ":":
        text = text.replace("http://", "")
    table = read(text.replace(",", delimiter))
    assert table.columns == ("name", "site", "note")
    assert len(table.rows) == 2


def test_a_delimiter_of_the_header_that_the_rows_lack_is_none() -> None:
    assert read("name,to do: this week\nAcme,call\nBolt,write").columns == (
        "name",
        "to do: this week",
    )


def test_a_file_of_one_column_is_one() -> None:
    table = read("name\nAcme, Inc.\nBolt")
    assert table.form == "UTF-8, one column"
    assert [row.cells[0] for row in read("name\nAcme\nBolt").rows] == ["Acme", "Bolt"]


def test_rows_keep_the_first_of_their_lines() -> None:
    table = read('name,note\n\nAcme,"two\r\nlines"\nBolt,one\n')
    assert [(row.line, row.cells) for row in table.rows] == [
        (3, ("Acme", "two\nlines")),
        (5, ("Bolt", "one")),
    ]


def test_rows_of_blanks_are_left_out_and_counted() -> None:
    table = read("\nname,city\n , \nAcme,Oslo\n,,\n\n")
    assert cells(table) == [("Acme", "Oslo")]
    assert table.blanks == 4


def test_the_header_may_come_late_and_its_texts_are_trimmed() -> None:
    assert read("\n Name , name,NAME\n").columns == ("Name", "name", "NAME")


def test_a_column_name_given_twice_is_made_distinct_and_told() -> None:
    table = read("name,email,name\nAcme,a@acme.example,Inc.\n")
    assert table.columns == ("name", "email", "name (2)")
    assert table.notes == ("the column 'name' is there again and called 'name (2)'",)


def test_an_empty_last_column_is_left_out_and_told() -> None:
    table = read("name,city,,\nAcme,Oslo,,\n")
    assert table.columns == ("name", "city")
    assert cells(table) == [("Acme", "Oslo")]
    assert table.notes == ("each of the last 2 columns without name or content is left out",)


def test_a_last_column_with_texts_and_no_name_gets_one() -> None:
    table = read("name,city,\nAcme,Oslo,x\n")
    assert table.columns == ("name", "city", "column 3")
    assert table.notes == ("a column without a name is called 'column 3'",)


def test_short_rows_are_filled_up_and_named() -> None:
    table = read("name,city,note\nAcme\nBolt,Oslo,x\nCask,Rome\n")
    assert cells(table)[0] == ("Acme", "", "")
    assert table.notes == (
        "2 rows are (lines 2, 4) shorter than the header; what is missing is taken as empty",
    )


def test_a_row_with_more_texts_than_columns_keeps_them_for_the_planner() -> None:
    table = read("name,city\nAcme,Oslo,,\nBolt, Inc.,Rome\n")
    assert cells(table) == [("Acme", "Oslo"), ("Bolt", "Inc.", "Rome")]


def test_the_guard_against_formulas_is_taken_off() -> None:
    table = read("name,phone\n'=Acme,'+47 123\n'tis,'n\n")
    assert cells(table) == [("=Acme", "+47 123"), ("'tis", "'n")]


@pytest.mark.parametrize(
    "data, message",
    [
        (b"", "x.csv:1: holds no table"),
        (b"\n , \n", "x.csv:1: holds no table"),
        (b"PK\x03\x04rest", "x.csv:1: is a spreadsheet or an archive"),
        (b"name\nA\0B\n", "x.csv:2: a NUL character; this is no text"),
        (b"name\n\x81\xff", "x.csv:2: the encoding is unknown"),
        (b'name,city\nA,B\n"Acme,Oslo\nBolt,Rome\n', 'x.csv:3: a quote (") is opened here'),
        (b'name,size\nA,B\nAcme,"5" disk"\n', 'x.csv:3: a quote (") within a quoted cell'),
    ],
)
def test_what_is_no_table_is_refused_with_its_line(data: bytes, message: str) -> None:
    with pytest.raises(BadTable) as caught:
        read(data)
    assert caught.value.message.startswith(message)
    assert caught.value.hint


@given(st.binary(max_size=200))
def test_any_bytes_are_a_table_or_refused(data: bytes) -> None:
    try:
        table = read(data)
    except BadTable:
        return
    assert len(set(table.columns)) == len(table.columns)
    assert all(len(row.cells) >= len(table.columns) for row in table.rows)
