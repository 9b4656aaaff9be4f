"""The command `crm`: global options, commands found by file name, and error handling.

Typer is the only heavy import at start-up; the module of a command is loaded when it runs.
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

from crmkb import __version__
from crmkb.cli.session import Options
from crmkb.errors import BadValue, CrmError, Exit, did_you_mean
from crmkb.interface import registry
from crmkb.interface.registry import Entry
from crmkb.values.display import printable
from crmkb.values.names import close_matches

PANELS = ("Start", "Record", "Change", "Read", "Report and check", "More")
"""The headings of `crm --help`, in order; each command names its heading in `PANEL`."""

OWN_COMMANDS = "cli.commands"
"""The package of the commands that only the command line has."""

INTERRUPTED = 130
"""The exit code that Typer returns after Ctrl-C."""

FEW_COLLECTIONS = 100_000
"""The threshold of the garbage collector, in new objects; a command creates few cycles."""

OF_ANOTHER_REPOSITORY = (
    *("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR"),
    *("GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_NAMESPACE"),
)
"""Variables that git sets for hooks; removed, so that only the workspace's repository is used."""

EPILOG = "A customer is a folder of Markdown files, a change is a commit. Start with: crm demo"


def all_commands() -> dict[str, Entry]:
    """Return every command by name: actions, queries, and those that only the command line has."""
    return {**registry.actions(), **registry.queries(), **registry.entries(OWN_COMMANDS)}


class NoCommand(BadValue):
    """No command has that name."""

    def __init__(self, name: str) -> None:
        meant = close_matches(name, all_commands()) if name != "help" else []
        close = [f"crm {word}" for word in meant]
        super().__init__(f"no command {name!r}", did_you_mean(close) or "see crm --help")


class Commands(TyperGroup):
    """The commands of `crm`, each loaded only when it is needed."""

    def list_commands(self, _ctx: Any) -> list[str]:
        """Return the names of all commands."""
        return sorted(all_commands())

    def get_command(self, _ctx: Any, cmd_name: str) -> Any:
        """Load and return a command, or return None for an unknown name."""
        entry = all_commands().get(cmd_name)
        if entry is None:
            return None
        match entry.package:
            case registry.ACTIONS:
                from crmkb.cli.action_command import build
            case registry.QUERIES:
                from crmkb.cli.query_command import build
            case _:
                from crmkb.cli.own_command import build
        app = typer.Typer(add_completion=False, rich_markup_mode=None)
        app.command(name=cmd_name)(build(entry))
        command = typer.main.get_command(app)
        command.params.extend(self._global_options())
        return command

    def _global_options(self) -> Iterator[Any]:
        """Yield hidden copies of the global options, so that they may also follow the command."""
        for option in self.params:
            if isinstance(option, TyperOption) and option.name in Options.__dataclass_fields__:
                duplicate = copy(option)
                duplicate.hidden, duplicate.expose_value = True, False
                duplicate.callback = _keep  # type: ignore[assignment]
                yield duplicate

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the typed command; raise `NoCommand`, with suggestions, for an unknown name."""
        if args[0] not in all_commands() and not args[0].startswith("-"):
            raise NoCommand(args[0])
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        """Return the matching commands with their files' first lines; loading them all is slow."""
        begun = [
            each for name, each in sorted(all_commands().items()) if name.startswith(incomplete)
        ]
        items = [CompletionItem(entry.name, help=entry.summary) for entry in begun]
        options = super(TyperGroup, self).shell_complete(ctx, incomplete)
        return [*items, *options]

    def format_commands(self, _ctx: Any, formatter: Any) -> None:
        """Write the commands under their headings, with their files' first lines."""
        panels: dict[str, list[tuple[str, str]]] = {panel: [] for panel in PANELS}
        for name, entry in sorted(all_commands().items()):
            panels.setdefault(entry.panel or "More", []).append((name, entry.summary))
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
        str,
        typer.Option(
            "-C", "--workspace", metavar="DIR", help="Use the workspace in or above this folder."
        ),
    ] = "",
    as_of: Annotated[
        str, typer.Option(metavar="DAY", help="Show everything as of this day.", show_default=False)
    ] = "",
    actor: Annotated[
        str, typer.Option(metavar="NAME", help="Record this actor instead of the git author.")
    ] = "",
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print results only.")] = False,
    no_input: Annotated[bool, typer.Option("--no-input", help="Never prompt for input.")] = False,
    allow_secret: Annotated[
        bool, typer.Option("--allow-secret", help="Write values even if they look like secrets.")
    ] = False,
    _version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version and exit.", callback=_print_version, is_eager=True
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
    """Run `crm` and return its exit code; an error that ends a command is printed here."""
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


def _report_bug(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Print an unexpected exception on one line, and save its traceback to a file to report."""
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
    """Run `crm` as a program; an uncaught exception is reported as a bug."""
    sys.excepthook = _report_bug
    gc.set_threshold(FEW_COLLECTIONS)
    sys.exit(main())


if __name__ == "__main__":
    entry()
