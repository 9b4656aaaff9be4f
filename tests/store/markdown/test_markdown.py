"""Reading front matter, and writing new ones."""

from __future__ import annotations

import textwrap

import pytest
import yaml

from crmkb.store.markdown import CannotEdit, Unreadable, dump, parse, positions, split, yaml_header


@pytest.fixture(params=[yaml.CBaseLoader, yaml.BaseLoader], ids=["libyaml", "python"])
def loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_header, "LOADER", request.param)
    monkeypatch.setattr(positions, "LOADER", request.param)


def unreadable(data: bytes) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        parse(data)
    return caught.value


def header(text: str) -> bytes:
    return f"---\n{textwrap.dedent(text).lstrip()}---\n".encode()


def test_parts_of_a_windows_file_keep_every_byte() -> None:
    data = b"\xef\xbb\xbf--- \r\na: 1\r\n...\t\r\nbody\n---\n"
    parts = split(data)
    assert parts.joined() == data
    assert (parts.bom, parts.opening, parts.header) == (b"\xef\xbb\xbf", b"--- \r\n", b"a: 1\r\n")
    assert (parts.closing, parts.body, parts.newline) == (b"...\t\r\n", b"body\n---\n", b"\r\n")


@pytest.mark.parametrize(
    "data",
    [b"", b"body\n", b"\n---\na: 1\n---\n", b" ---\na: 1\n---\n", b"---json\n{}\n---\n", b"----\n"],
)
def test_without_a_fence_on_the_first_line_all_is_body(data: bytes) -> None:
    assert split(data).body == data
    assert parse(data).fields == {}


def test_a_closing_fence_stands_at_the_start_of_its_line() -> None:
    data = b"---\na: |\n  ---\n  b\nc: --- x\n---\nbody"
    assert parse(data).fields == {"a": "---\nb\n", "c": "--- x"}


@pytest.mark.usefixtures("loader")
def test_every_scalar_is_read_as_the_text_it_is() -> None:
    document = parse(
        header(
            """
            country: NO
            zip: 02142
            time: 12:30
            version: 1.10
            no: ~
            2025: true
            content: 2026-11-20
            empty:
            tagged: !!python/object:os.system x
            list: [no, 1_000]
            queries:
              stages: |
                SELECT 1
            """
        )
    )
    assert document.fields == {
        "country": "NO",
        "zip": "02142",
        "time": "12:30",
        "version": "1.10",
        "no": "~",
        "2025": "true",
        "content": "2026-11-20",
        "empty": "",
        "tagged": "x",
        "list": ["no", "1_000"],
        "queries": {"stages": "SELECT 1\n"},
    }


@pytest.mark.usefixtures("loader")
def test_lines_are_those_of_the_file() -> None:
    text = "\ufeff---\n# note\nname: x\n\n'tags':\n  - a\n  # why\n  - b\n---\nB"
    document = parse(text.replace("\n", "\r\n").encode())
    assert document.line_of("name") == 3
    assert document.line_of("tags") == 5
    assert [document.line_of("tags", 0), document.line_of("tags", 1)] == [6, 8]
    assert document.line_of("tags", 7) == 5
    assert document.line_of("nothing") == 1
    assert (document.body_line, document.body) == (10, "B")


def test_a_key_given_twice_is_named_with_its_second_line() -> None:
    document = parse(b"---\na: 1\nb: 2\na: 3\nc: {x: 1, x: 2}\n---\n")
    assert document.duplicates == {"a": 4}
    assert document.fields["a"] == "3"
    assert document.line_of("a") == 4


@pytest.mark.usefixtures("loader")
@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("a: 1\nb: x: y\n", 3, "an unquoted ': ' inside a value"),
        ("a: 1\nb: {{date}}\n", 3, "an unquoted '{{'"),
        ("a: {{date}} {{time}}\n", 2, "an unquoted '{{'"),
        ("a:\n\t- b\n", 3, "a tab where YAML wants blanks"),
        ("a: @ana\n", 2, "an unquoted value that begins with '@'"),
        ("a: 1\nb: *x y\n", 3, "an unquoted value that begins with '*'"),
        ("a: - b\n", 2, "an unquoted value that begins with '- '"),
        ('a: 1\nb: "x\nc: 1\n', 3, "a quote that is never closed"),
        ("a: 'it's'\n", 2, "text behind a closing quote"),
        ("a: 1\n b: 2\nc: 3\n", 3, "an unquoted ': ' inside a value"),
        ("a:\n  - x\n - y\n", 4, "a line that does not go with the one above"),
        ('a: "C:\\temp\\x"\n', 2, "a backslash inside double quotes"),
        ("a: 1\nb\nc: 1\n", 3, "a line without a 'key: value'"),
        ("a: [x, y\nb: 1\n", 2, "a '[' list that is not closed or lacks a comma"),
        ("a: 1\n  b: 2\n", 3, "an unquoted ': ' inside a value"),
        ("a: x\x07\n", 2, "a control character (U+0007)"),
        ("[a]: 1\n", 2, "a key that is no text"),
        ("\n- a\n- b\n", 3, "the front matter is not 'key: value' lines"),
        ("just words\n", 2, "the front matter is not 'key: value' lines"),
        (
            "a: 1\n<<<<<<< HEAD\nb: 1\n=======\nb: 2\n>>>>>>> x\n",
            3,
            "an unresolved git conflict",
        ),
        ("<<<<<<< theirs: 3f2c1d0\nname: x\n", 2, "an unresolved git conflict"),
        ("a: 1\r\nb: 1\r\n=======\r\nb: 2\r\n", 4, "an unresolved git conflict"),
    ],
)
def test_a_broken_header_is_said_with_its_line(text: str, line: int, reason: str) -> None:
    error = unreadable(f"---\n{text}---\nbody\n".encode())
    assert (error.line, error.reason) == (line, reason)
    assert str(error) == f"line {line}: {reason}"


@pytest.mark.parametrize(
    ("data", "line", "reason"),
    [
        (b"---\nname: x\n", 1, "the front matter is never closed"),
        (b"---\nname: x\n ---\n", 1, "the front matter is never closed"),
        (b"---\n<<<<<<< HEAD\nname: x\n", 2, "an unresolved git conflict"),
        (
            b"---\nname: x\n---\ncaf\xe9\n",
            4,
            "byte 0xe9 is not UTF-8; the file looks like cp1252 (Windows)",
        ),
        ("---\nname: x\n---\n".encode("utf-16"), 1, "the file is UTF-16, not UTF-8"),
        (b"---\nname: x\n---\n\0\n", 4, "a NUL byte; this is no text file"),
        (b"<<<<<<< HEAD\n---\nname: x\n---\n", 1, "an unresolved git conflict"),
        (b"---\na: " + b"x" * 300_000 + b"\n---\n", 1, "the front matter is larger than 256 KB"),
    ],
)
def test_a_file_that_is_no_text_is_said_with_its_line(data: bytes, line: int, reason: str) -> None:
    error = unreadable(data)
    assert (error.line, error.reason) == (line, reason)
    assert error.hint


@pytest.mark.usefixtures("loader")
@pytest.mark.parametrize(
    "value",
    [
        "[\n<<<<<<< HEAD\n  x,\n=======\n  y,\n>>>>>>> b\n]",
        '"two\n<<<<<<< HEAD\n  lines\n=======\n  words\n>>>>>>> b\n"',
    ],
)
def test_a_conflict_in_quotes_or_brackets_is_not_taken_for_a_value(value: str) -> None:
    error = unreadable(header(f"a: 1\nb: {value}\n"))
    assert (error.line, error.reason) == (4, "an unresolved git conflict")


@pytest.mark.usefixtures("loader")
def test_aliases_are_read_but_not_multiplied_without_end() -> None:
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{key}: &{key} [{', '.join([f'*{before}'] * 9)}]\n"
        for before, key in zip("abcdefg", "bcdefgh", strict=True)
    )
    assert parse(header("a: &x [1]\nb: *x\n")).fields == {"a": ["1"], "b": ["1"]}
    assert unreadable(header("a: &a [*a]\n")).reason.startswith("lists and mappings are nested")
    assert unreadable(header(bomb)).reason == "too many aliases ('*')"


@pytest.mark.usefixtures("loader")
@pytest.mark.parametrize(
    "value",
    ["[" * 100_000, "\n  " + "- " * 100_000, "\n  " + "? " * 100_000, "[" * 25 + "]" * 25],
)
def test_deep_nesting_is_refused(value: str) -> None:
    assert unreadable(header(f"a: {value}\n")).reason.startswith("lists and mappings are nested")


@pytest.mark.usefixtures("loader")
def test_deep_nesting_by_indentation_is_refused() -> None:
    text = "".join(f"{' ' * depth}a:\n" for depth in range(700))
    assert unreadable(header(text)).reason.startswith("lists and mappings are nested deeper")


def test_a_dump_is_flat_and_reads_as_a_person_would_write_it() -> None:
    assert dump(
        {
            "name": "Acme Ltd",
            "country": "NO",
            "amount": "50000",
            "close_date": "2026-11-27",
            "date": "2026-11-20T14:30:00",
            "primary": "true",
            "zip": "02142",
            "phone": "+47 123",
            "link": "[[Acme]]",
            "quote": 'say "hi"',
            "path": '"C:\\temp"',
            "empty": "",
            "tags": ["a", "b: c"],
            "none": [],
            "2025": "x",
            "notes": "one\n\ntwo",
            "logs": ["a\nb\n", "c"],
            "odd": "a\n b \x07",
        }
    ) == textwrap.dedent(
        """\
        name: Acme Ltd
        country: "NO"
        amount: 50000
        close_date: 2026-11-27
        date: 2026-11-20T14:30:00
        primary: true
        zip: "02142"
        phone: "+47 123"
        link: "[[Acme]]"
        quote: say "hi"
        path: '"C:\\temp"'
        empty: ""
        tags:
          - a
          - "b: c"
        none: []
        "2025": x
        notes: |-
          one

          two
        logs:
          - |
            a
            b
          - c
        odd: "a\\n b \\x07"
        """
    )


@pytest.mark.parametrize(
    "text",
    [
        "0",
        "-5",
        "0.25",
        "50000.50",
        "2024-02-29",
        "2026-11-20T14:30:00+01:00",
        "true",
        "Zoë",
        "a-b",
    ],
)
def test_dates_numbers_and_words_stay_plain(text: str) -> None:
    assert dump({"key": text}) == f"key: {text}\n"


@pytest.mark.parametrize(
    "text",
    ["2026-02-30", "9007199254740993", "1e3", "0o17", "1_0", "12:30", "y", "True", ".5", "-0"],
)
def test_what_some_reader_would_retype_is_quoted(text: str) -> None:
    assert dump({"key": text}) == f'key: "{text}"\n'


def test_half_a_character_is_refused() -> None:
    with pytest.raises(CannotEdit, match="half a character"):
        dump({"key": ["\ud83d"]})
