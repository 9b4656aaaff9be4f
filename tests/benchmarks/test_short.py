"""The benchmark runs, at a size that takes no time; how long anything takes is asserted nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks import __main__ as benchmarks
from tests.benchmarks.made_up import FILES_OF_A_CUSTOMER, customer_files
from tests.benchmarks.peers import PEERS, NotInstalled, compare
from tests.benchmarks.workspaces import SIZES, made


def test_a_customer_of_the_generator_is_the_same_each_time() -> None:
    files = dict(customer_files(7))
    assert files == dict(customer_files(7))
    assert len(files) == FILES_OF_A_CUSTOMER


def test_records_of_the_generator_are_read_without_a_finding(tmp_path: Path) -> None:
    place = made(3, tmp_path)
    assert list(benchmarks.table(place, "S", runs=1, only="check the whole"))
    assert place.index.exists()
    assert place.git("status", "--porcelain") == ""


def test_a_line_tells_work_seconds_spread_budget_and_ratio(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(SIZES, "S", 2)
    words = ["S", "--runs", "1", "--into", str(tmp_path), "--only=--version"]
    assert benchmarks.main(words) == 0
    printed = capsys.readouterr().out
    assert "| start: --version | 0." in printed
    assert " P |" in printed


def test_a_peer_that_is_not_here_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = made(1, tmp_path)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(NotInstalled, match="'zk' is not installed"):
        next(compare(place, PEERS["zk"], 1))
