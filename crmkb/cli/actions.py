"""Actions as commands: `plan` computes the change, here it is shown, applied and told."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from difflib import unified_diff
from types import ModuleType
from typing import Any

from crmkb import plugins
from crmkb.cli.ask import ask
from crmkb.cli.session import Session
from crmkb.cli.signature import Extra, command_of
from crmkb.cli.values import Parameter, parameters_of
from crmkb.errors import Exit
from crmkb.store.paths import KEEPER
from crmkb.workspace import Applied, Change, Write

EXTRAS: tuple[Extra, ...] = (
    ("dry_run", "", "Show what would be written, as a diff, and write nothing."),
    ("no_commit", "", "Write the files, leave the commit to you."),
    ("json", "", "Print the result for programs."),
)
MOST_TOLD = 12
EDITOR: Extra = ("edit", "-e", "Write the text in your editor.")


def build(name: str, module_name: str) -> Callable[..., Any]:
    """Return the command of an action."""
    module = plugins.load("actions", module_name)
    parameters = list(parameters_of(module.plan))
    written = [parameter for parameter in parameters if parameter.param.is_written]

    def run(session: Session, values: dict[str, Any], flags: dict[str, bool]) -> Exit:
        _ask_wanted(session, module, parameters, values)
        if flags.get("edit"):
            from crmkb.cli.editor import edit

            for parameter in written:
                values[parameter.name] = edit(values.get(parameter.name, ""))
        return carry_out(session, module.plan(session.workspace, **values), name, flags)

    return command_of(name, module.plan, run, (*EXTRAS, EDITOR) if written else EXTRAS)


def _ask_wanted(
    session: Session, module: ModuleType, parameters: list[Parameter], values: dict[str, Any]
) -> None:
    """Ask for optional values that an action wants as things are, if a person is there."""
    wanted = getattr(module, "wanted", None)
    if wanted is None or not session.can_ask:
        return
    names = set(wanted(**values))
    for parameter in parameters:
        if parameter.name in names and parameter.name not in values:
            answer = ask(session, parameter)
            if answer is not None:
                values[parameter.name] = answer


def carry_out(session: Session, change: Change, action: str, flags: dict[str, bool]) -> Exit:
    """Show or apply a change and tell what came of it."""
    change = change.signed(action, session.options.actor)
    for note in change.notes:
        session.out.say(f"note: {note}")
    if flags["dry_run"]:
        _show(session, change, flags["json"])
        return Exit.DONE
    applied = session.workspace.apply(change, commit=not flags["no_commit"])
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
        "files": [{"path": w.path, "change": _how(w)} for w in change.differing],
    }


def _tell(session: Session, change: Change, applied: Applied) -> None:
    if not applied.writes:
        session.out.say("nothing to change")
        return
    session.out.line(change.message)
    shown = [write for write in applied.writes if not write.path.endswith(KEEPER)]
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
    if sys.stdout.isatty():
        _colour("".join(diff(change)))
    else:
        session.out.text("".join(diff(change)) or "nothing to change\n")


def diff(change: Change) -> Iterator[str]:
    """Yield the lines of a change as a unified diff."""
    for write in change.differing:
        before, after = _lines(write.before), _lines(write.after)
        old = "/dev/null" if write.before is None else f"a/{write.path}"
        new = "/dev/null" if write.after is None else f"b/{write.path}"
        for line in unified_diff(before, after, old, new):
            yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _lines(data: bytes | None) -> list[str]:
    text = (data or b"").decode("utf-8", "replace").replace("\r\n", "\n")
    return text.splitlines(keepends=True)


def _colour(text: str) -> None:
    from rich.console import Console
    from rich.text import Text

    styles = {"+": "green", "-": "red", "@": "cyan"}
    console = Console(highlight=False)
    for line in text.splitlines():
        console.print(Text(line, style=styles.get(line[:1], "")), soft_wrap=True)


def _how(write: Write) -> str:
    if write.before is None:
        return "created"
    return "deleted" if write.after is None else "changed"
