"""The player of documents notices when a document is wrong."""

from __future__ import annotations

import pytest

from tests.transcripts import Printed, blocks, fits, play


@pytest.mark.parametrize(
    "said, text, code",
    [
        ((), "", 0),
        (("a", "b"), "a\nb\n", 0),
        (("a", ""), "a\n", 0),
        (("a…", "…", "z"), "abc\nx\ny\nz\n", 0),
        (("…",), "", 0),
        (("a … c",), "a b c\n", 0),
        (("commit 0a1b2c3d4e",), "commit f9f9f9f9f9\n", 0),
        (("error: no", "[exit 4]"), "error: no\n", 4),
        (("(1 + 1) [a]",), "(1 + 1) [a]\n", 0),
        (("…", "[exit 3]"), "a\nb\n", 3),
        (("[exit 1]",), "", 1),
    ],
)
def test_what_fits(said: tuple[str, ...], text: str, code: int) -> None:
    assert fits(said, Printed(text, code))


@pytest.mark.parametrize(
    "said, text, code",
    [
        ((), "a\n", 0),
        (("a",), "", 0),
        (("a",), "a\nb\n", 0),
        (("a.c",), "abc\n", 0),
        (("error: no",), "error: no\n", 4),
        (("error: no", "[exit 4]"), "error: no\n", 5),
        (("EUR 10005534",), "EUR 10005535\n", 0),
        (("commit 0a1b2c3d4e",), "commit f9f9f9f\n", 0),
        (("a …",), "a\nb\n", 0),
        (("…",), "error: no\n", 4),
        (("error: no", "…"), "error: no\n", 4),
    ],
)
def test_what_does_not_fit(said: tuple[str, ...], text: str, code: int) -> None:
    assert not fits(said, Printed(text, code))


DOCUMENT = """\
# Title

```console
$ one \\
    --more
what one says

$ two
not what two says
```

```markdown notes/a.md
- [ ] Call
```

<!-- console
$ three
-->
```json
$ not run
```
"""


def test_a_document_is_played_in_order_and_returned_with_what_is_true() -> None:
    ran: list[str] = []
    files: dict[str, str] = {}

    def run(command: str) -> Printed:
        ran.append(command)
        return Printed({"two": "what two says\n", "three": ""}.get(command, "what one says\n"))

    played = play(DOCUMENT, run, files.__setitem__)
    assert ran == ["one \\\n    --more", "two", "three"]
    assert files == {"notes/a.md": "- [ ] Call\n"}
    assert played == DOCUMENT.replace("not what two says", "what two says")


def test_a_console_block_begins_with_a_command() -> None:
    with pytest.raises(ValueError, match="begins with"):
        play("```console\nwords\n```", lambda _: Printed(""), lambda _path, _text: None)


def test_a_longer_fence_may_hold_fences() -> None:
    (block,) = blocks("````markdown x.md\n```console\n$ a\n```\n````\n")
    assert block.path == "x.md"
    assert block.lines == ("```console", "$ a", "```")
