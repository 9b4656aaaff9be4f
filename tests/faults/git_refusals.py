"""Every act in every state in which git says no, or nearly.

Refused: git's own words and a hint, files and index as before, and what was typed is kept, told by
the next command and done by `crm again` when git agrees. Not refused: just the commit it should be.
"""

from __future__ import annotations

import random
import shutil
import tempfile
from contextlib import closing
from itertools import product
from pathlib import Path

from crmkb.cli.failed_acts import all_of
from crmkb.errors import Exit
from tests.conftest import Ran
from tests.faults.acts import ACTS, DRAFTED, copy, crm, make, on_stage, state, surround
from tests.faults.promises import (
    Broken,
    Expected,
    expect,
    expect_commit,
    expect_same,
    expected,
)
from tests.faults.refusing import CONDITIONS, Condition, Prepared
from tests.faults.tally import Tally

SHORT, LONG = 16, len(ACTS) * len(CONDITIONS)
KEPT = "what you typed is kept: crm again"
TOLD = "was not done and is kept; do it: crm again"


def run(count: int, seed: int) -> Tally:
    """Try every act in every condition, or as many of these pairs in random order."""
    assert ACTS.keys() >= DRAFTED
    pairs = list(product(ACTS, CONDITIONS))
    random.Random(seed).shuffle(pairs)
    tally = Tally()
    with tempfile.TemporaryDirectory() as name, on_stage(folder := Path(name).resolve()):
        template = make(folder / "template")
        known: dict[str, Expected] = {}
        for number, (act, condition) in enumerate(pairs[:count]):
            if act not in known:
                known[act] = expected(template, act)
            tally.try_one(condition.name)
            root = copy(template, folder / f"try-{number}")
            try:
                if _try(root, act, condition, known[act]):
                    tally.refuse()
            except Broken as error:
                tally.fail(f"{act} in {condition.name}: {error}")
            shutil.rmtree(root)
    return tally


def _try(root: Path, act: str, condition: Condition, meant: Expected) -> bool:
    """Run an act in a condition; return whether it was refused."""
    if condition.stops:
        surround(root)
    with closing(condition.prepare(root)) as prepared:
        return _try_prepared(prepared, act, condition, meant)


def _try_prepared(prepared: Prepared, act: str, condition: Condition, meant: Expected) -> bool:
    where = next(prepared)
    if not condition.stops:
        surround(where)
    before = state(where)
    ran = crm(where, *ACTS[act])
    expect(ran.code != Exit.BUG, f"a bug: {ran.err}")
    if ran.code == Exit.DONE:
        expect(condition.refuses in (None, ""), f"not refused: {ran.out}")
        expect_commit(where, condition.rewrites, before, meant)
        next(prepared, None)
        return False
    _expect_refusal(where, act, condition, ran)
    expect_same(before, state(where), "refused")
    next(prepared, None)
    if act in DRAFTED and KEPT in ran.err:
        _do_again(where, meant)
    return True


def _expect_refusal(root: Path, act: str, condition: Condition, ran: Ran) -> None:
    """Expect git's words, a hint, and that what was typed is kept."""
    message, _, hint = ran.err.rpartition("error: ")[2].partition("\nhint: ")
    expect(condition.refuses is not None, f"refused: {ran.err}")
    if condition.refuses == "" and ran.code == Exit.NOT_FOUND:
        return  # what the act is about is not on the disk
    expect(ran.code == condition.code, f"exit code {ran.code}: {ran.err}")
    expect((condition.refuses or "") in message, f"says {message!r}")
    expect(condition.hints in hint, f"hints {hint!r}")
    if act in DRAFTED:
        expect(KEPT in hint, f"keeps nothing: {hint!r}")


def _do_again(root: Path, meant: Expected) -> None:
    """Expect the next command to tell, and `crm again` to do what was typed."""
    told = [TOLD in crm(root, "list", "customers").err for _ in range(2)]
    expect(told == [True, False], f"tells {told}")
    before = state(root)
    ran = crm(root, "again")
    expect(ran.code == Exit.DONE, f"again fails: {ran.err}")
    expect_commit(root, False, before, meant)
    expect(all_of(root) == [], "the draft stays")
