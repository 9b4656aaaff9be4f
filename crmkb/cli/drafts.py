"""Drafts: acts that could not be carried out, kept with all that was typed.

A draft is a Markdown file beside the index: what was given is its front matter, the longer text
stands below. The next command tells once that there is one; `crm again` carries it out.
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
from crmkb.secrets import masked
from crmkb.store import files, markdown
from crmkb.store.markdown import Value
from crmkb.store.paths import NotAWorkspace, find_workspace, work_dir
from crmkb.text import close_matches, one_line, shorten
from crmkb.workspace.change import to_value
from crmkb.workspace.leaks import SecretFound
from crmkb.workspace.lock import made

_ACTION, _OPTIONS = "crm_action", ("now", "as_of", "actor", "allow_secret")
_MOST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Draft:
    """An act as it was typed: its values as front matter holds them, and its longer text.

    `options` are the moment of the act and what was said for the whole command; equal drafts may
    differ in them. `path` is None until it is kept; `kept_at` is its file's clock.
    """

    action: str
    values: Mapping[str, Value]
    text: str = ""
    options: Mapping[str, str] = field(default_factory=dict, compare=False)
    path: Path | None = field(default=None, compare=False)
    kept_at: int = field(default=0, compare=False)

    @property
    def words(self) -> str:
        """Return the act in a few words: `log-call acme 'Pricing review'`."""
        given = [value for value in self.values.values() if isinstance(value, str)]
        return shorten(one_line(" ".join([self.action, *given[:2]])), _MOST_SHOWN)

    def is_done_with(self, other: Draft) -> bool:
        """Return whether nothing is lost of this one when the other is done."""
        is_saved = bool(self.text.strip()) and self.text == other.text
        return self == other or (is_saved and self.action == other.action)


class NoDraft(NotFound):
    """There is no such draft, or none at all."""

    def __init__(self, name: str, drafts: list[Draft]) -> None:
        names = [draft.path.stem for draft in drafts if draft.path]
        super().__init__("draft", name, close_matches(name, names))
        if not names:
            self.message, self.hint = "nothing is kept to be done again", None
        elif not close_matches(name, names):
            self.hint = "see what is kept: crm again --list"


def draft_of(session: Session, action: str, values: Mapping[str, Any], written: str) -> Draft:
    """Return an act as a draft; `written` names the value that is its longer text."""
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
    """Return the draft in a file, or None where there is none that can be read."""
    try:
        kept_at = path.stat().st_mtime_ns
        parts = markdown.split(path.read_bytes())
        fields = dict(markdown.parse(parts.opening + parts.header + parts.closing).fields)
        text = parts.body.decode()  # not parsed: any text may stand here
    except (OSError, UnicodeDecodeError, CrmError):
        return None
    action = str(fields.pop(_ACTION, ""))
    options = {key: str(fields.pop(f"crm_{key}", "")) for key in _OPTIONS}
    return Draft(action, fields, text, options, path, kept_at) if action else None


def all_of(root: Path) -> list[Draft]:
    """Return the drafts of a workspace, the newest first."""
    found = filter(None, map(read, (work_dir(root) / DRAFTS).glob("*.md")))
    return sorted(found, key=lambda draft: draft.kept_at, reverse=True)


def find(root: Path, name: str) -> Draft:
    """Return the draft of that name or in that file, the newest for no name."""
    drafts = all_of(root)
    named = [draft for draft in drafts if draft.path and name in ("", draft.path.stem)]
    found = named[0] if named else read(Path(name)) if name else None
    if found is None:
        raise NoDraft(name, drafts)
    return found


def drop(draft: Draft) -> None:
    """Delete a draft."""
    if draft.path is not None:
        with suppress(OSError):  # on a disk that refuses, it is offered once more
            draft.path.unlink(missing_ok=True)


def tell(session: Session) -> None:
    """Tell of the drafts there are, and what to do with them."""
    drafts = all_of(session.workspace.root)
    if len(drafts) == 1:
        words = f"{drafts[0].words!r} was not done and is kept; do it: crm again"
        session.out.say(f"note: {words}, or drop it: crm again --drop")
    elif drafts:
        session.out.say(f"note: {len(drafts)} acts were not done and are kept: crm again --list")


@contextmanager
def kept(
    session: Session, action: str, values: Mapping[str, Any], written: str, former: Draft | None
) -> Iterator[None]:
    """Keep an act that fails as a draft, instead of the `former` one; drop it when it is done."""
    try:
        yield
    except KeyboardInterrupt:  # what was under way may be done: only a text is worth the doubt
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
    """Drop the drafts of which nothing is lost now that an act is done."""
    if (work_dir(session.workspace.root) / DRAFTS).is_dir():
        for draft in all_of(session.workspace.root):
            if draft.is_done_with(done):
                drop(draft)
    if former is not None:
        drop(former)


def _without_secrets(session: Session, draft: Draft, error: CrmError | None = None) -> Draft:
    """Return a draft in which the secrets that nobody allowed are masked: it is a file, too."""
    if not isinstance(error, SecretFound) and _allows_secrets(session):
        return draft
    values = {
        key: masked(value) if isinstance(value, str) else [masked(item) for item in value]
        for key, value in draft.values.items()
    }
    options = {key: masked(value) for key, value in draft.options.items()}
    return replace(draft, values=values, text=masked(draft.text), options=options)


def _allows_secrets(session: Session) -> bool:
    """Return whether a person allows secrets in this act, or the settings in some files."""
    if session.options.allow_secret:
        return True
    try:
        return bool(session.workspace.config.secrets_allowed_in)
    except CrmError:
        return False


def _is_refusal(session: Session, error: CrmError) -> bool:
    """Return whether what was typed was right; else it is mended best in the shell's history."""
    if isinstance(error, AlreadyExists) or error.exit_code in (Exit.USAGE, Exit.NOT_FOUND):
        return False
    return "workspace" in session.__dict__


def _keep(session: Session, draft: Draft, former: Draft | None) -> str:
    """Save a draft, and return what to tell of it."""
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
    """Return the file of a draft, elsewhere where the workspace takes none; None if nowhere."""
    options = {f"crm_{key}": value for key, value in draft.options.items() if value}
    header = markdown.dump({_ACTION: draft.action, **options, **draft.values})
    data = f"---\n{header}---\n{draft.text}".encode()
    if root is not None:
        with suppress(files.CannotWrite):
            return new_file(made(work_dir(root)) / DRAFTS, draft.action, data)
    with suppress(files.CannotWrite):
        return new_file(None, draft.action, data)
    return None


def new_file(folder: Path | None, name: str, data: bytes) -> Path:
    """Write a file of a new name, among temporary ones for no folder; nobody else may read it."""
    import tempfile

    try:
        if folder is not None:
            folder.mkdir(exist_ok=True)
        handle, place = tempfile.mkstemp(prefix=f"{name}-", suffix=".md", dir=folder)
        os.close(handle)
    except OSError as error:
        raise files.CannotWrite(f"{folder or tempfile.gettempdir()}/{name}.md", error) from error
    path = Path(place)
    try:
        files.write_whole(path, data)
    except files.CannotWrite:
        path.unlink(missing_ok=True)
        raise
    return path
