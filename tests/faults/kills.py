"""Kill every act at every step: the next command leaves all of it or nothing, and says so.

A process ends by SIGKILL before and after each step that the system sees, and some time into
each git that it starts: together with that git, as when a machine dies, or alone, so that the git
goes on. What the next command leaves is compared with what it leaves after an act that was never
begun, and after one that was not disturbed: files, commit, what is staged, byte for byte.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from random import Random
from unittest import SkipTest

import pytest

from crmkb.cli.commands import init
from crmkb.store.files.locate import JOURNAL
from crmkb.workspace import Workspace
from tests.conftest import Ran
from tests.faults import acts, deaths
from tests.faults.acts import crm, git
from tests.faults.deaths import Death, Point
from tests.faults.tally import Tally
from tests.stage import NOW
from tests.workspace.conftest import content

SHORT, LONG = 45, 4400
PROCESSES = 2
FSCK_EVERY = 10
FEWEST = 15
MENDED = ("took back what was cut off", "completed what was cut off")
INIT = ("init", ".", "--name=Northbeam", "--timezone=Europe/Oslo")
ACTS = {
    **acts.ACTS,
    "without a commit": ("set", "acme", "tier=growth", "--no-commit"),
    "init": INIT,
}
NEXT = (("list", "customers"), ("set", "bolt", "tier=startup"), ("tasks",))
"""The commands that may come next: each mends what it finds, whether it reads or writes."""

State = dict[str, bytes | str]


def run(count: int, seed: int) -> Tally:
    """Kill `count` times, spread over all acts, or over some where that makes only a few each."""
    assert ACTS.keys() >= acts.DRAFTED
    if sys.platform == "win32":
        raise SkipTest("needs processes that fork")
    names = list(ACTS)
    names = Random(seed).sample(names, min(len(names), -(-count // FEWEST)))
    quota, tally = -(-count // len(names)), Tally()
    with ProcessPoolExecutor(PROCESSES, get_context("spawn")) as pool:
        for part in pool.map(partial(kill_act, count=quota, seed=seed), names):
            tally.include(part)
    return tally


def kill_act(name: str, count: int, seed: int) -> Tally:
    """Kill one act `count` times."""
    random, tally = Random(f"{seed} {name}"), Tally()
    deaths.adopt_orphans()
    folder = Path(tempfile.mkdtemp(prefix="crm-kills-"))
    with acts.on_stage(folder) as patch:
        for role in ("AUTHOR", "COMMITTER"):  # the same act makes the same commit
            patch.setenv(f"GIT_{role}_DATE", NOW)
        scene = Scene(folder, ACTS[name], patch)
        for number, death in enumerate(islice(_deaths(scene.points, random), count)):
            tally.try_one(name)
            _try(scene, death, number, tally)
    shutil.rmtree(folder)
    return tally


def _deaths(points: list[Point], random: Random) -> Iterator[Death]:
    """Yield a death before each step and at each git, then others in turn: later, and after one."""
    before = [Death(number) for number, point in enumerate(points) if not point.is_after]
    alone = [Death(n, with_git=False) for n, p in enumerate(points) if p.step == deaths.SPAWNED]
    first, after = before + alone, [Death(n) for n, point in enumerate(points) if point.is_after]
    random.shuffle(first)
    random.shuffle(after)
    yield from first
    spans = list(_spans(points))
    for turn in range(SHORT + LONG):
        if spans:
            point, seconds = random.choice(spans)
            yield Death(point, random.uniform(0, seconds), with_git=turn % 2 == 0)
        yield after[turn % len(after)]


def _spans(points: list[Point]) -> Iterator[tuple[int, float]]:
    """Yield where each git began, and how long it took."""
    begun = None
    for number, point in enumerate(points):
        if point.step == deaths.SPAWNED and point.is_after:
            begun = number
        elif point.step == deaths.WAITED and point.is_after and begun is not None:
            yield begun, point.at - points[begun].at
            begun = None


class Scene:
    """An act in fresh copies of a workspace, and what is right afterwards."""

    def __init__(self, folder: Path, words: tuple[str, ...], patch: pytest.MonkeyPatch) -> None:
        self._template, self.root, self.words = folder / "template", folder / "w", words
        self._template.mkdir()
        if words != INIT:
            acts.surround(acts.make(self._template))
            shutil.rmtree(self._template / ".git/hooks")  # samples, copied for nothing each time
        self._hook_up(patch)
        self.points = self._rehearse()
        self.right = {words: self._right(words) for words in self._nexts}

    @property
    def _nexts(self) -> tuple[tuple[str, ...], ...]:
        return (self.words,) if self.words == INIT else NEXT

    def _hook_up(self, patch: pytest.MonkeyPatch) -> None:
        """Let the steps count from where something is written."""
        self._begin: Callable[[], None] = lambda: None
        real_apply, real_made = Workspace.apply, init.made

        def apply(*arguments: object, **options: object) -> object:
            self._begin()
            return real_apply(*arguments, **options)  # type: ignore[arg-type]

        def made(folder: Path) -> object:
            self._begin()
            return real_made(folder)

        patch.setattr(Workspace, "apply", apply)
        patch.setattr(init, "made", made)

    def _rehearse(self) -> list[Point]:
        """Return the points of the act; this also warms the process up."""
        self.copy()
        ran = crm(self.root, *self.words)
        assert ran.code in (0, 3), ran
        self.copy()
        return self.play(None).points

    def _right(self, words: tuple[str, ...]) -> tuple[State, State]:
        """Return what a next command leaves of an act never begun, and of one undisturbed."""
        self.copy()
        crm(self.root, *words)
        never = _state(self.root)
        self.copy()
        self.play(None)
        crm(self.root, *words)
        return never, _state(self.root)

    def copy(self) -> None:
        """Begin anew."""
        shutil.rmtree(self.root, ignore_errors=True)
        shutil.copytree(self._template, self.root, symlinks=True)

    def play(self, death: Death | None) -> deaths.Ended:
        """Act in a child."""

        def work(begin: Callable[[], None]) -> int:
            self._begin = begin
            return crm(self.root, *self.words).code

        return deaths.run(work, death)

    def next_words(self, number: int) -> tuple[str, ...]:
        """Return the command that comes next, another each time."""
        return self._nexts[number % len(self._nexts)]


def _try(scene: Scene, death: Death, number: int, tally: Tally) -> None:
    scene.copy()
    ended = scene.play(death)
    if ended.code >= 0:
        tally.kinds["  (had ended before)"] += 1
    if death.with_git:
        deaths.await_orphans(ended.group)
    is_cut_off = any(scene.root.glob(f".git/*/{JOURNAL}"))
    words = scene.next_words(number)
    ran = crm(scene.root, *words)
    deaths.await_orphans(ended.group)
    told = next((each for each in MENDED if each in ran.err), "nothing to mend")
    tally.kinds[f"  ({told})"] += 1
    tally.kinds["  (at a step)" if death.delay is None else "  (within a git)"] += 1
    wrongs = [*_wrongs(scene, words), *_ended_wrongly(words, ran)]
    if is_cut_off != (told in MENDED):
        wrongs.append(f"what was cut off was not said: {ran.err}")
    if number % FSCK_EVERY == 0 and (said := git(scene.root, "fsck", "--no-dangling")):
        wrongs.append(f"fsck: {said}")
    for wrong in wrongs:
        tally.fail(f"{scene.words[0]}, {death}, then {' '.join(words)}: {wrong}")


def _wrongs(scene: Scene, words: tuple[str, ...]) -> Iterator[str]:
    """Yield what is not as promised after the next command."""
    now, right = _state(scene.root), scene.right[words]
    if now not in right:
        differences = [sorted(_keys(now.items() ^ each.items())) for each in right]
        yield f"not as before in {differences[0]}, not as after in {differences[1]}"
    if left := sorted(deaths.litter(scene.root)):
        yield f"left {left}"
    again = crm(scene.root, "list", "customers")
    if again.code or any(each in again.err for each in MENDED):
        yield f"said by the command after: {again.err}"


def _state(root: Path) -> State:
    """Return all of a workspace that a person can see: files, commit, what is staged."""
    if not (root / ".git/HEAD").exists():
        return {**content(root)}
    told = {
        "the commit": ("rev-parse", "--revs-only", "HEAD"),
        "git status": ("status", "--porcelain", "--untracked-files=all"),
        "what is staged": ("diff", "--cached", "--raw", "--no-abbrev"),
    }
    return {**content(root), **{name: git(root, *words) for name, words in told.items()}}


def _keys(items: Iterable[tuple[str, bytes | str]]) -> set[str]:
    return {key for key, _ in items}


def _ended_wrongly(words: tuple[str, ...], ran: Ran) -> Iterator[str]:
    """Yield a next command's end that is not its usual one; a second init may come too late."""
    usual = {"init": (0, 5)}
    if ran.code not in usual.get(words[0], (0,)):
        yield f"ended with {ran.code}: {ran.err}"
