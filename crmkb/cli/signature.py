"""Turn a function's annotated parameters into a command, for actions and queries alike."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import typer

from crmkb.cli.session import Options, Session
from crmkb.errors import BadValue
from crmkb.interface.parameters import Parameter, parameters_of, read_value
from crmkb.interface.params import Param
from crmkb.values.dates import say_moment


class Misread(BadValue):
    """A value is invalid for its parameter."""

    def __init__(self, label: str, error: BadValue) -> None:
        super().__init__(f"{label}: {error.message}", error.hint)


def command_of(
    name: str,
    function: Callable[..., Any],
    run: Callable[[Session, dict[str, Any], dict[str, Any]], Any],
    options: Sequence[Parameter] = (),
) -> Callable[..., Any]:
    """Return a function that has a signature for Typer and calls `run`.

    `run` gets the session, the values of the function's own parameters, and the values of the
    `options` that the command line adds.
    """
    parameters = parameters_of(function)

    def command(context: typer.Context, **given: Any) -> None:
        session = Session(context.find_object(Options) or Options())
        own = {parameter.name: given.pop(parameter.name) for parameter in options}
        values = _values(session, name, parameters, given)
        code = run(session, values, _values(session, name, options, own))
        if session.takes_news():
            from crmkb.cli.failed_acts import remind

            remind(session)
        if code:
            raise typer.Exit(int(code))

    signature = [_context(), *map(_typer_parameter, (*parameters, *options))]
    command.__signature__ = inspect.Signature(signature)  # type: ignore[attr-defined]
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in signature}
    command.__name__ = name
    command.__doc__ = _help_text(inspect.getdoc(function) or "")
    return command


def _help_text(docstring: str) -> str:
    """Return a docstring with marks that keep Click from joining the lines of examples."""
    paragraphs = docstring.split("\n\n")
    return "\n\n".join(f"\b\n{p}" if p.startswith("crm ") else p for p in paragraphs)


def _values(
    session: Session, name: str, parameters: Sequence[Parameter], given: dict[str, Any]
) -> dict[str, Any]:
    """Return the parsed values, and ask for missing ones if a required one is missing."""
    missing = [p for p in parameters if _is_missing(p, given[p.name])]
    needed = [parameter for parameter in missing if parameter.is_required]
    if not needed:
        return _given(session, parameters, missing, given)
    from crmkb.cli.ask import MissingValue, ask_for, usage

    if not session.can_ask:  # raised before a pipe is read, as its text would be lost
        raise MissingValue(needed[0], usage(name, parameters))
    values = _given(session, parameters, missing, given)
    usual = [p for p in missing if p.param.is_usual and not p.is_required]
    ask_for(session, [*needed, *usual], values)
    return values


def _given(
    session: Session,
    parameters: Iterable[Parameter],
    missing: Collection[Parameter],
    given: Mapping[str, Any],
) -> dict[str, Any]:
    return {p.name: _read(session, p, given[p.name]) for p in parameters if p not in missing}


def _is_missing(parameter: Parameter, raw: Any) -> bool:
    is_blank = isinstance(raw, str) and not raw.strip()
    return raw is None or raw == [] or (parameter.is_required and is_blank)


def _read(session: Session, parameter: Parameter, raw: Any) -> Any:
    if parameter.is_flag:
        return raw
    try:
        if parameter.param.stdin and raw == "-":
            from crmkb.cli.editor import piped

            session.typed = piped()
            return session.typed
        if parameter.is_list:
            return [read_value(parameter, text, session) for text in raw]
        value = read_value(parameter, raw, session)
    except BadValue as error:
        raise Misread(parameter.label, error) from error
    if isinstance(value, date) and not raw[:1].isdecimal():
        session.out.say(f"note: {parameter.label} is {say_moment(value)}")
    return value


def _context() -> inspect.Parameter:
    return inspect.Parameter("context", _KEYWORD, annotation=typer.Context)


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
            from crmkb.cli.completion import completions

            session = Session(ctx.find_object(Options) or Options())
            yield from completions(param.choices, incomplete, session.start, _customer(ctx))

    return complete


def _customer(ctx: typer.Context) -> str:
    """Return the customer typed before.

    While an option lacks its value, the customer is only in `ctx.args`.
    """
    takes_one = [parameter.name for parameter in ctx.command.params][:1] == ["customer"]
    return ctx.params.get("customer") or (ctx.args[0] if takes_one and ctx.args else "")


_KEYWORD = inspect.Parameter.KEYWORD_ONLY
