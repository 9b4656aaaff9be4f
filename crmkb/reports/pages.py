"""The change that writes pages of reports which differ from the files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from crmkb.reports.definition import BadReport, find
from crmkb.reports.render import Page, is_edited, render
from crmkb.reports.scope import WHOLE, Given
from crmkb.store.files import disk
from crmkb.store.files.safe_paths import inside
from crmkb.workspace import Change, Workspace, Write


def plan(workspace: Workspace, names: Sequence[str], given: Given = WHOLE) -> Change:
    """Return the change that writes these reports; raise an error if one cannot be rendered."""
    found = [find(workspace.root, name) for name in names]
    return change_of(workspace, [render(workspace, definition, given) for definition in found])


def pages(
    workspace: Workspace, names: Iterable[str], given: Given = WHOLE, *, with_rows: bool = True
) -> tuple[list[Page], list[BadReport]]:
    """Return the pages that can be rendered, and the errors of the others.

    The rows behind pages take much more memory than the pages; without `with_rows` they are
    dropped.
    """
    made: list[Page] = []
    failed: list[BadReport] = []
    for name in names:
        try:
            page = render(workspace, find(workspace.root, name), given)
            made.append(page if with_rows else replace(page, answers={}))
        except BadReport as error:
            failed.append(error)
    return made, failed


def change_of(workspace: Workspace, made: Sequence[Page]) -> Change:
    """Return the change that writes pages; a note names each replaced page with manual edits."""
    writes, notes = [], []
    for page in made:
        before = disk.read(inside(workspace.root, page.path))
        after = _same_line_ends(page.text.encode(), before)
        if before is not None and before != after and is_edited(before):
            notes.append(f"{page.path} had been edited by hand; it is replaced")
        writes.append(Write(page.path, before, after))
    return Change.of(*writes, message=_message(writes, made), notes=notes)


def _message(writes: Sequence[Write], made: Sequence[Page]) -> str:
    changed = [
        page for page, write in zip(made, writes, strict=True) if write.before != write.after
    ]
    if len(changed) == 1:
        return f"Update report {changed[0].name} as of {changed[0].as_of}"
    return f"Update {len(changed)} reports"


def _same_line_ends(text: bytes, before: bytes | None) -> bytes:
    """Return the text, or the file if only line ends differ, as git on Windows changes them."""
    if before is not None and before.replace(b"\r\n", b"\n") == text:
        return before
    return text
