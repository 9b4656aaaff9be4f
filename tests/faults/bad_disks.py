"""Disks that are full, broken or read-only, and files that are not what they should be.

Whatever fails: clear words and no traceback, the act entirely done or not at all once the next
command has run, and no word lost that was typed.
"""

from __future__ import annotations

import errno
import random
import shutil
import tempfile
from collections.abc import Iterator
from functools import partial
from itertools import product
from pathlib import Path

from crmkb.cli.failed_acts import all_of
from crmkb.errors import Exit
from tests.conftest import Ran
from tests.faults import bad_names, bad_places, real_disks
from tests.faults.acts import ACTS, DRAFTED, copy, crm, make, on_stage, state, surround
from tests.faults.failing_steps import Fault, failing
from tests.faults.promises import (
    Attempt,
    Broken,
    Expected,
    expect,
    expect_clear,
    expect_tidy,
    expect_whole,
    expected,
)
from tests.faults.tally import Tally

SHORT, LONG = 24, 3500
CODES = (errno.ENOSPC, errno.EIO, errno.EROFS, errno.EACCES, errno.EDQUOT)


def run(count: int, seed: int) -> Tally:
    """Try every bad place and name, and so many failing steps of all acts as fill the count."""
    tally, chance = Tally(), random.Random(seed)
    with tempfile.TemporaryDirectory() as name, on_stage(folder := Path(name).resolve()):
        template = make(folder / "template")
        places = [*bad_places.attempts(), *bad_names.attempts(), *real_disks.attempts()]
        steps = list(_of_steps(template, chance.sample(sorted(ACTS), 3 if count < 100 else 20)))
        share = count - len(places) if count > len(places) else count // 2
        chosen = chance.sample(steps, min(len(steps), share))
        attempts = [*chosen, *chance.sample(places, min(len(places), count - len(chosen)))]
        chance.shuffle(attempts)
        for number, attempt in enumerate(attempts):
            tally.try_one(attempt.kind)
            root = copy(template, folder / f"try-{number}")
            try:
                if attempt.do(root):
                    tally.refuse()
            except Broken as error:
                tally.fail(f"{attempt.words}: {error}")
            shutil.rmtree(root)
    return tally


def _of_steps(template: Path, acts: list[str]) -> Iterator[Attempt]:
    """Yield an attempt for each step of acts, for each way in which it may fail."""
    for act in acts:
        meant = expected(template, act)
        root = copy(template, template.with_name(f"steps-{act}"))
        with failing(Fault(root)) as fault:
            crm(root, *ACTS[act])
        shutil.rmtree(root)
        for number, code, stays in product(range(1, len(fault.steps) + 1), CODES, (False, True)):
            name = errno.errorcode[code]
            words = f"{act}, {name} at step {number}{' and after' * stays}"
            do = partial(_fail, act=act, meant=meant, number=number, code=code, stays=stays)
            yield Attempt(f"{name} at a step", words, do)


def _fail(root: Path, act: str, meant: Expected, number: int, code: int, stays: bool) -> bool:
    """Run an act in which a step fails, and see what the next commands make of it."""
    surround(root)
    before = state(root)
    with failing(Fault(root, number, code, stays)):
        ran = crm(root, *ACTS[act])
    is_refused = expect_clear(ran)
    if is_refused and act in DRAFTED:
        expect_kept(root, ran)
    listed = crm(root, "list", "customers")
    expect(listed.code == Exit.DONE, f"and then: {listed.err}")
    is_done = expect_whole(root, before, meant)
    expect(is_done != is_refused, f"ends with {ran.code}, and is done: {is_done}: {ran.err}")
    expect_tidy(root)
    after = crm(root, "log-note", "bolt", "After")
    expect(after.code == Exit.DONE, f"and nothing goes on: {after.err}")
    return is_refused


def expect_kept(root: Path, ran: Ran) -> None:
    """Expect what was typed to be kept, here or elsewhere, or else to be shown."""
    elsewhere = "what you typed is kept: crm again /" in ran.err
    is_shown = "could not be kept" in ran.err
    expect(elsewhere or is_shown or bool(all_of(root)), f"nothing is kept: {ran.err}")
