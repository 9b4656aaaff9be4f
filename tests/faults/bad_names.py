"""Hard names, given to every act that makes a file, and found on the disk as others made them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from itertools import product
from pathlib import Path

from crmkb.errors import Exit
from tests.faults.acts import crm, git, state
from tests.faults.bad_places import READS
from tests.faults.hard_names import ODD, SCRIPTS, TWINS, refused_by_systems
from tests.faults.promises import Attempt, expect, expect_clear, expect_tidy

MAKING: dict[str, tuple[str, ...]] = {
    "new-customer": ("new-customer",),
    "new-contact": ("new-contact", "acme"),
    "new-deal": ("new-deal", "acme"),
    "log-note": ("log-note", "acme"),
    "rename": ("rename", "acme"),
}
CHANGING: dict[str, tuple[str, ...]] = {
    "set": ("set", "{}", "tier=growth"),
    "log-call": ("log-call", "{}", "Pricing"),
    "new-deal": ("new-deal", "{}", "Renewal"),
    "archive": ("archive", "{}"),
    "rename": ("rename", "{}", "Zenith"),
    "check": ("check", "--fix"),
}


def attempts() -> Iterator[Attempt]:
    """Yield every name with every act that takes one."""
    for (act, words), name in product(MAKING.items(), (*SCRIPTS, *ODD)):
        do = partial(_make, words=words, name=name)
        yield Attempt("hard name typed", f"{act} {name[:40]!r}", do)
    for act, pair in product(("new-customer", "new-contact", "new-deal"), TWINS):
        do = partial(_make_twins, words=MAKING[act], pair=pair)
        yield Attempt("two spellings of a name", f"{act} {pair}", do)
    for (act, words), name in product(CHANGING.items(), (*SCRIPTS, *ODD)):
        if _fits_here(name):
            do = partial(_change, words=words, names=(name,))
            yield Attempt("hard name on the disk", f"{act} of {name[:40]!r}", do)
    for (act, words), pair in product(CHANGING.items(), TWINS):
        do = partial(_change, words=words, names=pair)
        yield Attempt("twins on the disk", f"{act} of {pair}", do)
    for command, name in product(("list", "search", "report --stdout"), (*SCRIPTS, *ODD)):
        if _fits_here(name):
            do = partial(_read, words=READS[command], name=name)
            yield Attempt("hard name read", f"{command} with {name[:40]!r}", do)


def _fits_here(name: str) -> bool:
    hidden = name.startswith(".")
    return not hidden and "/" not in name and "\0" not in name and len(name.encode()) <= 255


def _make(root: Path, words: tuple[str, ...], name: str) -> bool:
    """Make something of that name; every system must be able to hold it, and we to find it."""
    before = state(root)
    ran = crm(root, *words[:1], "--", *words[1:], name)
    if ran.code == Exit.USAGE or expect_clear(ran):
        expect(before.files == state(root).files, f"refused and half done: {ran.err}")
        return True
    made = sorted(state(root).files.keys() - before.files.keys())
    for part in {part for path in made for part in path.split("/")}:
        expect(not (why := refused_by_systems(part)), f"{part[:80]!r} {why}")
    _expect_committed(root, made)
    new = [path for path in made if path.endswith(".md")]
    findings = [line for line in crm(root, "check").out.splitlines() if line.startswith(tuple(new))]
    expect(not findings, f"check finds {findings}")
    if words[0] != "log-note":
        ref = re.sub(r"^customers/|/profile$|\.md$", "", new[-1])
        shown = crm(root, "show", re.sub(r"/profile$", "", ref))
        expect(shown.code == Exit.DONE, f"not found again: {shown.err}")
    return False


def _make_twins(root: Path, words: tuple[str, ...], pair: tuple[str, str]) -> bool:
    first, second = (crm(root, *words, name) for name in pair)
    expect(first.code == Exit.DONE, first.err)
    expect(second.code == Exit.CONFLICT, f"the twin ends with {second.code}: {second.err}")
    return True


def _place(root: Path, names: tuple[str, ...]) -> None:
    """Have folders of these names, as others made and committed them."""
    for name in names:
        profile = root / "customers" / name / "profile.md"
        profile.parent.mkdir(exist_ok=True)
        profile.write_text("---\nname: Someone\n---\n- [ ] Ring\n", encoding="utf-8")
    git(root, "add", "customers")
    git(root, "commit", "--quiet", "-m", "Others")


def _change(root: Path, words: tuple[str, ...], names: tuple[str, ...]) -> bool:
    """Change what lies in such a folder."""
    _place(root, names)
    before = state(root)
    given = [names[0] if word == "{}" else word for word in words[1:]]
    ran = crm(root, words[0], *(["--", *given] if "{}" in words else given))
    if is_refused := expect_clear(ran):
        expect(before.files == state(root).files, f"refused and half done: {ran.err}")
    expect_tidy(root)
    left = [line for line in git(root, "status", "--porcelain").splitlines() if line]
    expect(not left, f"git sees {left}")
    return is_refused


def _read(root: Path, words: tuple[str, ...], name: str) -> bool:
    _place(root, (name,))
    before = state(root)
    ran = crm(root, *words)
    expect(before.files == state(root).files, "reading changed files")
    expect("\x1b" not in ran.out + ran.err, "writes escape sequences")
    return expect_clear(ran)


def _expect_committed(root: Path, made: list[str]) -> None:
    listed = git(root, "ls-files", "-z").split("\0")
    files = [path for path in made if (root / path).is_file()]
    expect(set(files) <= set(listed), "not all is committed")
    expect(not git(root, "status", "--porcelain"), "git status is not clean")
