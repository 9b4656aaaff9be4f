"""What comes in from outside, as a table: rows of texts with the lines they stand on.

Connectors make tables, `imports` makes records of them; neither knows the other.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One row: trimmed texts by column, and the first line of it in its file.

    A row with more cells than its table has columns could not be read for certain.
    """

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under named columns, each name once.

    `form` says how the file was read, `notes` what a person should know of it; `blanks` counts
    the rows without any text, which are left out.
    """

    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    form: str
    notes: tuple[str, ...] = ()
    blanks: int = 0
