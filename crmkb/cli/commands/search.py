"""Search all texts, the best matches first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated

from crmkb import plugins
from crmkb.cli.commands._options import AsJson, OfCustomer, customer_of
from crmkb.cli.session import Session
from crmkb.cli.table import Cell
from crmkb.errors import NotFound
from crmkb.params import Param
from crmkb.store.paths import ref_of
from crmkb.store.search import CLOSES, OPENS, Match, search
from crmkb.text import close_matches, one_line
from crmkb.workspace.refs import short_ref

PANEL = "Read"

_MARKDOWN = re.compile(r"(?<!\S)(?:#{1,6}|[-*>|]|\[[ xX]\]|-{3,})(?!\S)|\*\*|`")
_MARKED = re.compile(f"{OPENS}([^{CLOSES}]*){CLOSES}")


def run(
    session: Session,
    words: Annotated[list[str], Param("What to look for; all words must be there.")],
    *,
    kind: Annotated[str, Param("Only this kind, such as deals; or pages.", "kinds")] = "",
    customer: OfCustomer = "",
    limit: Annotated[int, Param("At most so many.", metavar="N")] = 20,
    json: AsJson = False,
) -> None:
    """Search all texts, the best matches first.

    Case and accents do not matter; the last word may be only begun.

    crm search pricing objection --kind interactions
    """
    noun = _noun(kind)
    workspace = session.workspace
    of = customer_of(workspace, customer)
    found = search(workspace.index, words, kind=noun, customer=of, limit=limit)
    if json:
        session.out.json("matches", [_object(match) for match in found])
        return
    if not found:
        session.out.say(f"nothing found for {' '.join(words)!r}")
    for match in found:
        _print(session, match)


def _noun(kind: str) -> str:
    nouns = [*plugins.names("entities"), "page"]
    noun = kind.lower().removesuffix("s")
    if kind and noun not in nouns:
        raise NotFound("kind", kind, close_matches(kind, [f"{each}s" for each in nouns]))
    return noun


def _object(match: Match) -> dict[str, object]:
    snippet = _MARKED.sub(r"\1", match.snippet)
    return {"ref": ref_of(match.path), **asdict(match), "snippet": one_line(snippet)}


def _print(session: Session, match: Match) -> None:
    is_record = match.kind != "page"
    ref = short_ref(session.workspace.index, match.path) if is_record else match.path
    sort = f"{match.kind}, {match.customer}" if match.customer else match.kind
    title = Cell(one_line(match.title), "bold")
    session.out.styled(Cell(one_line(ref), "cyan"), "  ", title, Cell(f"  {sort}", "dim"))
    session.out.styled("    ", *_parts(match.snippet))


def _parts(snippet: str) -> Iterator[Cell]:
    """Yield a snippet on one line without marks of Markdown, its matches in a style."""
    flat = " ".join(_MARKDOWN.sub(" ", snippet).split())
    for place, text in enumerate(re.split(f"[{OPENS}{CLOSES}]", flat)):
        yield Cell(text, "yellow" if place % 2 else "")
