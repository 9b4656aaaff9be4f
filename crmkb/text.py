"""Names and words: as folder names, as keys to compare by, as a terminal may show them.

Pure functions on text. Money is read and said in `money`, addresses of people in `people`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_MAX_SLUG_LENGTH = 60
_MAX_SLUG_BYTES = 180  # leaves room for a date and a type in a file name of 255 bytes
_WINDOWS_DEVICES = frozenset(
    ["con", "prn", "aux", "nul"]
    + [f"{port}{number}" for port in ("com", "lpt") for number in range(10)]
)
_SPELLED = str.maketrans("øđðłħıŋĸŧ", "oddlhinkt", "'’‘ʼʻ`") | str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "&": " and "}
)

_ESCAPE_SEQUENCES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor
    r"|(?:\x1b[]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x90-\x9f]*(?:\x07|\x1b\\|\x9c)"  # OSC, DCS
    r"|\x1b[ -/]*[0-~]"
)
_LINE_ENDS = re.compile("\r\n|[\r\x85\u2028\u2029]")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_SURROGATES = re.compile("[\ud800-\udfff]")


def slugify(name: str) -> str:
    """Return the folder or file name of a named thing: `Müller & Søn` becomes `muller-and-son`.

    Letters without an ASCII form stay as they are, so a name in any script stays readable. The
    slug is never empty, at most 60 characters long, and its own slug.
    """
    slug = _cut("-".join(_slug_words(name)))
    if not slug:
        return _nameless(name)
    return f"{slug}-x" if slug in _WINDOWS_DEVICES else slug


def fold(name: str) -> str:
    """Return the key by which names are compared: without case, width, extra or hidden blanks."""
    if name.isascii():
        return " ".join(name.lower().split())
    folded = unicodedata.normalize("NFKC", name)
    folded = unicodedata.normalize("NFKC", folded.casefold())
    if not folded.isascii():
        folded = "".join(char for char in folded if unicodedata.category(char) != "Cf")
        folded = unicodedata.normalize("NFKC", folded)
    return " ".join(folded.split())


def close_matches(word: str, candidates: Iterable[str], limit: int = 3) -> list[str]:
    """Return the candidates a person may have meant, the best first.

    Those that begin with the word (or begin it) come first, then those that contain it, then
    those spelt much like it, or else those whose beginning is.
    """
    by_key = {fold(candidate): candidate for candidate in candidates}
    key = fold(word)
    found = [each for each in by_key if len(key) > 1 and each.startswith(key)]
    found += [each for each in by_key if len(each) > 2 and key.startswith(each)]
    found += [each for each in by_key if len(key) > 2 and key in each]
    if len(found) < limit:
        found += _spelt_alike(key, by_key, limit)
    return [by_key[each] for each in dict.fromkeys(found)][:limit]


def _spelt_alike(word: str, candidates: Iterable[str], limit: int) -> list[str]:
    """Return the candidates spelt much like a word, or those whose beginning is."""
    import difflib  # only an error pays for it

    candidates = list(candidates)
    if alike := difflib.get_close_matches(word, candidates, n=limit):
        return alike
    if len(word) < 3:
        return []
    beginnings = {each[: len(word)]: each for each in candidates}
    close = difflib.get_close_matches(word, beginnings, n=limit, cutoff=0.75)
    return [beginnings[each] for each in close]


def printable(text: str) -> str:
    """Return text that cannot steer a terminal: no escape sequences, controls or bidi overrides.

    Newlines and tabs stay; every other line end becomes a newline.
    """
    text = _LINE_ENDS.sub("\n", _ESCAPE_SEQUENCES.sub("", text))
    return _SURROGATES.sub("\ufffd", _UNPRINTABLE.sub("", text))


def one_line(text: str) -> str:
    """Return printable text on one line: newlines, tabs and runs of blanks become one blank."""
    return " ".join(printable(text).split())


def text_width(text: str) -> int:
    """Return how many columns a terminal takes to show the text."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def shorten(text: str, width: int) -> str:
    """Return the text, cut to so many columns of a terminal and ended by `…` if it is longer."""
    if text_width(text) <= width:
        return text
    used = end = 0
    for char in text:
        used += _columns(char)
        if used > width - 1:
            break
        end += 1
    return text[:end].rstrip(" \u200d") + "…" if width > 0 else ""


def _slug_words(name: str) -> list[str]:
    spelled = _strip_marks(name).lower().translate(_SPELLED)
    # Again, for the marks of letters that are ASCII only now, such as those of ǿ.
    spelled = unicodedata.normalize("NFC", _strip_marks(spelled))
    return "".join(char if _belongs_to_a_word(char) else " " for char in spelled).split()


def _strip_marks(text: str) -> str:
    """Return the text decomposed, with the marks of ASCII letters gone and others' kept.

    The marks of Devanagari or Thai are vowels, and those of Japanese tell ga from ka.
    """
    kept: list[str] = []
    can_bear_mark = False
    for char in unicodedata.normalize("NFKD", text):
        category = unicodedata.category(char)
        if category in ("Mn", "Mc"):
            if can_bear_mark and not _is_variation_selector(char):
                kept.append(char)
        elif category != "Cf":
            kept.append(char)
            can_bear_mark = char.isalnum() and not char.isascii()
    return "".join(kept)


def _belongs_to_a_word(char: str) -> bool:
    return char.isalnum() or unicodedata.category(char) in ("Mn", "Mc")


def _is_variation_selector(char: str) -> bool:
    return "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"


def _cut(slug: str) -> str:
    cut = slug[:_MAX_SLUG_LENGTH]
    cut = cut.encode()[:_MAX_SLUG_BYTES].decode(errors="ignore")
    if cut == slug or slug[len(cut)] == "-":
        return cut.rstrip("-")
    head, _, _ = cut.rpartition("-")
    return head if len(head) > len(cut) // 2 else cut


def _nameless(name: str) -> str:
    import hashlib  # only names without a letter need it

    digest = hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()
    return f"unnamed-{digest[:8]}"


def _columns(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
