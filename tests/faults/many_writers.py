"""Eight processes write in one clone: every act is one commit, or refused with nothing done.

They log in a customer of their own and in one they share, and set keys there. The whole is done
twice: with nobody else; and while a person has other files staged, changed and untracked, and an
editor that saves the profile which all of them change.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from random import Random
from unittest import SkipTest

from crmkb.errors import Exit
from crmkb.schema.layout import ref_of
from crmkb.workspace.apply import apply
from crmkb.workspace.lock import WAIT_SECONDS
from tests.faults import acts
from tests.faults.acts import crm, git
from tests.faults.deaths import litter
from tests.faults.tally import Tally

SHORT, LONG = 64, 3200
WRITERS = 8
SETTINGS = ("alone", "beside a person")
SHARED = "customers/acme/profile.md"
FOREIGN = ("staged.md", "both.txt", "untracked.md", "crm.toml", "notes.txt")
SAVE_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Done:
    """One act: the mark that it alone writes, where, and how it ended."""

    mark: str
    path: str
    code: int
    said: str


def run(count: int, seed: int) -> Tally:
    """Act `count` times in all, in each of the settings alike."""
    tally = Tally()
    if sys.platform == "win32":
        raise SkipTest("needs processes that fork")
    turns = -(-count // (len(SETTINGS) * WRITERS))
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:  # forks are made of a small process
        for setting in SETTINGS:
            tally.include(pool.submit(write_together, setting, turns, seed).result())
    return tally


def write_together(setting: str, turns: int, seed: int) -> Tally:
    """Have all writers act in one clone, and look at what came of it."""
    tally = Tally()
    place = Path(tempfile.mkdtemp(prefix="crm-writers-"))
    with acts.on_stage(place) as patch:
        assert apply.__kwdefaults__ is not None
        patch.setitem(apply.__kwdefaults__, "wait", WAIT_SECONDS)
        root = _clone(place)
        if setting != "alone":
            acts.surround(root)
        begun = git(root, "rev-parse", "HEAD").strip()
        foreign = _foreign(root)
        done, lines = _all_writers(root, turns, seed, has_editor=setting != "alone")
        for each in done:
            tally.try_one(setting)
            _judge(root, each, setting, tally)
        for wrong in _wrongs(root, begun, done, lines):
            tally.fail(f"{setting}: {wrong}")
        if _foreign(root) != foreign:
            tally.fail(f"{setting}: what the person had staged or changed is not as it was")
        tally.kinds["  (saves of the editor)"] += len(lines)
    shutil.rmtree(place, ignore_errors=True)  # git may still tidy up there
    return tally


def _clone(place: Path) -> Path:
    root = place / "clone"
    root.mkdir()
    acts.make(root)
    for writer in range(WRITERS):
        crm(root, "new-customer", f"Own {writer}")
    crm(root, "log-note", "acme", "This process is warm now")
    return root


def _all_writers(
    root: Path, turns: int, seed: int, *, has_editor: bool
) -> tuple[list[Done], list[str]]:
    """Run all writers, and an editor while they do; return their acts and its lines."""
    news = [root.with_name(f"writer-{writer}.json") for writer in range(WRITERS)]
    saved = root.with_name("saved.json")
    children = [_fork(_write, root, writer, turns, seed, news[writer]) for writer in range(WRITERS)]
    editor = _fork(_save, root, saved) if has_editor else None
    for child in children:
        os.waitpid(child, 0)
    if editor is not None:
        os.kill(editor, signal.SIGTERM)
        os.waitpid(editor, 0)
    done = [Done(*each) for file in news for each in json.loads(file.read_text())]
    return done, json.loads(saved.read_text()) if editor is not None else []


def _fork(work: object, *arguments: object) -> int:
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work(*arguments)  # type: ignore[operator]
            code = 0
        finally:
            os._exit(code)
    return child


def _write(root: Path, writer: int, turns: int, seed: int, news: Path) -> None:
    random, done = Random(f"{seed} {writer}"), []
    for turn in range(turns):
        mark = f"mark-{writer}-{turn}"
        words, path = random.choice(list(_acts(writer, mark)))
        ran = crm(root, *words)
        done.append((mark, path, ran.code, ran.err))
    news.write_text(json.dumps(done))


def _acts(writer: int, mark: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield what a writer may do, with the folder in which its mark must be found."""
    own = f"own-{writer}"
    yield ("set", "acme", f"tags+={mark}"), SHARED
    yield ("set", own, f"tags+={mark}"), f"customers/{own}/profile.md"
    yield ("log-call", "acme", mark), f"customers/acme/interactions/2026-11-20-1430-call-{mark}.md"
    yield ("log-note", own, mark), f"customers/{own}/interactions/2026-11-20-1430-note-{mark}.md"


def _save(root: Path, saved: Path) -> None:
    """Be an editor: add a line now and then, by a new file or to the old one, and keep count."""
    lines: list[str] = []
    is_over = False

    def stop(*_: object) -> None:
        nonlocal is_over
        is_over = True

    signal.signal(signal.SIGTERM, stop)
    file, aside = root / SHARED, root / "customers/acme/.profile.md.swp"
    while not is_over:
        line = f"line {len(lines)} by hand\n"
        if len(lines) % 2:
            with file.open("ab") as end:
                end.write(line.encode())
            lines.append(line)
        else:
            read = file.read_bytes()
            aside.write_bytes(read + line.encode())
            if file.read_bytes() == read:  # editors too look before they save
                aside.replace(file)
                lines.append(line)
        with suppress(FileNotFoundError):
            aside.unlink()
        time.sleep(SAVE_SECONDS / 10 if len(lines) < 5 else SAVE_SECONDS)
    saved.write_text(json.dumps(lines))


def _judge(root: Path, done: Done, setting: str, tally: Tally) -> None:
    """Say what is wrong with one act: neither done nor refused, lost, or done in part."""
    full = root / done.path
    is_there = full.exists() and done.mark in full.read_text().replace("\n", " ").split(" ")
    if done.code == Exit.DONE and not is_there:
        tally.fail(f"{done.mark} was said to be done, and is not in {done.path}")
    elif done.code == Exit.CONFLICT:
        tally.refuse()
        tally.kinds[f"  ({setting}: {_reason(done.said)})"] += 1
        if is_there:
            tally.fail(f"{done.mark} was refused, and is in {done.path}")
    elif done.code != Exit.DONE:
        tally.fail(f"{done.mark} ended with {done.code}: {done.said}")


def _reason(said: str) -> str:
    return "locked" if "is locked by" in said else "changed meanwhile"


def _wrongs(root: Path, begun: str, done: list[Done], lines: list[str]) -> Iterator[str]:
    """Yield what is wrong with the clone as a whole."""
    form = "%x01%(trailers:key=Crm-Entity,valueonly,separator=%x02)%x03"
    log = git(root, "log", f"--format={form}", "--name-only", f"{begun}..HEAD").split("\x01")[1:]
    done_well = sum(each.code == Exit.DONE for each in done)
    if len(log) != done_well:
        yield f"{len(log)} commits for {done_well} acts"
    for entry in log:
        refs, names = entry.split("\x03")
        if (told := refs.split("\x02")) != [ref_of(path) for path in names.split()]:
            yield f"a commit for {told} holds {names.split()}"
    text = (root / SHARED).read_text()
    yield from (f"the editor's {line!r} is lost" for line in lines if line not in text)
    yield from (f"left {path}" for path in litter(root))
    if said := git(root, "fsck", "--no-dangling"):
        yield f"fsck: {said}"


def _foreign(root: Path) -> tuple[str, str, dict[str, bytes]]:
    """Return all of the files that no writer touches: staged, as git sees them, and their bytes."""
    staged = git(root, "diff", "--cached")
    status = git(root, "status", "--porcelain", "--", *FOREIGN)
    return staged, status, {n: (root / n).read_bytes() for n in FOREIGN if (root / n).exists()}
