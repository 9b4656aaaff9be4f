from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkb.values.display import one_line, printable, shorten, text_width
from crmkb.values.names import close_matches, fold, slugify


@pytest.mark.parametrize(
    "name, slug",
    [
        ("Acme, Inc.", "acme-inc"),
        ("Müller & Søn GmbH", "muller-and-son-gmbh"),
        ("Straße Æther Łódź", "strasse-aether-lodz"),
        ("O'Brien’s", "obriens"),
        ("İstanbul", "istanbul"),
        ("Nguyễn Đình", "nguyen-dinh"),
        ("ＡＣＭＥ １２", "acme-12"),
        ("ООО «Ромашка»", "ооо-ромашка"),
        ("株式会社ガンダム", "株式会社ガンダム"),
        ("हिन्दी कंपनी", "हिन्दी-कंपनी"),
        ("الشركة", "الشركة"),
        ("한국 회사", "한국-회사"),
        ("☺️ fine", "fine"),
        ("../../etc/passwd", "etc-passwd"),
        ("--help", "help"),
        ("CON", "con-x"),
        ("com¹", "com1-x"),
        ("console", "console"),
    ],
)
def test_a_slug_is_readable_in_every_script(name: str, slug: str) -> None:
    assert slugify(name) == unicodedata.normalize("NFC", slug)


def test_a_name_without_letters_has_a_slug_of_its_own() -> None:
    assert slugify("🚀") == "unnamed-ebbc0b28"
    assert slugify("🚀") != slugify("🎈")


def test_a_long_name_is_cut_at_a_word() -> None:
    assert slugify("word " * 30) == "-".join(["word"] * 12)
    assert slugify("a" * 80) == "a" * 60


@given(st.text())
def test_a_slug_is_a_safe_file_name_and_its_own_slug(name: str) -> None:
    slug = slugify(name)
    assert slugify(slug) == slug
    assert 0 < len(slug) <= 60
    assert len(slug.encode()) <= 180
    assert slug[0] not in ".-"
    assert slug[-1] != "-"
    assert not set(slug) & set('<>:"/\\|?* .\t\n\0')
    assert slug == slug.lower() == unicodedata.normalize("NFC", slug)


@pytest.mark.parametrize(
    "one, other",
    [
        ("Acme  Inc", " ACME inc "),
        ("Straße", "STRASSE"),
        ("ＡＣＭＥ", "acme"),
        ("Ac\u200bme", "acme"),
        ("Zoe\u0301", "zoé"),
        ("Acme\u00a0Inc", "acme inc"),
    ],
)
def test_names_that_look_alike_fold_alike(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@given(st.text())
def test_a_folded_name_is_its_own_fold(name: str) -> None:
    assert fold(fold(name)) == fold(name)
    assert fold(name.upper().lower()) == fold(fold(name).upper().lower())


@pytest.mark.parametrize(
    "word, matches",
    [
        ("acne", ["acme"]),
        ("ac", ["acme", "acme-labs"]),
        ("labs", ["acme-labs"]),
        ("ACME Corporation", ["acme"]),
        ("zzz", []),
        ("", []),
    ],
)
def test_close_matches_are_spelt_alike_begin_or_hold_the_word(
    word: str, matches: list[str]
) -> None:
    assert close_matches(word, ["beta", "acme", "acme-labs"]) == matches


def test_close_matches_keep_the_spelling_of_the_candidate() -> None:
    assert close_matches("muller", ["MULLER Söhne"]) == ["MULLER Söhne"]


@pytest.mark.parametrize(
    "text, shown",
    [
        ("a\x1b[1;31mred\x1b[0m", "ared"),
        ("\x1b]8;;http://x.example\x07link\x1b]8;;\x1b\\", "link"),
        ("\x9b31mred", "red"),
        ("\x1b]0;unterminated", "0;unterminated"),
        ("\x1b\x1b[31m[31m", "[31m"),
        ("a\u202eb\u2066c", "abc"),
        ("a\r\nb\rc\x00\x07\x7f", "a\nb\nc"),
        ("tab\tstays", "tab\tstays"),
        ("\udcff", "\ufffd"),
        ("żółć 株式会社 👩\u200d🚀 עברית\u200f", "żółć 株式会社 👩\u200d🚀 עברית\u200f"),
    ],
)
def test_printable_text_steers_no_terminal(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(st.text(alphabet=st.characters(), max_size=40), st.sampled_from(["\x1b[", "\x1b]", "\x9d"]))
def test_printable_text_is_printable(text: str, start: str) -> None:
    shown = printable(text + start + text)
    assert printable(shown) == shown
    assert not any(
        unicodedata.category(char) in ("Cc", "Cs") for char in shown if char not in "\n\t"
    )
    assert len(one_line(text).splitlines()) <= 1


def test_one_line_turns_newlines_into_blanks() -> None:
    assert one_line(" a\r\n\tb\u2028c\x85d\x1b[0m\n") == "a b c d"


@pytest.mark.parametrize(
    "text, width, shown",
    [
        ("hello", 5, "hello"),
        ("hello", 4, "hel…"),
        ("hello there", 7, "hello…"),
        ("hello", 1, "…"),
        ("hello", 0, ""),
        ("株式会社", 8, "株式会社"),
        ("株式会社", 6, "株式…"),
        ("e\u0301e\u0301e\u0301", 3, "e\u0301e\u0301e\u0301"),
        ("e\u0301e\u0301e\u0301", 2, "e\u0301…"),
    ],
)
def test_text_is_shortened_by_the_columns_it_takes(text: str, width: int, shown: str) -> None:
    assert shorten(text, width) == shown


@given(st.text(), st.integers(0, 30))
def test_shortened_text_fits(text: str, width: int) -> None:
    assert text_width(shorten(text, width)) <= width


def test_a_slip_at_the_beginning_of_a_longer_name_is_understood() -> None:
    assert close_matches("acmee", ["acme-corporation", "zenith"]) == ["acme-corporation"]
    assert close_matches("nobody", ["acme-corporation", "zenith"]) == []
