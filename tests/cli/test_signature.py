from __future__ import annotations

import io
import sys
from types import SimpleNamespace

import pytest

from crmkb.cli.main import main
from crmkb.errors import Exit
from tests.conftest import Crm, Tree
from tests.stage import Clock


@pytest.fixture(autouse=True)
def acme(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crmkb.cli.session.datetime", Clock)
    tree({"customers/acme/profile.md": "---\nname: Acme\n---\n"})


def test_help_names_arguments_choices_and_examples(crm: Crm) -> None:
    shown = crm("log-call", "--help").out
    assert "Usage: crm log-call [OPTIONS] [CUSTOMER] [SUBJECT]\n" in shown
    assert '\n  crm log-call acme "Pricing review" --them bob-smith --next "Send' in shown
    assert "--direction DIRECTION  Which side began. One of: inbound, outbound.\n" in shown
    assert "--stage STAGE          Move the deal to this stage.\n" in shown
    assert "--them CONTACT         A contact who took part. Repeat for more.\n" in shown


@pytest.mark.parametrize(
    "words, told",
    [
        ("today", "note: --on is Fri 2026-11-20\n"),
        ("last fri", "note: --on is Fri 2026-11-13\n"),
        ("2026-11-19", ""),
    ],
)
def test_a_day_in_words_is_told_with_its_weekday(
    crm: Crm, tree: Tree, words: str, told: str
) -> None:
    tree({"customers/acme/deals/x.md": "---\nname: X\nstage: discovery\n---\n"})
    assert crm("move-deal", "x", "negotiation", "--on", words).err == told


def test_an_option_that_repeats_makes_a_list(crm: Crm) -> None:
    shown = crm("log-call", "acme", "X", "--topics", "a", "--topics", "b, c", "--dry-run").out
    assert "+topics:\n+  - a\n+  - b, c\n" in shown


@pytest.mark.parametrize(
    "data, code, said",
    [
        (b"one\r\n\r\ntwo\n", Exit.DONE, "+one\n+\n+two\n"),
        ("\ufeffMühle".encode(), Exit.DONE, "+Mühle\n"),
        (b"---\nname: {{ x }}\n", Exit.DONE, "+---\n+name: {{ x }}\n"),
        (b"caf\xe9", Exit.USAGE, "error: --notes: this is not UTF-8 text"),
        (b"", Exit.DONE, "+## Notes\n+\n+## Next steps\n"),
    ],
)
def test_a_dash_reads_the_pipe(
    crm: Crm, monkeypatch: pytest.MonkeyPatch, data: bytes, code: Exit, said: str
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    ran = crm("log-note", "acme", "X", "--notes", "-", "--dry-run")
    assert (ran.code, said in ran.out + ran.err) == (code, True), ran


def test_completion_knows_the_customer_that_was_typed(
    tree: Tree, crm: Crm, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tree(
        {
            "customers/acme/relationships/jane-roe.md": "---\nname: Jane Roe\n---\n",
            "customers/bolt/profile.md": "---\nname: Bolt\n---\n",
            "customers/bolt/relationships/kim-lee.md": "---\nname: Kim Lee\n---\n",
        }
    )
    crm("list", "contacts")

    def completed(line: str) -> list[str]:
        monkeypatch.setenv("_CRM_COMPLETE", "complete_bash")
        monkeypatch.setenv("COMP_WORDS", line)
        monkeypatch.setenv("COMP_CWORD", str(len(line.split(" ")) - 1))
        capsys.readouterr()
        with pytest.raises(SystemExit):
            main([])
        return capsys.readouterr().out.split()

    assert completed("crm log-call ") == ["acme", "bolt"]
    assert completed("crm log-call acme X --them ") == ["jane-roe"]
    assert completed("crm log-call acme X --stage nego") == ["negotiation"]
    assert completed("crm log-call acme X --sentiment very") == ["very_negative", "very_positive"]
    assert completed("crm log-c") == ["log-call"]


def test_session_is_only_opened_for_what_needs_it(
    crm: Crm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crmkb.cli.session.read_day", SimpleNamespace())
    assert crm("new-customer", "X", "--tier", "growth", "--dry-run").code == Exit.DONE
