"""Find and render templates: a workspace's copy takes precedence over the bundled one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmkb.bundled import shipped
from crmkb.errors import CrmError, Exit
from crmkb.schema.layout import TEMPLATES
from crmkb.store.files.safe_paths import inside
from crmkb.store.templating.simple_templates import render_simple

if TYPE_CHECKING:
    from jinja2 import Template
    from jinja2.sandbox import SandboxedEnvironment


class TemplateFailed(CrmError):
    """A template is not UTF-8, or could not be rendered."""

    def __init__(self, path: str, line: int, message: str, hint: str | None = None) -> None:
        super().__init__(f"{path}:{line}: {message}", hint or "mend the template and try again")
        self.line = line
        self.reason = message


class NoTemplate(CrmError):
    """Neither the workspace nor the program has a template of this name."""

    exit_code = Exit.NOT_FOUND

    def __init__(self, name: str) -> None:
        super().__init__(f"no template named {name!r}", hint=f"make it: {TEMPLATES}/{name}")


def source(root: Path, name: str) -> tuple[str, str]:
    """Return a template's path, for messages, and its text; raise `NoTemplate`."""
    path = f"{TEMPLATES}/{name}"
    for found in (inside(root, path), inside(shipped(TEMPLATES), name)):
        if found.is_file():
            return path, _text(path, found.read_bytes())
    raise NoTemplate(name)


def _text(path: str, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise TemplateFailed(path, line, "is not UTF-8 text", "save it as UTF-8") from error


@cache
def environment() -> SandboxedEnvironment:
    """Return the sandbox; undefined names are errors in it."""
    from jinja2 import StrictUndefined

    from crmkb.store.templating.sandbox import Sandbox

    return Sandbox(undefined=StrictUndefined, keep_trailing_newline=True)


@lru_cache(maxsize=32)
def _compiled(sandbox: SandboxedEnvironment, text: str) -> Template:
    """Return the compiled template; cached, as an import renders one thousands of times."""
    return sandbox.from_string(text)


def render(
    path: str,
    text: str,
    values: Mapping[str, Any],
    first_line: int = 1,
    sandbox: SandboxedEnvironment | None = None,
) -> str:
    """Return the rendered text of a template; raise `TemplateFailed` with `path` and line.

    `first_line` is the line of the file on which the text begins. `sandbox` replaces the default
    one, for example to add filters.
    """
    if sandbox is None and (page := render_simple(text, values)) is not None:
        return page
    from jinja2 import TemplateError, TemplateSyntaxError

    from crmkb.store.templating.budget import bounded

    try:
        with bounded():
            return _compiled(sandbox or environment(), text).render(values)
    except TemplateSyntaxError as error:
        line = error.lineno + first_line - 1
        raise TemplateFailed(path, line, error.message or "broken") from error
    except RecursionError as error:
        raise TemplateFailed(path, first_line, "a macro calls itself without end") from error
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError) as error:
        raise TemplateFailed(path, _line(error) + first_line - 1, str(error)) from error


def _line(error: BaseException) -> int:
    """Return the template line of an error, which Jinja puts into the traceback."""
    line, trace = 1, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
