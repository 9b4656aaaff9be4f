"""Read a batch of files into rows, without the database, so that any process can do it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from crmkb.config.settings import Config
from crmkb.store.files import disk
from crmkb.store.files.walk import Stamp, stamp_of

Request = tuple[str, str]
"""The path of a file, and the blob id of its indexed bytes, or an empty string."""


class Head(NamedTuple):
    """A file that was read, with its values for the table `files`."""

    path: str
    kind: str
    title: str
    digest: str
    stamp: Stamp


@dataclass(slots=True)
class Batch:
    """The result of reading some files; `rows` holds the rows of the `new` ones by table.

    `same` lists the files with the same bytes as the indexed ones, `lost` those that are gone or
    cannot be read.
    """

    new: list[Head] = field(default_factory=list)
    same: list[tuple[str, Stamp]] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    rows: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)


def read_batch(root: Path, config: Config, requests: Sequence[Request]) -> Batch:
    """Return the rows of some files."""
    found = Batch()
    for path, known in requests:
        try:
            opened = disk.read_with_stat(f"{root}/{path}")
        except disk.CannotRead as error:
            found.lost.append(path)
            found.rows.setdefault("problems", []).append((path, 1, "", error.message, ""))
            continue
        if opened is None:
            found.lost.append(path)
        else:
            _add(found, path, known, *opened, config)
    return found


def _add(
    found: Batch, path: str, known: str, data: bytes, stat: os.stat_result, config: Config
) -> None:
    digest, stamp = disk.blob(data), stamp_of(stat)
    if digest == known:
        found.same.append((path, stamp))
        return
    from crmkb.store.index.rows import rows_of  # not needed if the index is up to date

    rows = rows_of(path, data, config)
    found.new.append(Head(path, rows.kind, rows.title, digest, stamp))
    for table, values in rows.tables.items():
        found.rows.setdefault(table, []).extend(values)
