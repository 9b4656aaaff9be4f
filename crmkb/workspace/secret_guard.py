"""Refuse changes that add secrets: once in git, a secret stays in every clone.

`secret_scan` defines what a secret looks like. Only secrets that a change adds are refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from crmkb.config.toml_values import FILE_NAME
from crmkb.errors import CrmError
from crmkb.schema.layout import matches
from crmkb.secret_scan.scanner import Secret, find_secrets, gives_away
from crmkb.workspace.change import Change, Write

ALLOWING = f"take it out; to allow it once: --allow-secret, for good: [secrets] in {FILE_NAME}"
_MESSAGE = "the commit message"


class SecretFound(CrmError):
    """A change would write something that looks like a secret."""

    def __init__(self, found: Sequence[tuple[str, Secret]]) -> None:
        path, secret = found[0]
        place = path if path == _MESSAGE else f"{path}:{secret.line}"
        more = len({(path, str(secret)) for path, secret in found}) - 1
        others = f", and there are {more} more" if more else ""
        pattern = path.replace("…", "*")
        super().__init__(
            f"{place}: holds {secret}{others}; nothing was written",
            "take it out; to allow it once: --allow-secret,"
            f' for good: [secrets] allow = ["{pattern}"] in {FILE_NAME}',
        )


def refuse_secrets(change: Change, allowed_in: Sequence[str]) -> None:
    """Raise `SecretFound` if a change adds a secret to a file or to git's log."""
    found = list(secrets_of(change.differing, allowed_in))
    if not found:  # the message may repeat a secret of a file, which is the better place to report
        words = f"{change.message}\n{change.actor}"
        found = [(_MESSAGE, secret) for secret in find_secrets(words)]
    if found:
        raise SecretFound(found)


def secrets_of(writes: Iterable[Write], allowed_in: Sequence[str]) -> Iterator[tuple[str, Secret]]:
    """Yield the path and the secret for each secret that writes add; moving a file adds none."""
    writes = list(writes)
    before = {write.path: write.before for write in writes}
    for write in writes:
        if write.after is not None and not is_allowed(write.path, allowed_in):
            former, text = write.before or before.get(write.origin), _text(write.after)
            for secret in find_secrets(text, _text(former or b"")):
                yield _shown(write.path, text), secret


def is_allowed(path: str, allowed_in: Iterable[str]) -> bool:
    """Return whether a path matches one of the patterns that `crm.toml` allows."""
    return any(matches(path, pattern) for pattern in allowed_in)


def _shown(path: str, text: str) -> str:
    """Return a path with `…` for each folder or file name that gives away a secret."""
    return "/".join("…" if gives_away(name, text) else name for name in path.split("/"))


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")
