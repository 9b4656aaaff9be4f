"""Full-text search: list the files that contain all words, best match first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crmkb.store.index.index import Index

OPENS, CLOSES = "\x02", "\x03"
"""Markers around each match in a snippet; no readable file contains these characters."""

_TITLE_WEIGHT = 10.0
_SNIPPET_WORDS = 16


@dataclass(frozen=True, slots=True)
class Match:
    """A file that contains all words; a higher `score` (BM25) is a better match."""

    path: str
    kind: str
    customer: str
    title: str
    snippet: str
    score: float


def search(
    index: Index, words: Sequence[str], *, kind: str = "", customer: str = "", limit: int = 20
) -> list[Match]:
    """Return the files that contain all words, best match first; the last word may be a prefix.

    Case and accents are ignored. Matches in a title weigh more than matches in the text.
    """
    sought = _expression(words)
    if not sought:
        return []
    rows = index.rows(
        "SELECT files.path, files.kind, files.customer, files.title,"
        " snippet(texts, 2, ?, ?, '…', ?), -bm25(texts, 0, ?, 1)"
        " FROM texts JOIN files ON files.id = texts.rowid"
        " WHERE texts MATCH ? AND ? IN ('', files.kind) AND ? IN ('', files.customer)"
        " ORDER BY bm25(texts, 0, ?, 1), files.path LIMIT ?",
        *(OPENS, CLOSES, _SNIPPET_WORDS, _TITLE_WEIGHT),
        *(sought, kind, customer, _TITLE_WEIGHT, limit),
    )
    return [
        Match(str(path), str(kind), str(of), str(title), str(snippet), round(float(str(score)), 4))
        for path, kind, of, title, snippet, score in rows
    ]


def _expression(words: Sequence[str]) -> str:
    """Return the words as an FTS5 expression of quoted strings, without operators."""
    parts = [word for given in words for word in given.split() if any(map(str.isalnum, word))]
    quoted = ['"{}"'.format(part.replace('"', '""').replace("\0", "")) for part in parts]
    return " ".join(quoted) + "*" if quoted else ""
