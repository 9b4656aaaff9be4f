"""One portion of files read into rows: pure but for the reading, so that any process may do it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from crmkb.config import Config
from crmkb.store import files
from crmkb.store.walk import Stamp, stamp_of

Asked = tuple[str, str]
"""The path of a file, and the id of the bytes whose rows there are, or an empty text."""


class Head(NamedTuple):
    """A file that was read: the row of `files` that it gives."""

    path: str
    kind: str
    title: str
    digest: str
    stamp: Stamp


@dataclass(slots=True)
class Portion:
    """What some files hold: rows by table of the `new` ones.

    `same` are those whose bytes are those that the rows were made of, `lost` those that are gone
    or that the system does not give.
    """

    new: list[Head] = field(default_factory=list)
    same: list[tuple[str, Stamp]] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    rows: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)


def read_portion(root: Path, config: Config, asked: Sequence[Asked]) -> Portion:
    """Return what some files hold."""
    found = Portion()
    for path, known in asked:
        try:
            opened = files.read_with_stat(f"{root}/{path}")
        except files.CannotRead as error:
            found.lost.append(path)
            found.rows.setdefault("problems", []).append((path, 1, "", error.message, ""))
            continue
        if opened is None:
            found.lost.append(path)
        else:
            _add(found, path, known, *opened, config)
    return found


def _add(
    found: Portion, path: str, known: str, data: bytes, stat: os.stat_result, config: Config
) -> None:
    digest, stamp = files.blob(data), stamp_of(stat)
    if digest == known:
        found.same.append((path, stamp))
        return
    from crmkb.store.rows import rows_of  # not needed by an index that is up to date

    rows = rows_of(path, data, config)
    found.new.append(Head(path, rows.kind, rows.title, digest, stamp))
    for table, values in rows.tables.items():
        found.rows.setdefault(table, []).extend(values)
