"""Search all texts, best matches first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated

from crmkb import plugins
from crmkb.errors import NotFound
from crmkb.interface.answer import Answer, Block, Cell, Line, Remark
from crmkb.interface.params import OfCustomer, Param
from crmkb.schema.layout import ref_of
from crmkb.store.sql.full_text import CLOSES, OPENS, Match, search
from crmkb.values.display import one_line
from crmkb.values.names import close_matches
from crmkb.workspace import Workspace
from crmkb.workspace.resolve import short_ref

PANEL = "Read"

FIELDS = {
    "ref": "the name by which commands take the file",
    "path": "the file",
    "kind": "the kind of record, or page",
    "customer": "the customer's slug, or empty",
    "title": "the title of the file",
    "snippet": "the text around the first match, on one line",
    "score": "how well it matches: higher is better",
}
_MARKDOWN = re.compile(r"(?<!\S)(?:#{1,6}|[-*>|]|\[[ xX]\]|-{3,})(?!\S)|\*\*|`")
_MARKED = re.compile(f"{OPENS}([^{CLOSES}]*){CLOSES}")


def answer(
    workspace: Workspace,
    words: Annotated[list[str], Param("The words to find; a match has all of them.")],
    *,
    kind: Annotated[str, Param("Only this kind, such as 'deals', or 'pages'.", "kinds")] = "",
    customer: OfCustomer = "",
    limit: Annotated[int, Param("Show at most N (default: 20).", metavar="N")] = 20,
) -> Answer:
    """Search all texts, best matches first.

    Case and accents are ignored; the last word may be incomplete.

    crm search pricing objection --kind interactions
    """
    noun = _noun(kind)
    of = workspace.customer_slug(customer)
    found = search(workspace.index, words, kind=noun, customer=of, limit=limit)

    def blocks() -> Iterator[Block]:
        if not found:
            yield Remark(f"nothing found for {' '.join(words)!r}")
        for match in found:
            yield from _lines(workspace, match)

    return Answer("matches", lambda: [_object(match) for match in found], blocks, FIELDS)


def _noun(kind: str) -> str:
    nouns = [*plugins.names("entities"), "page"]
    noun = kind.lower().removesuffix("s")
    if kind and noun not in nouns:
        raise NotFound("kind", kind, close_matches(kind, [f"{each}s" for each in nouns]))
    return noun


def _object(match: Match) -> dict[str, object]:
    snippet = _MARKED.sub(r"\1", match.snippet)
    return {"ref": ref_of(match.path), **asdict(match), "snippet": one_line(snippet)}


def _lines(workspace: Workspace, match: Match) -> Iterator[Line]:
    is_record = match.kind != "page"
    ref = short_ref(workspace.index, match.path) if is_record else match.path
    sort = f"{match.kind}, {match.customer}" if match.customer else match.kind
    title = Cell(one_line(match.title), "strong")
    yield Line([Cell(one_line(ref), "name"), "  ", title, Cell(f"  {sort}", "quiet")])
    yield Line(["    ", *_parts(match.snippet)])


def _parts(snippet: str) -> Iterator[Cell]:
    """Yield a snippet on one line without Markdown marks, its matches highlighted."""
    flat = " ".join(_MARKDOWN.sub(" ", snippet).split())
    for place, text in enumerate(re.split(f"[{OPENS}{CLOSES}]", flat)):
        yield Cell(text, "warning" if place % 2 else "")
