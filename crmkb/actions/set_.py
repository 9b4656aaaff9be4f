"""Set, add to or remove keys of a record."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

from crmkb.actions._assignments import Pair, Target, read_pair
from crmkb.actions.new_contact import former_primary
from crmkb.actions.new_customer import refuse_known
from crmkb.config.settings import stage_id
from crmkb.errors import AlreadyExists, BadValue, NotFound
from crmkb.interface.params import Param, RecordName
from crmkb.values.names import close_matches, fold
from crmkb.workspace import Change, Workspace
from crmkb.workspace.deal_changes import move, with_moved_date

if TYPE_CHECKING:
    from crmkb.workspace.record import Record, RecordEdit

PANEL = "Change"
NAMES = ("name", "aliases", "domains", "website", "codename")


class Needed(BadValue):
    """A required key cannot be removed."""

    def __init__(self, key: str, noun: str) -> None:
        super().__init__(f"{key}: every {noun} needs one", f"write {key}=VALUE")


class NoItem(NotFound):
    """A list does not hold the item to remove."""

    def __init__(self, key: str, item: str, items: Iterable[str]) -> None:
        items = list(items)
        super().__init__(f"item of {key}", item, close_matches(item, items))
        self.hint = f"it holds {', '.join(items)}" if items else f"{key} is empty"


def plan(
    workspace: Workspace,
    record: RecordName,
    assignments: Annotated[
        list[str],
        Param("KEY=VALUE, KEY+=ITEM, KEY-=ITEM, or KEY= to remove.", metavar="KEY=VALUE…"),
    ],
) -> Change:
    """Change keys of a record; the rest of its file stays unchanged, byte for byte.

    crm set acme tier=enterprise owner=ana
    crm set acme/deals/platform amount=60k close_date=eoq contacts+=bob-smith
    """
    found = workspace.find(record)
    target = Target(workspace, found.kind.noun, found.customer, found.document.fields.keys())
    pairs = [read_pair(target, text) for text in assignments]
    _refuse_taken_names(workspace, found, pairs)
    edit = found.edit()
    for pair in pairs:
        edit = _with(workspace, found, edit, pair)
    edit = _with_moved_date(workspace, edit, pairs)
    notes = [pair.note for pair in pairs if pair.note]
    keys = ", ".join(dict.fromkeys(pair.key for pair in pairs))
    return Change.of(edit, message=f"Set {keys} of {found.name}", notes=notes)


def _with(workspace: Workspace, record: Record, edit: RecordEdit, pair: Pair) -> RecordEdit:
    """Return the edit with one more assignment; a new stage also goes into the history."""
    field = record.model.model_fields.get(pair.key)
    if not pair.value and field is not None and field.is_required():
        raise Needed(pair.key, record.kind.noun)
    if pair.key == "stage" and record.kind.noun == "deal" and isinstance(pair.value, str):
        moved = move(workspace, record, stage_id(workspace.config, pair.value))
        return edit.and_then(moved) if moved is not None else edit
    if pair.key == "primary" and pair.value == "true" and record.kind.noun == "contact":
        _refuse_second_primary(workspace, record)
    if pair.sign == "+=" and isinstance(pair.value, str):
        is_there = pair.value in record.items(pair.key)
        return edit if is_there else edit.append(pair.key, pair.value)
    if pair.sign == "-=" and isinstance(pair.value, str):
        return edit.discard(pair.key, _item(record, pair.key, pair.value))
    return edit.set(pair.key, pair.value) if pair.value else edit.remove(pair.key)


def _with_moved_date(workspace: Workspace, edit: RecordEdit, pairs: Iterable[Pair]) -> RecordEdit:
    """Return the edit, with a history entry added if it moves the close date of a deal."""
    given = {pair.key: pair.value for pair in pairs if isinstance(pair.value, str)}
    if edit.record.model.noun != "deal" or "close_date" not in given:
        return edit
    stage = given.get("stage")
    after = stage_id(workspace.config, stage) if stage else edit.record.text("stage")
    return with_moved_date(workspace, edit, after, given["close_date"])


def _item(record: Record, key: str, text: str) -> str:
    """Return the item of a list that matches a text, as it is written there."""
    items = record.items(key)
    found = [item for item in items if fold(item) == fold(text)]
    if not found:
        raise NoItem(key, text, items)
    return found[0]


def _refuse_second_primary(workspace: Workspace, record: Record) -> None:
    former = former_primary(workspace, record.customer)
    if former is not None and former.path != record.path:
        hint = f"first: crm set {former.ref} primary="
        raise AlreadyExists("a primary contact", former.path, hint)


def _refuse_taken_names(workspace: Workspace, record: Record, pairs: Iterable[Pair]) -> None:
    """Raise `AlreadyExists` if a customer would get a name that another one has."""
    given = {pair.key: pair.value for pair in pairs if pair.key in NAMES and pair.sign != "-="}
    if given and record.kind.noun == "customer":
        refuse_known(workspace, record.slug, {"name": record.name, **given}, but=record.slug)
