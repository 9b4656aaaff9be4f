"""Set, add to or remove keys of a record."""

from __future__ import annotations

from typing import Annotated

from crmkb.actions._pairs import Pair, own_key_note, read_pair
from crmkb.actions._references import stage_id
from crmkb.actions._stages import move
from crmkb.actions.new_contact import former_primary
from crmkb.errors import AlreadyExists
from crmkb.params import Param, RecordName
from crmkb.workspace import Change, Record, RecordEdit, Workspace

PANEL = "Change"


def plan(
    workspace: Workspace,
    record: RecordName,
    assignments: Annotated[
        list[str],
        Param("KEY=VALUE, KEY+=ITEM, KEY-=ITEM, or KEY= to remove.", metavar="KEY=VALUE…"),
    ],
) -> Change:
    """Change keys of a record; the rest of its file stays as it is, byte for byte.

    crm set acme tier=enterprise owner=ana
    crm set acme/deals/platform amount=60k close_date=eoq contacts+=bob-smith
    """
    target = workspace.find(record)
    pairs = [read_pair(workspace, target.model, text) for text in assignments]
    edit = target.edit()
    for pair in pairs:
        edit = _with(workspace, target, edit, pair)
    notes = [note for pair in pairs if (note := own_key_note(target.model, pair.key))]
    keys = ", ".join(dict.fromkeys(pair.key for pair in pairs))
    return Change.of(edit, message=f"Set {keys} of {target.name}", notes=notes)


def _with(workspace: Workspace, record: Record, edit: RecordEdit, pair: Pair) -> RecordEdit:
    """Return the edit with one assignment more; a stage takes its history along."""
    if pair.key == "stage" and record.model.noun == "deal" and isinstance(pair.value, str):
        moved = move(workspace, record, stage_id(workspace, pair.value))
        return edit.and_then(moved) if moved is not None else edit
    if pair.key == "primary" and pair.value == "true" and record.model.noun == "contact":
        _refuse_second_primary(workspace, record)
    if pair.sign != "=" and isinstance(pair.value, str):
        change = edit.append if pair.sign == "+=" else edit.discard
        return change(pair.key, pair.value)
    if not pair.value:
        return edit.remove(pair.key)
    return edit.set(pair.key, pair.value)


def _refuse_second_primary(workspace: Workspace, record: Record) -> None:
    former = former_primary(workspace, record.customer)
    if former is not None and former.path != record.path:
        hint = f"first: crm set {former.ref} primary="
        raise AlreadyExists("a primary contact", former.path, hint)
