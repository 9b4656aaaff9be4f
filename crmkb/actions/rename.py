"""Rename a customer, with its folder and all links to it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from crmkb.actions._links import linking_files
from crmkb.actions.new_customer import refuse_known
from crmkb.interface.params import CustomerName, Param
from crmkb.schema.layout import REPORTING
from crmkb.store.files.locate import find_git
from crmkb.store.markdown.links import followed
from crmkb.values.display import one_line
from crmkb.values.names import fold, slugify
from crmkb.workspace import Change, Workspace, Write

if TYPE_CHECKING:
    from crmkb.workspace.record import Record

PANEL = "Change"


def plan(
    workspace: Workspace,
    customer: CustomerName,
    name: Annotated[str, Param("The new name.")],
) -> Change:
    """Rename a customer: its folder moves, and links in the workspace are updated.

    The old name and slug stay as aliases.

    crm rename acme "Acme Group"
    """
    record, name = workspace.customer(customer), one_line(name)
    old, new = record.slug, slugify(name)
    refuse_known(workspace, new, {"name": name}, but=old)
    profile = _profile(record, name, new)
    message = f"Rename {record.name} to {name}"
    if new == old:
        return Change.of(profile, message=message)
    ignored = _ignored(workspace, old)
    moved = _moved(workspace, profile, old, new, ignored)
    gone = [Write(write.origin, workspace.read_bytes(write.origin), None) for write in moved]
    notes = [f"git ignores {path}, which stays where it is" for path in sorted(ignored)]
    if any((workspace.root / REPORTING).glob("*.md")):
        notes.append("reports still link to the old folder; renew them: crm report --all")
    elsewhere = _elsewhere(workspace, old, new)
    return Change.of(*moved, *gone, *elsewhere, message=message, notes=notes)


def _profile(record: Record, name: str, slug: str) -> Write:
    """Return the profile with the new name, and the old name and slug as aliases."""
    edit = record.edit(name=name)
    now = {fold(name), fold(slug)}
    for alias in record.items("aliases"):
        if fold(alias) in now:
            edit = edit.discard("aliases", alias)
    known = {*now, *map(fold, record.items("aliases"))}
    for former in (record.slug, record.name):
        if fold(former) not in known:
            edit = edit.append("aliases", former)
            known.add(fold(former))
    return edit.write()


def _ignored(workspace: Workspace, slug: str) -> set[str]:
    """Return the files in the folder that git ignores, such as those of a desktop or an editor."""
    if find_git(workspace.root) is None:
        return set()
    return set(workspace.git.ignored(workspace.customer_path(slug)))


def _moved(
    workspace: Workspace, profile: Write, old: str, new: str, ignored: Collection[str]
) -> list[Write]:
    """Return the writes of all files of the folder to the new folder, with updated links."""
    folder = workspace.root / workspace.customer_path(old)
    writes = []
    for full in sorted(path for path in folder.rglob("*") if path.is_file()):
        inner = full.relative_to(folder).as_posix()
        before = workspace.customer_path(old, inner)
        if before in ignored:
            continue
        data = workspace.read_bytes(before)
        after = (profile.after or data) if before == profile.path else data
        if _is_text(full):
            after = followed(after, before, old, new)
        writes.append(Write(workspace.customer_path(new, inner), None, after, origin=before))
    return writes


def _elsewhere(workspace: Workspace, old: str, new: str) -> Iterator[Write]:
    """Yield the files outside the folder that link into it or name the customer in a key."""
    keys = _referring_keys(workspace, old)
    for path in sorted({*linking_files(workspace, old), *keys}):
        if path.startswith(workspace.customer_path(old, "")):
            continue
        before = workspace.read_bytes(path)
        after = followed(before, path, old, new)
        if path in keys:
            record = workspace.read(path)
            after = replace(record, data=after).edit(**{keys[path]: new}).write().after or after
        yield Write(path, before, after)


def _referring_keys(workspace: Workspace, slug: str) -> dict[str, str]:
    """Return the paths of records that name the customer in a key, with that key."""
    rows = workspace.index.rows(
        "SELECT path, 'parent' FROM customers WHERE parent = ?"
        " UNION SELECT path, key FROM fields WHERE key = 'customer' AND value = ?",
        slug,
        slug,
    )
    return {str(path): str(key) for path, key in rows}


def _is_text(full: Path) -> bool:
    return full.suffix == ".md" and not full.is_symlink()
