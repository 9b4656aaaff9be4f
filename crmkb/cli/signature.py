"""A function's annotated parameters into a command: the same way for actions and for reading."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import typer

from crmkb.cli.ask import MissingValue, ask, usage
from crmkb.cli.offers import completions
from crmkb.cli.session import Options, Session
from crmkb.cli.values import Parameter, parameters_of, read_value
from crmkb.params import Param

Extra = tuple[str, str, str]
"""A flag that a face adds to all its commands: name, short option, help."""


def command_of(
    name: str,
    function: Callable[..., Any],
    run: Callable[[Session, dict[str, Any], dict[str, bool]], Any],
    extras: Iterable[Extra] = (),
) -> Callable[..., Any]:
    """Return a function whose signature Typer understands, which calls `run`.

    `run` gets the session, the values by parameter name, and the extra flags.
    """
    parameters = list(parameters_of(function))
    flags = list(extras)

    def command(context: typer.Context, **given: Any) -> None:
        session = Session(context.find_object(Options) or Options())
        switches = {flag: bool(given.pop(flag)) for flag, _, _ in flags}
        code = run(session, _values(session, name, parameters, given), switches)
        if code:
            raise typer.Exit(int(code))

    signature = [_context(), *map(_typer_parameter, parameters), *map(_flag, flags)]
    command.__signature__ = inspect.Signature(signature)  # type: ignore[attr-defined]
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in signature}
    command.__name__ = name
    command.__doc__ = _help_text(inspect.getdoc(function) or "")
    return command


def _help_text(docstring: str) -> str:
    """Return a docstring for Click, which otherwise joins the lines of the examples."""
    paragraphs = docstring.split("\n\n")
    return "\n\n".join(f"\b\n{p}" if p.startswith("crm ") else p for p in paragraphs)


def _values(
    session: Session, name: str, parameters: list[Parameter], given: dict[str, Any]
) -> dict[str, Any]:
    """Return the values given, read; what is needed and missing is asked for."""
    values: dict[str, Any] = {}
    for parameter in parameters:
        raw = given[parameter.name]
        if raw is None or raw == []:
            if not parameter.is_required:
                continue
            if not session.can_ask:
                raise MissingValue(parameter, usage(name, parameters))
            values[parameter.name] = ask(session, parameter)
        else:
            values[parameter.name] = _read(session, parameter, raw)
    return values


def _read(session: Session, parameter: Parameter, raw: Any) -> Any:
    if parameter.is_flag:
        return raw
    if parameter.param.stdin and raw == "-":
        return sys.stdin.read()
    if parameter.type is str:
        return raw
    if parameter.is_list:
        return [read_value(parameter, text, session.workspace) for text in raw]
    return read_value(parameter, raw, session.workspace)


def _context() -> inspect.Parameter:
    return inspect.Parameter("context", _KEYWORD, annotation=typer.Context)


def _flag(extra: Extra) -> inspect.Parameter:
    name, short, words = extra
    declared = [f"--{name.replace('_', '-')}", *([short] if short else [])]
    info = typer.Option(None, *declared, help=words, show_default=False)
    return inspect.Parameter(name, _KEYWORD, default=_with_default(info, False), annotation=bool)


def _typer_parameter(parameter: Parameter) -> inspect.Parameter:
    kind: Any = list[str] if parameter.is_list else str
    shared: dict[str, Any] = {
        "help": _help(parameter),
        "metavar": parameter.metavar,
        "autocompletion": _completer(parameter),
        "show_default": False,
    }
    info: Any
    if parameter.is_flag:
        kind = bool
        info = typer.Option(None, *_declared(parameter), help=_help(parameter), show_default=False)
    elif parameter.is_option:
        info = typer.Option(None, *_declared(parameter), **shared)
    else:
        info = typer.Argument(None, **shared)
    default = False if parameter.is_flag else None
    return inspect.Parameter(
        parameter.name, _KEYWORD, default=_with_default(info, default), annotation=kind
    )


def _with_default(info: Any, default: Any) -> Any:
    info.default = default
    return info


def _declared(parameter: Parameter) -> list[str]:
    short = parameter.param.short
    return [parameter.option, *([short] if short else [])]


def _help(parameter: Parameter) -> str:
    words = parameter.param.help
    if parameter.choices:
        words = f"{words} One of: {', '.join(parameter.choices)}.".strip()
    return f"{words} Repeat for more." if parameter.is_list and parameter.is_option else words


def _completer(parameter: Parameter) -> Callable[[typer.Context, str], Iterator[Any]]:
    param: Param = parameter.param

    def complete(ctx: typer.Context, incomplete: str) -> Iterator[Any]:
        if parameter.choices:
            yield from (choice for choice in parameter.choices if choice.startswith(incomplete))
        else:
            options = ctx.find_object(Options)
            yield from completions(param.offers, incomplete, options.workspace if options else "")

    return complete


_KEYWORD = inspect.Parameter.KEYWORD_ONLY
