"""Drafts: actions that failed, saved with all of their input.

A draft is a Markdown file beside the index: the values are its front matter, and the longer text is
its body. The next command mentions a new draft once; `crm again` runs it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from crmkb.cli.session import DRAFTS, UNTOLD, Session
from crmkb.errors import AlreadyExists, CrmError, Exit, NotFound
from crmkb.secret_scan.scanner import masked
from crmkb.store import markdown
from crmkb.store.files import disk
from crmkb.store.files.locate import NotAWorkspace, find_workspace, work_dir
from crmkb.store.markdown import Value
from crmkb.values.display import one_line, shorten
from crmkb.values.names import close_matches
from crmkb.workspace.change import to_value
from crmkb.workspace.lock import made
from crmkb.workspace.secret_guard import SecretFound

_ACTION, _OPTIONS = "crm_action", ("now", "as_of", "actor", "allow_secret")
_MOST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Draft:
    """The input of an action: its values as front matter, and its longer text.

    `options` are the time of the action and the global options; drafts that differ only in them are
    equal. `path` is None until the draft is saved. `kept_at` is the modification time of its file,
    in nanoseconds.
    """

    action: str
    values: Mapping[str, Value]
    text: str = ""
    options: Mapping[str, str] = field(default_factory=dict, compare=False)
    path: Path | None = field(default=None, compare=False)
    kept_at: int = field(default=0, compare=False)

    @property
    def words(self) -> str:
        """Return the input in a few words: `log-call acme Pricing review`."""
        given = [value for value in self.values.values() if isinstance(value, str)]
        return shorten(one_line(" ".join([self.action, *given[:2]])), _MOST_SHOWN)

    def is_done_with(self, other: Draft) -> bool:
        """Return whether this draft can be dropped once the other one is done."""
        is_saved = bool(self.text.strip()) and self.text == other.text
        return self == other or (is_saved and self.action == other.action)


class NoDraft(NotFound):
    """No draft has that name, or there is no draft at all."""

    def __init__(self, name: str, drafts: list[Draft]) -> None:
        names = [draft.path.stem for draft in drafts if draft.path]
        super().__init__("draft", name, close_matches(name, names))
        if not names:
            self.message, self.hint = "nothing is kept to be done again", None
        elif not close_matches(name, names):
            self.hint = "see what is kept: crm again --list"


def draft_of(session: Session, action: str, values: Mapping[str, Any], written: str) -> Draft:
    """Return the input of an action as a draft; `written` names its longer text."""
    given = {
        key: to_value(value)
        for key, value in values.items()
        if key != written and value is not None and value is not False
    }
    options = {
        "now": session.now.isoformat(),
        "as_of": session.options.as_of,
        "actor": session.options.actor,
        "allow_secret": "true" if session.options.allow_secret else "",
    }
    return Draft(action, given, session.typed or values.get(written) or "", options)


def read(path: Path) -> Draft | None:
    """Return the draft in a file, or None if the file holds no readable draft."""
    try:
        kept_at = path.stat().st_mtime_ns
        parts = markdown.split(path.read_bytes())
        fields = dict(markdown.parse(parts.opening + parts.header + parts.closing).fields)
        text = parts.body.decode()  # not parsed: it may be any text
    except (OSError, UnicodeDecodeError, CrmError):
        return None
    action = str(fields.pop(_ACTION, ""))
    options = {key: str(fields.pop(f"crm_{key}", "")) for key in _OPTIONS}
    return Draft(action, fields, text, options, path, kept_at) if action else None


def all_of(root: Path) -> list[Draft]:
    """Return the drafts of a workspace, newest first."""
    found = filter(None, map(read, (work_dir(root) / DRAFTS).glob("*.md")))
    return sorted(found, key=lambda draft: draft.kept_at, reverse=True)


def find(root: Path, name: str) -> Draft:
    """Return the draft with that name or path, or the newest if the name is empty."""
    drafts = all_of(root)
    named = [draft for draft in drafts if draft.path and name in ("", draft.path.stem)]
    found = named[0] if named else read(Path(name)) if name else None
    if found is None:
        raise NoDraft(name, drafts)
    return found


def drop(draft: Draft) -> None:
    """Delete a draft."""
    if draft.path is not None:
        with suppress(OSError):  # if the disk refuses, the draft stays and is offered again
            draft.path.unlink(missing_ok=True)


def remind(session: Session) -> None:
    """Print a note on the existing drafts and the commands for them."""
    drafts = all_of(session.workspace.root)
    if len(drafts) == 1:
        words = f"{drafts[0].words!r} was not done and is kept; do it: crm again"
        session.out.say(f"note: {words}, or drop it: crm again --drop")
    elif drafts:
        session.out.say(f"note: {len(drafts)} acts were not done and are kept: crm again --list")


@contextmanager
def keeping(
    session: Session, action: str, values: Mapping[str, Any], written: str, former: Draft | None
) -> Iterator[None]:
    """Save the action as a draft that replaces `former` if it fails within this block."""
    try:
        yield
    except KeyboardInterrupt:  # it may have succeeded, so only a longer text is worth saving
        draft = _without_secrets(session, draft_of(session, action, values, written))
        if draft.text.strip():
            _keep(session, draft, former)
        raise
    except CrmError as error:
        draft = _without_secrets(session, draft_of(session, action, values, written), error)
        if draft.text.strip() or session.has_asked or _is_refusal(session, error):
            words = _keep(session, draft, former)
            error.hint = f"{error.hint}; {words}" if error.hint else words
        raise


def drop_done(session: Session, done: Draft, former: Draft | None) -> None:
    """Drop `former` and the drafts that the `done` action makes superfluous."""
    if (work_dir(session.workspace.root) / DRAFTS).is_dir():
        for draft in all_of(session.workspace.root):
            if draft.is_done_with(done):
                drop(draft)
    if former is not None:
        drop(former)


def _without_secrets(session: Session, draft: Draft, error: CrmError | None = None) -> Draft:
    """Return a draft with its secrets masked, unless they are allowed: it is written to a file."""
    if not isinstance(error, SecretFound) and _allows_secrets(session):
        return draft
    values = {
        key: masked(value) if isinstance(value, str) else [masked(item) for item in value]
        for key, value in draft.values.items()
    }
    options = {key: masked(value) for key, value in draft.options.items()}
    return replace(draft, values=values, text=masked(draft.text), options=options)


def _allows_secrets(session: Session) -> bool:
    """Return whether an option allows secrets, or the settings allow them in some files."""
    if session.options.allow_secret:
        return True
    try:
        return bool(session.workspace.config.secrets_allowed_in)
    except CrmError:
        return False


def _is_refusal(session: Session, error: CrmError) -> bool:
    """Return whether valid input was refused; invalid input is easier to fix in the shell."""
    if isinstance(error, AlreadyExists) or error.exit_code in (Exit.USAGE, Exit.NOT_FOUND):
        return False
    return "workspace" in session.__dict__


def _keep(session: Session, draft: Draft, former: Draft | None) -> str:
    """Save a draft, and return a hint that says where it is."""
    root = _root(session)
    same = [each for each in all_of(root) if each == draft] if root else []
    path = same[0].path if same else _saved(root, draft)
    if path is None:
        return f"it could not be kept, so here is your text:\n{draft.text}"
    if former is not None and former.path != path:
        drop(former)
    if root is None or path.parent != work_dir(root) / DRAFTS:
        return f"what you typed is kept: crm again {path}"
    with suppress(OSError):
        (path.parent / UNTOLD).touch()
    return "what you typed is kept: crm again"


def _root(session: Session) -> Path | None:
    try:
        return find_workspace(session.start)
    except NotAWorkspace:
        return None


def _saved(root: Path | None, draft: Draft) -> Path | None:
    """Write a draft to the workspace or else the temporary folder; return its path, or None."""
    options = {f"crm_{key}": value for key, value in draft.options.items() if value}
    header = markdown.dump({_ACTION: draft.action, **options, **draft.values})
    data = f"---\n{header}---\n{draft.text}".encode()
    if root is not None:
        with suppress(disk.CannotWrite):
            return new_file(made(work_dir(root)) / DRAFTS, draft.action, data)
    with suppress(disk.CannotWrite):
        return new_file(None, draft.action, data)
    return None


def new_file(folder: Path | None, name: str, data: bytes) -> Path:
    """Write a new file with a unique name that only its owner can read.

    Without a folder, write to the temporary folder. Raise `CannotWrite` on failure.
    """
    import tempfile

    try:
        if folder is not None:
            folder.mkdir(exist_ok=True)
        handle, place = tempfile.mkstemp(prefix=f"{name}-", suffix=".md", dir=folder)
        os.close(handle)
    except OSError as error:
        raise disk.CannotWrite(f"{folder or tempfile.gettempdir()}/{name}.md", error) from error
    path = Path(place)
    try:
        disk.write_whole(path, data)
    except disk.CannotWrite:
        path.unlink(missing_ok=True)
        raise
    return path
