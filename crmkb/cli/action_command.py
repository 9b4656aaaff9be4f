"""Turn actions into commands: `plan` computes a change; this module applies and prints it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from difflib import unified_diff
from typing import TYPE_CHECKING, Annotated, Any

from crmkb.cli.session import Session
from crmkb.cli.signature import command_of
from crmkb.errors import Exit
from crmkb.interface.answer import Cell, Tone
from crmkb.interface.parameters import options_of
from crmkb.interface.params import Param
from crmkb.interface.registry import Entry
from crmkb.schema.layout import KEEPER
from crmkb.workspace import Applied, Change, Write

if TYPE_CHECKING:
    from crmkb.cli.failed_acts import Draft

MOST_SHOWN = 12
_TONES: dict[str, Tone] = {"+": "good", "-": "bad", "@": "name"}


def build(entry: Entry) -> Callable[..., Any]:
    """Return the command for an action."""

    def run(session: Session, values: dict[str, Any], options: dict[str, Any]) -> Exit:
        return act(session, entry, values, options)

    options = options_of(_options)
    if entry.written:
        options += options_of(_editor_option)
    return command_of(entry.name, entry.function, run, options)


def _options(
    _: object,
    *,
    dry_run: Annotated[bool, Param("Print the change as a diff, but write nothing.")] = False,
    no_commit: Annotated[bool, Param("Write the files, but do not commit them.")] = False,
    json: Annotated[bool, Param("Print the result as JSON.")] = False,
) -> None:
    """Declare, as annotations, the options of every action."""


def _editor_option(
    _: object, *, edit: Annotated[bool, Param("Write the text in your editor.", short="-e")] = False
) -> None:
    """Declare the option of actions that take a longer text."""


def act(
    session: Session,
    action: Entry,
    values: dict[str, Any],
    flags: dict[str, bool],
    former: Draft | None = None,
) -> Exit:
    """Run an action. If it fails, save the input as a draft that replaces `former`."""
    from crmkb.cli.failed_acts import draft_of, drop_done, keeping

    with keeping(session, action.name, values, action.written, former):
        _ask_wanted(session, action, values)
        change = action.function(session.workspace, **values)
        if flags.get("edit"):  # only once the other values are known to be valid
            from crmkb.cli.editor import edit

            values[action.written] = edit(session, values.get(action.written, ""))
            change = action.function(session.workspace, **values)
        session.typed = values.get(action.written, "")

        def again() -> Change:
            made: Change = action.function(session.workspace.reopen(), **values)
            return made

        code = carry_out(session, change, action.name, flags, again)
    if not flags["dry_run"]:
        drop_done(session, draft_of(session, action.name, values, action.written), former)
    return code


def _ask_wanted(session: Session, action: Entry, values: dict[str, Any]) -> None:
    """Ask for the optional values that the action's `wanted` names, if a person can answer."""
    wanted = getattr(action.module, "wanted", None)
    if wanted is None or not session.can_ask:
        return
    from crmkb.cli.ask import ask_for

    names = set(wanted(session.workspace, **values)) - values.keys()
    ask_for(session, [each for each in action.parameters if each.name in names], values)


def carry_out(
    session: Session,
    change: Change,
    action: str,
    flags: dict[str, bool],
    again: Callable[[], Change] | None = None,
) -> Exit:
    """Apply a change, or print its diff; `again` recomputes it if files changed meanwhile."""
    change = session.signed(change, action)
    for note in change.notes:
        session.out.say(f"note: {note}")
    if flags["dry_run"]:
        _print_diff(session, change, flags["json"])
        return Exit.DONE

    def signed_again() -> Change:
        nonlocal change
        change = session.signed(again(), action) if again else change
        return change

    applied = session.workspace.apply(change, commit=not flags["no_commit"], again=signed_again)
    for note in applied.notes:
        session.out.say(f"note: {note}")
    if flags["json"]:
        session.out.json("change", change_data(change, applied))
    else:
        _print_change(session, change, applied)
    return Exit.DONE


def change_data(change: Change, applied: Applied | None) -> dict[str, Any]:
    """Return a change as JSON data: message, notes, files, and the commit or None."""
    return {
        "message": change.message,
        "commit": applied.commit if applied else None,
        "notes": list(change.notes),
        "files": [_file_data(write) for write in _shown_writes(change)],
    }


def _file_data(write: Write) -> dict[str, str]:
    data = {"path": write.path, "change": _how(write)}
    return {**data, "from": write.origin} if write.origin else data


def _shown_writes(change: Change) -> list[Write]:
    """Return the writes to show; a moved file is one write, and moved files come last."""
    writes = change.differing
    origins = {write.origin for write in writes}
    shown = [write for write in writes if write.path not in origins]
    return sorted(shown, key=lambda write: bool(write.origin))


def _print_change(session: Session, change: Change, applied: Applied) -> None:
    if not applied.writes:
        session.out.say("nothing to change")
        return
    session.out.line(change.message)
    shown = [write for write in _shown_writes(change) if not write.path.endswith(KEEPER)]
    for write in shown[:MOST_SHOWN]:
        session.out.line(f"  {_how(write):<8} {write.path}")
    if len(shown) > MOST_SHOWN:
        session.out.line(f"  … and {len(shown) - MOST_SHOWN} more files")
    if applied.commit:
        session.out.line(f"  commit   {applied.commit[:10]}")


def _print_diff(session: Session, change: Change, as_json: bool) -> None:
    if as_json:
        data = change_data(change, None)
        data["diff"] = "".join(diff(change))
        session.out.json("change", data)
        return
    session.out.line(f"{change.message} (dry run: nothing is written)")
    for line in diff(change):
        session.out.styled(Cell(line.removesuffix("\n"), _TONES.get(line[:1], "")))
    if not change.differing:
        session.out.line("nothing to change")


def diff(change: Change) -> Iterator[str]:
    """Yield the lines of a change as a unified diff."""
    former = {write.path: write.before for write in change.differing}
    for write in _shown_writes(change):
        before = former.get(write.origin) if write.origin else write.before
        if write.origin:
            yield from (f"rename from {write.origin}\n", f"rename to {write.path}\n")
        old = "/dev/null" if before is None else f"a/{write.origin or write.path}"
        new = "/dev/null" if write.after is None else f"b/{write.path}"
        for line in unified_diff(_lines(before), _lines(write.after), old, new):
            yield line if line.endswith("\n") else f"{line}\n"
            if not line.endswith("\n"):
                yield "\\ No newline at end of file\n"


def _lines(data: bytes | None) -> list[str]:
    text = (data or b"").decode("utf-8", "replace").replace("\r\n", "\n")
    lines = [f"{line}\n" for line in text.split("\n")]
    lines[-1] = lines[-1].removesuffix("\n")
    return lines if lines[-1] else lines[:-1]


def _how(write: Write) -> str:
    if write.origin:
        return "moved"
    if write.before is None:
        return "created"
    return "deleted" if write.after is None else "changed"
