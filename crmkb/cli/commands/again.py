"""Run a failed action again, with its saved input."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from crmkb.cli.session import Session
from crmkb.errors import BadValue, Exit
from crmkb.interface import registry
from crmkb.interface.params import Param
from crmkb.store.files.locate import find_workspace

if TYPE_CHECKING:
    from crmkb.cli.failed_acts import Draft
    from crmkb.interface.registry import Entry

PANEL = "Record"
HEADINGS = ("draft", "when", "act", "text")


class UnknownAct(BadValue):
    """A draft belongs to an action that no longer exists."""

    def __init__(self, action: str) -> None:
        super().__init__(f"no command {action!r}", "drop it: crm again --drop")


class NoText(BadValue):
    """The action of a draft takes no text that could be edited."""

    def __init__(self, action: str) -> None:
        super().__init__(f"{action} has no text to edit", "leave out --edit")


def run(
    session: Session,
    draft: Annotated[
        str, Param("The draft, by its name in --list or its path (default: the newest).")
    ] = "",
    *,
    list_: Annotated[bool, Param("List the drafts, but run none.")] = False,
    drop: Annotated[bool, Param("Delete the draft instead of running it.")] = False,
    edit: Annotated[bool, Param("Edit its text in your editor first.", short="-e")] = False,
    dry_run: Annotated[bool, Param("Print the change as a diff, but write nothing.")] = False,
    no_commit: Annotated[bool, Param("Write the files, but do not commit them.")] = False,
    json: Annotated[bool, Param("Print the result as JSON.")] = False,
) -> Exit | None:
    """Run a failed action again, with its saved input, as of the time when it was typed.

    When git or the disk refuses an action, or an error would lose your text, the input is saved as
    a draft beside the workspace's index. Fix the cause, then type `crm again`.

    crm again --list
    """
    from crmkb.cli import failed_acts
    from crmkb.cli.action_command import act

    root = find_workspace(session.start)
    if list_:
        _list(session, failed_acts.all_of(root), as_json=json)
        return None
    found = failed_acts.find(root, draft)
    if drop:
        failed_acts.drop(found)
        session.out.line(f"Drop {found.words}")
        return None
    _go_back(session, found)
    action = _action(found.action)
    if edit and not action.written:
        raise NoText(action.name)
    flags = {"dry_run": dry_run, "no_commit": no_commit, "json": json, "edit": edit}
    return act(session, action, _values(session, action, found), flags, found)


def _list(session: Session, found: list[Draft], *, as_json: bool) -> None:
    from crmkb.values.display import one_line, shorten

    rows = [
        (Path(each.path or "").stem, _when(each), each.words, shorten(one_line(each.text), 40))
        for each in found
    ]
    if as_json:
        session.out.json("drafts", [dict(zip(HEADINGS, row, strict=True)) for row in rows])
    else:
        session.out.table(HEADINGS, rows)


def _when(draft: Draft) -> str:
    return draft.options["now"][:16].replace("T", " ")


def _go_back(session: Session, draft: Draft) -> None:
    """Restore the time and the options of the draft, so that its day words mean the same days."""
    if when := draft.options["now"]:
        session.now = datetime.fromisoformat(when)
    session.options.as_of = session.options.as_of or draft.options["as_of"]
    session.options.actor = session.options.actor or draft.options["actor"]
    session.options.allow_secret |= bool(draft.options["allow_secret"])


def _action(name: str) -> Entry:
    found = registry.actions().get(name)
    if found is None:
        raise UnknownAct(name)
    return found


def _values(session: Session, action: Entry, draft: Draft) -> dict[str, Any]:
    from crmkb.interface.parameters import read_value

    values: dict[str, Any] = {}
    for parameter in action.parameters:
        given = draft.values.get(parameter.name)
        if given is None:
            continue
        if parameter.is_flag:
            values[parameter.name] = given == "true"
        elif parameter.is_list:
            items = [given] if isinstance(given, str) else given
            values[parameter.name] = [read_value(parameter, item, session) for item in items]
        else:
            values[parameter.name] = read_value(parameter, str(given), session)
    if draft.text:
        values[action.written] = draft.text
    return values
