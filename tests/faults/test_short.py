"""Every fault campaign in its short form."""

from __future__ import annotations

import pytest

from tests.faults.__main__ import campaigns


@pytest.mark.parametrize("name", campaigns())
def test_no_promise_is_broken(name: str) -> None:
    module = campaigns()[name]
    tally = module.run(module.SHORT, seed=7)
    assert tally.failures == []
    assert tally.tried >= module.SHORT
