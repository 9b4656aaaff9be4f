"""The sample workspace, with its dates shifted so that it looks current on any day."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from crmkb.bundled import shipped
from crmkb.config.toml_values import FILE_NAME
from crmkb.schema.layout import CUSTOMERS, KEEPER, KNOWLEDGE_BASE, REPORTING, SUMMARY
from crmkb.setup.new_workspace import ROOT_ATTRIBUTES
from crmkb.values.dates import parse_iso_day
from crmkb.workspace import Change, Workspace, Write

SAMPLE_DAY = date(2026, 11, 20)
"""The day for which the sample was written: its dates look current on that day."""

_ISO_DAY = re.compile(r"(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)")


def plan(workspace: Workspace) -> Change:
    """Return the change that puts the sample into an empty folder."""
    days = (workspace.today - SAMPLE_DAY).days
    shift = timedelta(days=days - days % 7)
    writes = [Write(f"{REPORTING}/{KEEPER}", None, b"")]
    for path, data in _files():
        moved = _shifted(data.decode(), shift).encode()
        writes.append(Write(_shifted(path, shift), None, moved))
    return Change.of(*writes, message="Begin with the sample workspace")


def _files() -> Iterator[tuple[str, bytes]]:
    yield FILE_NAME, shipped(FILE_NAME).read_bytes()
    yield ".gitattributes", ROOT_ATTRIBUTES.encode()
    for top in (CUSTOMERS, KNOWLEDGE_BASE):
        folder = shipped(top)
        for file in sorted(path for path in folder.rglob("*") if _belongs(path)):
            yield f"{top}/{file.relative_to(folder).as_posix()}", file.read_bytes()


def _belongs(path: Path) -> bool:
    return path.is_file() and not path.as_posix().endswith(SUMMARY)


def _shifted(text: str, shift: timedelta) -> str:
    """Return a text with every ISO day moved by `shift`: whole weeks, so that weekdays stay."""

    def moved(match: re.Match[str]) -> str:
        day = parse_iso_day(match[0])
        return match[0] if day is None else (day + shift).isoformat()

    return _ISO_DAY.sub(moved, text)
