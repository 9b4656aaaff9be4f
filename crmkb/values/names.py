"""Names: as folder and file names, and as keys for comparison.

Pure functions on text. `money` handles amounts, `addresses` handles people and domains.
"""

from __future__ import annotations

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


def slugify(name: str) -> str:
    """Return the folder or file name of a named thing: `Müller & Søn` becomes `muller-and-son`.

    Letters without an ASCII form stay as they are, so a name in any script stays readable. The
    slug is never empty and at most 60 characters long. The slug of a slug is the same slug.
    """
    slug = _cut("-".join(_slug_words(name)))
    if not slug:
        return _nameless(name)
    return f"{slug}-x" if slug in _WINDOWS_DEVICES else slug


def fold(name: str) -> str:
    """Return the key for comparing names: it ignores case, width, and extra or hidden blanks."""
    if name.isascii():
        return " ".join(name.lower().split())
    folded = unicodedata.normalize("NFKC", name)
    folded = unicodedata.normalize("NFKC", folded.casefold())
    if not folded.isascii():
        folded = "".join(char for char in folded if unicodedata.category(char) != "Cf")
        folded = unicodedata.normalize("NFKC", folded)
    return " ".join(folded.split())


def close_matches(word: str, candidates: Iterable[str], limit: int = 3) -> list[str]:
    """Return the candidates closest to a mistyped word, the best first.

    Candidates that begin with the word (or that the word begins with) come first, then those that
    contain it, then those with a similar spelling, or else with a similar beginning.
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
    """Return the candidates with a similar spelling, or else those with a similar beginning."""
    import difflib  # slow to load, and only errors need it

    candidates = list(candidates)
    if alike := difflib.get_close_matches(word, candidates, n=limit):
        return alike
    if len(word) < 3:
        return []
    beginnings = {each[: len(word)]: each for each in candidates}
    close = difflib.get_close_matches(word, beginnings, n=limit, cutoff=0.75)
    return [beginnings[each] for each in close]


def _slug_words(name: str) -> list[str]:
    spelled = _strip_marks(name).lower().translate(_SPELLED)
    # Again, for marks of letters that have only just become ASCII, such as ǿ.
    spelled = unicodedata.normalize("NFC", _strip_marks(spelled))
    return "".join(char if _belongs_to_a_word(char) else " " for char in spelled).split()


def _strip_marks(text: str) -> str:
    """Return the decomposed text without the marks of ASCII letters; other letters keep theirs.

    Marks are vowels in Devanagari and Thai, and distinguish ga from ka in Japanese.
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
