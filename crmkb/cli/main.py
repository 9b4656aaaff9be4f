"""The command `crm`: global options, commands found by their file names, errors in one place.

Start-up imports Typer and nothing else that is heavy; a command's module is loaded when it runs.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator, Sequence
from copy import copy
from types import TracebackType
from typing import Annotated, Any

import typer
from typer.core import CompletionItem, TyperGroup, TyperOption  # type: ignore[attr-defined]

from crmkb import __version__, plugins
from crmkb.cli.session import Options
from crmkb.errors import BadValue, CrmError, Exit, did_you_mean
from crmkb.text import close_matches, printable

PANELS = ("Start", "Record", "Change", "Read", "Report and check", "More")
"""The headings of `crm --help`, in order; a command names its own as `PANEL`."""

INTERRUPTED = 130
"""What Typer makes of Ctrl-C."""

FEW_COLLECTIONS = 100_000
"""So many objects more, and Python looks for cycles among them: a command hardly leaves any."""

OF_ANOTHER_REPOSITORY = (
    *("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR"),
    *("GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_NAMESPACE"),
)
"""What git sets for hooks: it would lead us elsewhere, and ours is where the workspace lies."""

EPILOG = "A customer is a folder of Markdown files, a change is a commit. Start with: crm demo"


def command_names() -> dict[str, tuple[str, str]]:
    """Return every command with the package and module that hold it."""
    found = {}
    for package in ("actions", "cli.commands"):
        for module in plugins.names(package):
            found[module.rstrip("_").replace("_", "-")] = (package, module)
    return found


class NoCommand(BadValue):
    """There is no command of that name."""

    def __init__(self, name: str) -> None:
        meant = close_matches(name, command_names()) if name != "help" else []
        close = [f"crm {word}" for word in meant]
        super().__init__(f"no command {name!r}", did_you_mean(close) or "see crm --help")


class Commands(TyperGroup):
    """The commands of `crm`, each loaded only when it is needed."""

    def list_commands(self, _ctx: Any) -> list[str]:
        """Return the names of all commands."""
        return sorted(command_names())

    def get_command(self, _ctx: Any, cmd_name: str) -> Any:
        """Load one command, or return None for a name there is not."""
        place = command_names().get(cmd_name)
        if place is None:
            return None
        package, module = place
        if package == "actions":
            from crmkb.cli.actions import build
        else:
            from crmkb.cli.reading import build
        app = typer.Typer(add_completion=False, rich_markup_mode=None)
        app.command(name=cmd_name)(build(cmd_name, module))
        command = typer.main.get_command(app)
        command.params.extend(self._global_options())
        return command

    def _global_options(self) -> Iterator[Any]:
        """Yield the global options once more, so that they may also follow the command."""
        for option in self.params:
            if isinstance(option, TyperOption) and option.name in Options.__dataclass_fields__:
                twin = copy(option)
                twin.hidden, twin.expose_value = True, False
                twin.callback = _keep  # type: ignore[assignment]
                yield twin

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command that was typed, or say which was meant."""
        if args[0] not in command_names() and not args[0].startswith("-"):
            raise NoCommand(args[0])
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        """Offer the commands by what their files say of them; loading them all would be felt."""
        begun = [(n, at) for n, at in sorted(command_names().items()) if n.startswith(incomplete)]
        items = [CompletionItem(name, help=plugins.about(*at).summary) for name, at in begun]
        options = super(TyperGroup, self).shell_complete(ctx, incomplete)
        return [*items, *options]

    def format_commands(self, _ctx: Any, formatter: Any) -> None:
        """Write the commands under their headings, from their files' first lines."""
        panels: dict[str, list[tuple[str, str]]] = {panel: [] for panel in PANELS}
        for name, place in sorted(command_names().items()):
            about = plugins.about(*place)
            panels.setdefault(about.panel or "More", []).append((name, about.summary))
        for panel, rows in panels.items():
            if rows:
                with formatter.section(panel):
                    formatter.write_dl(rows)


app = typer.Typer(
    cls=Commands,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(value: bool) -> None:
    if value:
        print(f"crm {__version__}")
        raise typer.Exit


@app.callback()
def crm(
    context: typer.Context,
    workspace: Annotated[
        str, typer.Option("-C", "--workspace", metavar="DIR", help="Work in this workspace.")
    ] = "",
    as_of: Annotated[
        str, typer.Option(metavar="DAY", help="See everything as of a day.", show_default=False)
    ] = "",
    actor: Annotated[
        str, typer.Option(metavar="NAME", help="Who acts, when not the git author.")
    ] = "",
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only results.")] = False,
    no_input: Annotated[bool, typer.Option("--no-input", help="Never ask.")] = False,
    allow_secret: Annotated[
        bool, typer.Option("--allow-secret", help="Write a text although it looks like a secret.")
    ] = False,
    _version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version.", callback=_print_version, is_eager=True
        ),
    ] = False,
) -> None:
    """Keep your customers as Markdown files in git."""
    context.obj = Options(workspace, as_of, actor, quiet, no_input, allow_secret)


def _keep(context: typer.Context, option: Any, value: Any) -> None:
    options = context.find_object(Options)
    if value and options is not None:
        setattr(options, option.name, value)


def main(argv: Sequence[str] | None = None) -> int:
    """Run `crm` and return its exit code; every error is said here and nowhere else."""
    os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
    for name in OF_ANOTHER_REPOSITORY:
        os.environ.pop(name, None)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        code = typer.main.get_command(app).main(argv, prog_name="crm", standalone_mode=False)
        sys.stdout.flush()
    except CrmError as error:
        return _fail(error.message, error.hint, error.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        return _stopped()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.DONE
    except typer.TyperException as error:
        return _usage(error)
    return _stopped() if code == INTERRUPTED else int(code or Exit.DONE)


def _stopped() -> int:
    return _fail("stopped", "what was under way is whole or not at all: git log -1", Exit.FAILED)


def _fail(message: str, hint: str | None, code: Exit) -> int:
    print(f"error: {printable(message)}", file=sys.stderr)
    if hint:
        print(f"hint: {printable(hint)}", file=sys.stderr)
    return code


def _usage(error: typer.TyperException) -> int:
    context = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError" and context is not None:
        print(context.get_help())
        return Exit.USAGE
    path = context.command_path if context is not None else "crm"
    if hasattr(error, "possibilities"):
        option = str(getattr(error, "option_name", ""))
        close = close_matches(option, error.possibilities or (), limit=1)
        hint = did_you_mean(close) or f"see {path} --help; a text that begins with - goes after --"
        return _fail(f"no option {option!r}", hint, Exit.USAGE)
    message = error.format_message().rstrip(".")
    quotes = "put a text of several words in quotes; " if "extra argument" in message else ""
    return _fail(message[:1].lower() + message[1:], f"{quotes}see {path} --help", Exit.USAGE)


def _tell_bug(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Tell of a bug of ours in one line, and keep the traceback in a file for the report."""
    import tempfile
    import traceback

    handle, name = tempfile.mkstemp(prefix="crm-bug-", suffix=".txt", text=True)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write("".join(traceback.format_exception(kind, error, trace)))
    words = f"this is a bug of crm: {kind.__name__}: {error}"
    _fail(words, f"please report it with the file {name}", Exit.BUG)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(Exit.BUG)


def entry() -> None:
    """Run `crm` as a program; what nobody caught is a bug of ours."""
    sys.excepthook = _tell_bug
    gc.set_threshold(FEW_COLLECTIONS)
    sys.exit(main())


if __name__ == "__main__":
    entry()
