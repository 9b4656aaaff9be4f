"""Templates: Jinja in a sandbox, a workspace's own copies before the shipped ones."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmkb.errors import CrmError, Exit
from crmkb.shipped import shipped
from crmkb.store.paths import TEMPLATES

if TYPE_CHECKING:
    from jinja2.sandbox import SandboxedEnvironment


class TemplateFailed(CrmError):
    """A template is missing, or Jinja could not render it."""

    def __init__(self, path: str, line: int, message: str, hint: str | None = None) -> None:
        super().__init__(f"{path}:{line}: {message}", hint or "mend the template and try again")


class NoTemplate(CrmError):
    """Neither the workspace nor the program has such a template."""

    exit_code = Exit.NOT_FOUND

    def __init__(self, name: str) -> None:
        super().__init__(f"no template named {name!r}", hint=f"make it: {TEMPLATES}/{name}")


def source(root: Path, name: str) -> tuple[str, str]:
    """Return a template's path, for messages, and its text."""
    own = root / TEMPLATES / name
    if own.is_file():
        return f"{TEMPLATES}/{name}", _text(own)
    carried = shipped(TEMPLATES) / name
    if not carried.is_file():
        raise NoTemplate(name)
    return f"{TEMPLATES}/{name}", _text(carried)


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8-sig")


@cache
def environment() -> SandboxedEnvironment:
    """Return the sandbox: no attributes of Python, an undefined name is an error."""
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    return ImmutableSandboxedEnvironment(undefined=StrictUndefined, keep_trailing_newline=True)


def render(path: str, text: str, values: Mapping[str, Any], first_line: int = 1) -> str:
    """Render a template's text; errors name `path` and the line in the file.

    `first_line` is the line of the file on which the text begins.
    """
    from jinja2 import TemplateError, TemplateSyntaxError

    try:
        return environment().from_string(text).render(values)
    except TemplateSyntaxError as error:
        line = error.lineno + first_line - 1
        raise TemplateFailed(path, line, error.message or "broken") from error
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError) as error:
        raise TemplateFailed(path, _line(error) + first_line - 1, str(error)) from error


def _line(error: BaseException) -> int:
    """Return the line of the template where an error came up: Jinja rewrites the traceback."""
    line, trace = 1, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
