"""Carry out what failed, with all that was typed."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from crmkb.cli.session import Session
from crmkb.errors import BadValue, Exit
from crmkb.params import Param
from crmkb.store.paths import find_workspace

if TYPE_CHECKING:
    from crmkb.cli.actions import Action
    from crmkb.cli.drafts import Draft

PANEL = "Record"
HEADINGS = ("draft", "when", "act", "text")


class UnknownAct(BadValue):
    """A draft is of an action that is not here any more."""

    def __init__(self, action: str) -> None:
        super().__init__(f"no command {action!r}", "drop it: crm again --drop")


class NoText(BadValue):
    """A draft has no text that could be edited."""

    def __init__(self, action: str) -> None:
        super().__init__(f"{action} has no text to edit", "leave out --edit")


def run(
    session: Session,
    draft: Annotated[
        str, Param("Which, as --list names it, or its file; the newest unless said.")
    ] = "",
    *,
    list_: Annotated[bool, Param("Show what is kept, do nothing.")] = False,
    drop: Annotated[bool, Param("Drop it instead.")] = False,
    edit: Annotated[bool, Param("Go on with its text in your editor.", short="-e")] = False,
    dry_run: Annotated[bool, Param("Show what would be written, as a diff.")] = False,
    no_commit: Annotated[bool, Param("Write the files, leave the commit to you.")] = False,
    json: Annotated[bool, Param("Print the result for programs.")] = False,
) -> Exit | None:
    """Carry out what failed, with all that was typed, as of the moment when it was typed.

    When git or the disk refuses an act, or a slip would cost you a text, it is kept beside the
    index. Mend what was wrong, then type `crm again`.

    crm again --list
    """
    from crmkb.cli import drafts
    from crmkb.cli.actions import act

    root = find_workspace(session.start)
    if list_:
        _list(session, drafts.all_of(root), as_json=json)
        return None
    found = drafts.find(root, draft)
    if drop:
        drafts.drop(found)
        session.out.line(f"Drop {found.words}")
        return None
    _go_back(session, found)
    action = _action(found.action)
    if edit and not action.written:
        raise NoText(action.name)
    flags = {"dry_run": dry_run, "no_commit": no_commit, "json": json, "edit": edit}
    return act(session, action, _values(session, action, found), flags, found)


def _list(session: Session, found: list[Draft], *, as_json: bool) -> None:
    from crmkb.text import one_line, shorten

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
    """Be in the moment in which the act was typed, so that its days mean the same."""
    if when := draft.options["now"]:
        session.now = datetime.fromisoformat(when)
    session.options.as_of = session.options.as_of or draft.options["as_of"]
    session.options.actor = session.options.actor or draft.options["actor"]
    session.options.allow_secret |= bool(draft.options["allow_secret"])


def _action(name: str) -> Action:
    from crmkb import plugins
    from crmkb.cli.actions import Action
    from crmkb.cli.main import command_names

    package, module = command_names().get(name, ("", ""))
    if package != "actions":
        raise UnknownAct(name)
    return Action(name, plugins.load(package, module))


def _values(session: Session, action: Action, draft: Draft) -> dict[str, Any]:
    from crmkb.cli.values import read_value

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
