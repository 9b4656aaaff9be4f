"""The answer of a query: data for programs, blocks for people, and notes for both.

Nothing here depends on a user interface. A block names the purpose of a text (its `tone`), and each
interface turns it into a colour, a class or nothing. Data and blocks are functions, so that only
the requested one is computed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from crmkb.errors import CrmError, Exit, Problem

if TYPE_CHECKING:
    from crmkb.workspace import Change

SCHEMA_VERSION = 1
"""The version of the envelope and of the data of each kind; it changes when programs must."""

Tone = Literal["", "strong", "quiet", "good", "warning", "bad", "name"]


@dataclass(frozen=True, slots=True)
class Cell:
    """A text for people; numbers are aligned to the right."""

    text: str
    tone: Tone = ""
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One line; `aside` follows it, or goes below, indented by `indent`, if there is no room."""

    parts: Sequence[Cell | str] = ()
    aside: Cell | None = None
    indent: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under named columns.

    On a narrow screen, `optional` columns are left out in this order; `whole` ones are never cut.
    `counted` is the noun for a row, for interfaces that print the number of rows below the table.
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    optional: Sequence[str] = ()
    whole: Sequence[str] = ()
    counted: str = ""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Names with their texts, one below the other."""

    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Words:
    """A list of words under a heading, as many on a line as fit."""

    heading: str
    words: Sequence[str]


@dataclass(frozen=True, slots=True)
class Markdown:
    """A text that people wrote, or a page."""

    text: str
    is_page: bool = False


@dataclass(frozen=True, slots=True)
class Remark:
    """A message that is not a result, such as that nothing was found."""

    text: str


Block = Line | Table | Pairs | Words | Markdown | Remark


@dataclass(frozen=True, slots=True)
class Rows:
    """Plain rows for CSV; `objects` returns them for JSON Lines, `ids` has the name of each record.

    `remark` is a message to print after the rows, or empty.
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    objects: Callable[[], Iterable[Mapping[str, Any]]]
    ids: Iterable[Any]
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer of a query.

    `kind` names the schema of `data`, a list of objects or one object. `fields` describes the
    keys of these objects. `notes` are complete only after `data` or `blocks` was called.
    """

    kind: str
    data: Callable[[], Any]
    blocks: Callable[[], Iterable[Block]]
    fields: Mapping[str, str] = field(default_factory=dict)
    notes: Callable[[], Iterable[str]] = tuple
    exit_code: Exit = Exit.DONE

    def envelope(self) -> dict[str, Any]:
        """Return the answer for programs: its kind, its data and the version of the schema."""
        return envelope(self.kind, self.data())


@dataclass(frozen=True, slots=True)
class Listing(Answer):
    """An answer that is a table of plain rows; `rows` returns them."""

    rows: Callable[[], Rows] = field(kw_only=True)


@dataclass(frozen=True, slots=True)
class Findings(Answer):
    """An answer that lists problems in files; each interface has its own format for a problem.

    `fix` returns the change that makes the unambiguous fixes; None if the query offers no fixes.
    """

    problems: Sequence[Problem] = field(kw_only=True)
    fix: Callable[[], Change] | None = field(kw_only=True, default=None)


@dataclass(frozen=True, slots=True)
class Pages(Answer):
    """An answer that can be written into the workspace as generated pages.

    `change` returns the change that writes them; it is None if the answer only lists reports.
    `check` compares the pages on disk with those that would be written. `failed` holds the errors
    of pages that could not be made, after `data`, `blocks` or `change` was called.
    """

    change: Callable[[], Change] | None = field(kw_only=True)
    check: Callable[[], Findings] = field(kw_only=True)
    failed: list[CrmError] = field(kw_only=True)


def envelope(kind: str, data: Any) -> dict[str, Any]:
    """Return data for programs, with the kind and version of its schema."""
    return {"schema_version": SCHEMA_VERSION, "kind": kind, "data": data}
