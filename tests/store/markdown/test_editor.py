"""Editing keys of a front matter."""

from __future__ import annotations

import pytest

from crmkb.store.markdown import (
    Append,
    CannotEdit,
    Discard,
    Edit,
    Remove,
    Set,
    Unreadable,
    edit,
    parse,
)
from crmkb.store.markdown.patches import Patch


def edited(before: str, *edits: Edit) -> str:
    data = f"---\n{before}---\nbody\n".encode()
    text = edit(data, edits).decode()
    assert text.startswith("---\n")
    assert text.endswith("---\nbody\n")
    return text[4:-9]


def test_a_comment_behind_a_value_stays() -> None:
    assert edited("a: 'old'   # why\nb: 1\n", Set("a", "new")) == "a: new   # why\nb: 1\n"
    assert edited("a: # why\nb: 1\n", Set("a", "new")) == "a: new # why\nb: 1\n"


def test_a_value_on_a_line_of_its_own_stays_there() -> None:
    assert edited("a:\n  old # why\n", Set("a", "new")) == "a:\n  new # why\n"


def test_a_text_of_lines_can_become_a_word_and_back() -> None:
    before = "a: | # why\n  one\n  two\n\n# next\nb: 1\n"
    word = "a: x # why\n\n# next\nb: 1\n"
    assert edited(before, Set("a", "x")) == word
    assert edited(word, Set("a", "one\ntwo\n")) == before


def test_a_text_above_an_indented_comment_is_quoted_lest_it_swallow_it() -> None:
    assert edited("a: x\n  # why\n", Set("a", "1\n2")) == 'a: "1\\n2"\n  # why\n'


def test_a_new_key_goes_before_the_closing_fence() -> None:
    assert edited("a: 1\n# end\n", Set("no", "x")) == 'a: 1\n# end\n"no": x\n'
    assert edited("  a: 1\n", Append("t", "x")) == "  a: 1\n  t:\n    - x\n"


def test_a_removed_key_takes_its_lines_and_no_other() -> None:
    before = "# all\na: 1\n# of b\nb: # why\n  - x # why\n# end\n"
    assert edited(before, Remove("b")) == "# all\na: 1\n# of b\n# end\n"
    assert edited("a: 1\n", Remove("a")) == ""


def test_an_item_is_appended_with_the_indentation_of_the_others() -> None:
    assert edited("t:\n- a # 1\n# b\n", Append("t", "x: y")) == 't:\n- a # 1\n- "x: y"\n# b\n'
    assert edited("t: # t\n    - a\n", Append("t", "2")) == "t: # t\n    - a\n    - 2\n"


def test_an_item_is_appended_to_a_list_in_brackets() -> None:
    assert edited("t: [a, 'b'] # t\n", Append("t", "c, d")) == "t: [a, 'b', \"c, d\"] # t\n"
    assert edited("t: [a]\n", Append("t", "https://x.example")) == ('t: [a, "https://x.example"]\n')
    assert edited("t: [a, b,]\n", Append("t", "c")) == "t: [a, b, c,]\n"


@pytest.mark.parametrize("comma", ["", ","])
def test_an_item_is_appended_on_its_own_line_where_the_others_have_one(comma: str) -> None:
    before = f"t: [\n  a, # 1\n  b{comma} # 2\n]\n"
    after = f"t: [\n  a, # 1\n  b, # 2\n  c{comma}\n]\n"
    assert edited(before, Append("t", "c")) == after
    assert edited(after, Discard("t", "c")) == before


def test_an_item_appended_to_a_text_makes_a_list_of_both() -> None:
    assert edited("t: 'a' # t\n", Append("t", "b")) == "t: # t\n  - 'a'\n  - b\n"
    assert edited("t: # t\n", Append("t", "b")) == "t: # t\n  - b\n"
    assert edited("t: [] # t\n", Append("t", "b")) == "t: # t\n  - b\n"


def test_a_discarded_item_takes_its_line() -> None:
    before = "t: # t\n  - a # 1\n  # about b\n  - |\n    b\n  -\n    c\n  - a\n"
    assert edited(before, Discard("t", "a")) == "t: # t\n  # about b\n  - |\n    b\n  -\n    c\n"
    assert edited(before, Discard("t", "c")) == before.replace("  -\n    c\n", "")
    assert edited("t: # t\n  - a # 1\nb: 1\n", Discard("t", "a")) == "t: [] # t\nb: 1\n"


def test_a_discarded_item_takes_its_comma() -> None:
    before = "t: [a, b, c] # t\n"
    assert edited(before, Discard("t", "a")) == "t: [b, c] # t\n"
    assert edited(before, Discard("t", "b")) == "t: [a, c] # t\n"
    assert edited(before, Discard("t", "c")) == "t: [a, b] # t\n"
    assert edited("t: [a] # t\n", Discard("t", "a")) == "t: [] # t\n"


def test_a_discarded_item_takes_the_comma_that_begins_the_next_line() -> None:
    before = "t: [a # 1\n  , b # 2\n  , c]\n"
    assert edited(before, Discard("t", "a")) == "t: [b # 2\n  , c]\n"
    assert edited(before, Discard("t", "b")) == "t: [a # 1\n  , c]\n"
    assert edited(before, Discard("t", "c")) == "t: [a # 1\n  , b # 2\n   ]\n"


def test_a_comment_behind_a_value_on_its_own_line_keeps_the_line() -> None:
    list_of_two = "t:\n  # why\n  - a\n  - b\n"
    assert edited("t:\n  a\t# why\n", Append("t", "b")) == list_of_two
    assert edited("t:\n  x # why\n", Set("t", ["a", "b"])) == list_of_two
    assert edited("t:\n  a \n", Append("t", "b")) == list_of_two.replace("  # why\n", "")


def test_a_list_set_to_another_keeps_the_items_that_stay() -> None:
    before = "t:\n  - a # 1\n  - b # 2\n  - c # 3\n"
    assert edited(before, Set("t", ["a", "c", "d"])) == "t:\n  - a # 1\n  - c # 3\n  - d\n"
    assert edited(before, Set("t", ["c", "a"])) == "t:\n  - c\n  - a\n"


def test_several_edits_are_made_in_order() -> None:
    edits: list[Edit] = [
        Set("stage", "won"),
        Append("log", "2026-11-20 won"),
        Remove("x"),
        Set("z", "2"),
    ]
    before = "stage: open\nlog:\n  - 2026-08-14 open\nx: 1\n"
    after = "stage: won\nlog:\n  - 2026-08-14 open\n  - 2026-11-20 won\nz: 2\n"
    assert edited(before, *edits) == after


def test_windows_line_ends_and_the_mark_at_the_start_are_kept() -> None:
    data = b"\xef\xbb\xbf---\r\na: 1\r\n...\r\nbody\n"
    after = b"\xef\xbb\xbf---\r\na: 1\r\nt:\r\n  - |-\r\n    x\r\n    y\r\n...\r\nbody\n"
    assert edit(data, [Append("t", "x\ny")]) == after
    assert parse(after).fields == {"a": "1", "t": ["x\ny"]}


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("body", [b"", b"# Title\n\n---\n", b"no line end"])
def test_a_file_without_front_matter_gets_one(bom: bytes, body: bytes) -> None:
    assert edit(bom + body, [Set("a", "1")]) == bom + b"---\na: 1\n---\n" + body
    assert edit(bom + body, [Remove("a"), Discard("a", "1")]) == bom + body


def test_an_edit_that_says_what_is_there_changes_nothing() -> None:
    before = "a: 'x' # 1\nt: [ a,b ]\ne:\n"
    same: list[Edit] = [
        Set("a", "x"),
        Set("t", ["a", "b"]),
        Set("e", ""),
        Discard("t", "z"),
        Remove("z"),
    ]
    assert edited(before, *same) == before


@pytest.mark.parametrize(
    ("before", "change", "reason"),
    [
        ("a: 1\nb: 1\na: 2\n", Set("a", "3"), "it is given again on line 4"),
        ("{a: 1}\n", Set("a", "2"), "the front matter is written as one '{…}'"),
        ("? a\n: 1\n", Set("a", "2"), "it is written with '? '"),
        ("a: !secret x\n", Set("a", "2"), "its value has a YAML tag"),
        ("b: &x [1]\na: *x\n", Append("a", "2"), "its value is a YAML alias"),
        ("a: &x 1\nb: *x\n", Set("a", "2"), "the result could not be read"),
        ("a: &x [1]\nb: *x\n", Append("a", "2"), "something else would change with it"),
        ("a:\n  b: 1\n", Append("a", "2"), "it holds keys, not a list"),
        ("b: |+\n  x\na: 1\n\nc: 1\n", Remove("a"), "something else would change with it"),
        ("a: 1\x85b: 2\n", Remove("a"), "something else would change with it"),
        ("a: 1\n", Set("a", "\udc80"), "half a character"),
    ],
)
def test_what_is_not_certain_is_refused(before: str, change: Edit, reason: str) -> None:
    with pytest.raises(CannotEdit, match="cannot change 'a'") as caught:
        edited(before, change)
    assert reason in caught.value.reason
    assert caught.value.hint == f"edit line {caught.value.line} by hand"


def test_a_key_in_another_place_than_the_last_is_no_result(monkeypatch: pytest.MonkeyPatch) -> None:
    first = [Patch(0, 0, "b: 2\n")]
    monkeypatch.setattr("crmkb.store.markdown.editor.added", lambda *_: first)
    with pytest.raises(CannotEdit, match="something else would change with it"):
        edited("a: 1\n", Set("b", "2"))


def test_an_alias_may_be_replaced_and_an_anchor_nobody_uses_too() -> None:
    assert edited("b: &x 1\na: *x # 1\n", Set("a", "2")) == "b: &x 1\na: 2 # 1\n"
    assert edited("a: &x 1 # 1\n", Set("a", "2")) == "a: 2 # 1\n"


def test_a_file_that_cannot_be_read_is_not_edited() -> None:
    with pytest.raises(Unreadable):
        edit(b"---\na: b: c\n---\n", [Set("a", "x")])
