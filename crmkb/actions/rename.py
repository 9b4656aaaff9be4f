"""Give a customer another name; the folder and all links follow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated

from crmkb.actions._links import followed, linking_files
from crmkb.actions.new_customer import refuse_known
from crmkb.params import CustomerName, Param
from crmkb.store.paths import REPORTING
from crmkb.text import fold, slugify
from crmkb.workspace import Change, Record, Workspace, Write

PANEL = "Change"


def plan(
    workspace: Workspace,
    customer: CustomerName,
    name: Annotated[str, Param("The new name.")],
) -> Change:
    """Rename a customer; the old name and slug stay as aliases, links in the workspace follow.

    crm rename acme "Acme Group"
    """
    record = workspace.customer(customer)
    old, new = record.slug, slugify(name)
    refuse_known(workspace, new, {"name": name.strip()}, but=old)
    profile = _profile(record, name.strip(), new)
    message = f"Rename {record.name} to {name.strip()}"
    if new == old:
        return Change.of(profile, message=message)
    moved = _moved_files(workspace, profile, old, new)
    elsewhere = _elsewhere(workspace, old, new)
    stale = any((workspace.root / REPORTING).glob("*.md"))
    notes = ["reports name the new folder after: crm report --all"] if stale else []
    return Change.of(*moved, *elsewhere, message=message, notes=notes)


def _profile(record: Record, name: str, slug: str) -> Write:
    """Return the profile with the new name, and what it was called before as aliases."""
    edit = record.edit(name=name)
    known = {fold(alias) for alias in record.items("aliases")}
    for former, now in ((record.slug, slug), (record.name, name)):
        if fold(former) not in known | {fold(now)}:
            edit = edit.append("aliases", former)
            known.add(fold(former))
    return edit.write()


def _moved_files(workspace: Workspace, profile: Write, old: str, new: str) -> list[Write]:
    """Return every file of the folder, taken from the old place and put in the new one."""
    folder = workspace.root / workspace.customer_path(old)
    writes = []
    for full in sorted(path for path in folder.rglob("*") if path.is_file()):
        inner = full.relative_to(folder).as_posix()
        before, target = workspace.customer_path(old, inner), workspace.customer_path(new, inner)
        data = workspace.read_bytes(before)
        after = profile.after if before == profile.path else data
        if _is_text(full) and after is not None:
            after = followed(after, before, old, new)
        writes += [Write(before, data, None), Write(target, None, after)]
    return writes


def _elsewhere(workspace: Workspace, old: str, new: str) -> Iterator[Write]:
    """Yield the files of others that link into the folder or name the customer in a key."""
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
    """Return the paths of records that name the customer, with the key that does."""
    rows = workspace.index.rows(
        "SELECT path, 'parent' FROM customers WHERE parent = ?"
        " UNION SELECT path, key FROM fields WHERE key = 'customer' AND value = ?",
        slug,
        slug,
    )
    return {str(path): str(key) for path, key in rows}


def _is_text(full: Path) -> bool:
    return full.suffix == ".md" and not full.is_symlink()
