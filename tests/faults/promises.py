"""What is promised of an act, whatever befalls it: the commit it should be, or nothing at all."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from crmkb.errors import Exit
from tests.conftest import Ran
from tests.faults.acts import ACTS, State, copy, crm, git, state


@dataclass(frozen=True, slots=True)
class Expected:
    """What an act commits where nothing is in its way: the message, and each file's content."""

    message: str
    files: dict[str, str | None]


class Broken(AssertionError):
    """A promise was not kept."""


def expected(template: Path, act: str) -> Expected:
    """Return what an act commits in a copy of the workspace."""
    root = copy(template, template.with_name(f"{template.name}-expected"))
    ran = crm(root, *ACTS[act])
    expect(ran.code == Exit.DONE, f"{act} alone ends with {ran.code}: {ran.err}")
    found = committed(root)
    shutil.rmtree(root)
    return found


def committed(root: Path) -> Expected:
    """Return what the last commit holds of a workspace."""
    base = ["HEAD~1", "HEAD"] if _has_parent(root) else ["--root", "HEAD"]
    listing = ["diff-tree", "-r", "-z", "--no-commit-id", "--relative", "--name-status"]
    words = git(root, *listing, "--no-renames", *base).split("\0")
    paths = dict(zip(words[1::2], words[::2], strict=False))
    files = {
        p: None if how == "D" else git(root, "show", f"HEAD:./{p}") for p, how in paths.items()
    }
    return Expected(git(root, "log", "-1", "--format=%B").strip(), files)


def _has_parent(root: Path) -> bool:
    return bool(git(root, "log", "-1", "--format=%P").strip())


def expect_same(before: State, after: State, when: str) -> None:
    """Expect that nothing at all is otherwise."""
    different = before.differences(after)
    expect(not different, f"{when}, and these differ: {different}")


def expect_commit(root: Path, rewrites: bool, before: State, expected: Expected) -> None:
    """Expect one commit of just what was meant, and all else as it was."""
    found, after = committed(root), state(root)
    meant = {p: c for p, c in expected.files.items() if c is not None or _has_parent(root)}
    expect(found.files.keys() == meant.keys(), f"commits {sorted(found.files)}")
    if not rewrites:
        expect(found == Expected(expected.message, meant), f"commits {found}")
    different = before.foreign_differences(after, expected.files)
    expect(not different, f"committed, and these differ: {different}")
    left = [line for line in after.status if line.endswith(tuple(expected.files))]
    expect(rewrites or not left, f"committed, and left {left}")
    expect(not any(line[2] != "." for line in left), f"left staged: {left}")


def expect_whole(root: Path, before: State, meant: Expected) -> bool:
    """Expect an act done entirely or not at all; return whether it was done."""
    if state(root).refs != before.refs:
        expect_commit(root, False, before, meant)
        return True
    after = state(root)
    different = before.foreign_differences(after, ())
    expect(not different, f"not done, and these differ: {different}")
    return False


def expect_tidy(root: Path) -> None:
    """Expect that nothing is left lying about: temporary files, journal, locks, empty folders."""
    left = [
        path.relative_to(root).as_posix()
        for path in root.rglob("*")
        if (path.name.startswith(".crm-") and "crmkb" not in path.parts)
        or path.name in ("journal.json", "index.lock", "HEAD.lock")
        or (path.is_dir() and ".git" not in path.parts and not any(path.iterdir()))
    ]
    expect(not left, f"left behind: {left}")


def expect(claim: bool, words: str) -> None:
    """Raise `Broken` when something promised is not so."""
    if not claim:
        raise Broken(words)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One thing to try in a copy of the workspace; `do` returns whether it was refused."""

    kind: str
    words: str
    do: Callable[[Path], bool]


def expect_clear(ran: Ran) -> bool:
    """Expect a command to end well or with words for people; return whether it was refused."""
    expect(ran.code in set(Exit) - {Exit.BUG, Exit.USAGE}, f"ends with {ran.code}: {ran.err}")
    expect("Traceback" not in ran.err, ran.err)
    is_refused = ran.code not in (Exit.DONE, Exit.FINDINGS)
    expect(is_refused == ("error: " in ran.err), f"ends with {ran.code}: {ran.err}")
    expect("Errno" not in ran.err, f"speaks Python: {ran.err}")
    return is_refused
