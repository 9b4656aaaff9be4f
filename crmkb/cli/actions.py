"""Actions as commands: `plan` computes the change, here it is shown, applied and told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from difflib import unified_diff
from types import ModuleType
from typing import TYPE_CHECKING, Any

from crmkb import plugins
from crmkb.cli.session import Session
from crmkb.cli.signature import Extra, command_of
from crmkb.cli.table import Cell
from crmkb.cli.values import Parameter, parameters_of
from crmkb.errors import Exit
from crmkb.store.paths import KEEPER
from crmkb.workspace import Applied, Change, Write

if TYPE_CHECKING:
    from crmkb.cli.drafts import Draft

EXTRAS: tuple[Extra, ...] = (
    ("dry_run", "", "Show what would be written, as a diff, and write nothing."),
    ("no_commit", "", "Write the files, leave the commit to you."),
    ("json", "", "Print the result for programs."),
)
MOST_TOLD = 12
_COLOURS = {"+": "green", "-": "red", "@": "cyan"}
EDITOR: Extra = ("edit", "-e", "Write the text in your editor.")


def build(name: str, module_name: str) -> Callable[..., Any]:
    """Return the command of an action."""
    action = Action(name, plugins.load("actions", module_name))

    def run(session: Session, values: dict[str, Any], flags: dict[str, bool]) -> Exit:
        return act(session, action, values, flags)

    extras = (*EXTRAS, EDITOR) if action.written else EXTRAS
    return command_of(name, action.module.plan, run, extras)


class Action:
    """An action's module, under the name of its command."""

    def __init__(self, name: str, module: ModuleType) -> None:
        self.name, self.module = name, module
        self.parameters = parameters_of(module.plan)

    @property
    def written(self) -> str:
        """Return the parameter that is a longer text, empty when there is none."""
        return next((each.name for each in self.parameters if each.param.is_written), "")


def act(
    session: Session,
    action: Action,
    values: dict[str, Any],
    flags: dict[str, bool],
    former: Draft | None = None,
) -> Exit:
    """Carry out an action; what was typed is kept when it fails, instead of a `former` draft."""
    from crmkb.cli.drafts import draft_of, drop_done, kept

    with kept(session, action.name, values, action.written, former):
        _ask_wanted(session, action.module, action.parameters, values)
        change = action.module.plan(session.workspace, **values)
        if flags.get("edit"):  # only now, so that a slip in the options costs nobody a text
            from crmkb.cli.editor import edit

            values[action.written] = edit(session, values.get(action.written, ""))
            change = action.module.plan(session.workspace, **values)
        session.typed = values.get(action.written, "")

        def again() -> Change:
            made: Change = action.module.plan(session.workspace.as_it_is_now(), **values)
            return made

        code = carry_out(session, change, action.name, flags, again)
    if not flags["dry_run"]:
        drop_done(session, draft_of(session, action.name, values, action.written), former)
    return code


def _ask_wanted(
    session: Session, module: ModuleType, parameters: Sequence[Parameter], values: dict[str, Any]
) -> None:
    """Ask for optional values that an action wants as things are, if a person is there."""
    wanted = getattr(module, "wanted", None)
    if wanted is None or not session.can_ask:
        return
    from crmkb.cli.ask import ask_for

    names = set(wanted(session.workspace, **values)) - values.keys()
    ask_for(session, [each for each in parameters if each.name in names], values)


def carry_out(
    session: Session,
    change: Change,
    action: str,
    flags: dict[str, bool],
    again: Callable[[], Change] | None = None,
) -> Exit:
    """Show or apply a change and tell what came of it; it is made `again` if files changed."""
    change = session.signed(change, action)
    for note in change.notes:
        session.out.say(f"note: {note}")
    if flags["dry_run"]:
        _show(session, change, flags["json"])
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
        _tell(session, change, applied)
    return Exit.DONE


def change_data(change: Change, applied: Applied | None) -> dict[str, Any]:
    """Return a change for programs: what was written, and the commit where there is one."""
    return {
        "message": change.message,
        "commit": applied.commit if applied else None,
        "notes": list(change.notes),
        "files": [_file_data(write) for write in _told(change)],
    }


def _file_data(write: Write) -> dict[str, str]:
    data = {"path": write.path, "change": _how(write)}
    return {**data, "from": write.origin} if write.origin else data


def _told(change: Change) -> list[Write]:
    """Return the writes to tell of: a file that was moved is one, and comes last."""
    writes = change.differing
    origins = {write.origin for write in writes}
    told = [write for write in writes if write.path not in origins]
    return sorted(told, key=lambda write: bool(write.origin))


def _tell(session: Session, change: Change, applied: Applied) -> None:
    if not applied.writes:
        session.out.say("nothing to change")
        return
    session.out.line(change.message)
    shown = [write for write in _told(change) if not write.path.endswith(KEEPER)]
    for write in shown[:MOST_TOLD]:
        session.out.line(f"  {_how(write):<8} {write.path}")
    if len(shown) > MOST_TOLD:
        session.out.line(f"  … and {len(shown) - MOST_TOLD} more files")
    if applied.commit:
        session.out.line(f"  commit   {applied.commit[:10]}")


def _show(session: Session, change: Change, as_json: bool) -> None:
    if as_json:
        data = change_data(change, None)
        data["diff"] = "".join(diff(change))
        session.out.json("change", data)
        return
    session.out.line(f"{change.message} (dry run: nothing is written)")
    for line in diff(change):
        session.out.styled(Cell(line.removesuffix("\n"), _COLOURS.get(line[:1], "")))
    if not change.differing:
        session.out.line("nothing to change")


def diff(change: Change) -> Iterator[str]:
    """Yield the lines of a change as a unified diff."""
    former = {write.path: write.before for write in change.differing}
    for write in _told(change):
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
