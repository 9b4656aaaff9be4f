from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from crmkb.cli.ask import fitting
from crmkb.cli.session import Session
from crmkb.errors import Exit
from tests.conftest import Crm, Git, Tree
from tests.stage import Clock

Answers = Callable[..., None]
PATIENCE = 20.0

FRUIT = [("apple", "Red Apple"), ("apple-pie", ""), ("pear", "Green pear"), ("3", "Three")]
FILES = {
    "customers/acme/profile.md": "---\nname: Acme Corporation\n---\n",
    "customers/acme-labs/profile.md": "---\nname: Acme Labs\n---\n",
    "customers/bolt/profile.md": "---\nname: Bolt\naliases:\n  - Blitz\n---\n",
    "customers/acme/relationships/jane-roe.md": "---\nname: Jane Roe\n---\n",
    "customers/acme/relationships/jim-roe.md": "---\nname: Jim Roe\n---\n",
    "customers/bolt/relationships/kim-lee.md": "---\nname: Kim Lee\n---\n",
    "customers/acme/deals/platform.md": "---\nname: Platform\nstage: discovery\n---\n",
    "customers/acme/deals/renewal.md": (
        "---\nname: Renewal\nstage: discovery\n---\n- [ ] Send it due:2026-11-27\n- [ ] Sign it\n"
    ),
}


@pytest.fixture(autouse=True)
def files(tree: Tree, git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crmkb.cli.session.datetime", Clock)
    tree(FILES)
    git("add", ".")
    git("commit", "--quiet", "-m", "Begin")


@pytest.fixture
def person(monkeypatch: pytest.MonkeyPatch) -> Answers:
    """Have a person at the terminal who types these answers, one after the other, and leaves."""

    def answers(*lines: str) -> None:
        left = iter(lines)

        def typed() -> str:
            line = next(left, None)
            if line is None:
                raise EOFError
            return line

        monkeypatch.setattr(Session, "can_ask", True)
        monkeypatch.setattr("builtins.input", typed)

    return answers


@pytest.mark.parametrize(
    "answer, found",
    [
        ("apple", ["apple"]),
        ("APPLE-PIE", ["apple-pie"]),
        ("red", ["apple"]),
        ("app", ["apple", "apple-pie"]),
        ("pear green", ["pear"]),
        ("1", ["apple"]),
        ("2", ["apple-pie"]),
        ("3", ["3"]),
        ("9", []),
        ("plum", []),
    ],
)
def test_an_answer_is_a_number_letters_or_the_value_itself(answer: str, found: list[str]) -> None:
    assert [value for value, _ in fitting(answer, FRUIT, FRUIT)] == found


def test_what_is_missing_is_asked_for_with_what_there_is(crm: Crm, person: Answers) -> None:
    person("corp", "Pricing review", "", "", "")
    ran = crm("log-call")
    assert ran.code == Exit.DONE
    assert ran.err == (
        "Customer: The customer's slug, name, alias, domain, e-mail or codename.\n"
        "   1  acme       Acme Corporation\n"
        "   2  acme-labs  Acme Labs\n"
        "   3  bolt       Bolt\n"
        ">   acme\n"
        "Subject: What it was about.\n"
        "> Them (one at a time; Enter goes on): A contact who took part.\n"
        "   1  jane-roe  Jane Roe\n"
        "   2  jim-roe   Jim Roe\n"
        "> Next (one at a time; Enter goes on): A next step: 'Send the quote @ana due:fri'.\n"
        "> Notes (Enter leaves it out): Notes on the interaction; - reads standard input.\n"
        "> "
    )


def test_letters_narrow_the_list(crm: Crm, person: Answers) -> None:
    person("acme l", "X", "", "", "")
    assert "acme-labs" in crm("log-call").out
    person("labs", "X", "", "", "")
    assert "acme-labs" in crm("log-call").out
    person("cme", "2", "X", "", "", "")
    ran = crm("log-call")
    assert ">    1  acme       Acme Corporation\n   2  acme-labs  Acme Labs\n>" in ran.err
    assert "acme-labs" in ran.out


def test_a_name_that_is_not_listed_is_found_and_a_stranger_refused(
    crm: Crm, person: Answers
) -> None:
    person("nobody", "blitz", "X", "", "", "")
    ran = crm("log-call")
    assert "no customer named 'nobody'" in ran.err
    assert "customers/bolt/" in ran.out


def test_lists_are_asked_for_item_by_item(crm: Crm, person: Answers, root: Path) -> None:
    person("X", "1", "kim", "jim", "", "Send it, all of it @ana due:fri", "Then rest", "", "Hi")
    assert crm("log-call", "acme").code == Exit.DONE
    (file,) = (root / "customers/acme/interactions").glob("*.md")
    text = file.read_text()
    assert "them:\n  - jane-roe\n  - jim-roe\n" in text
    assert "- [ ] Send it, all of it @ana due:2026-11-27\n- [ ] Then rest\n" in text
    assert "\nHi\n" in text


def test_who_gives_everything_needed_is_asked_nothing(crm: Crm, person: Answers) -> None:
    person()
    assert crm("log-call", "acme", "X").code == Exit.DONE


def test_a_wrong_answer_is_said_and_asked_for_again(crm: Crm, person: Answers, root: Path) -> None:
    person("acme", "Big", "lots", "50k", "nowhere", "nego", "someday", "eoq")
    ran = crm("new-deal")
    assert "'lots' is not an amount (write 50000" in ran.err
    assert "no stage 'nowhere'" in ran.err
    assert "'someday' is not a day" in ran.err
    text = (root / "customers/acme/deals/big.md").read_text()
    assert "amount: 50000\n" in text
    assert "stage: negotiation\n" in text
    assert "close_date: 2026-12-31\n" in text


def test_closing_asks_for_the_reason(crm: Crm, person: Answers, root: Path) -> None:
    person("platform", "closed", "2", "No budget")
    assert crm("move-deal").code == Exit.DONE
    assert "reason: No budget\n" in (root / "customers/acme/deals/platform.md").read_text()


def test_a_reason_may_be_left_out(crm: Crm, person: Answers) -> None:
    person("")
    ran = crm("move-deal", "platform", "Closed won")
    assert (ran.code, "note: no reason given" in ran.err) == (Exit.DONE, True)


def test_which_deal_moves_is_asked_for_when_several_could(
    crm: Crm, person: Answers, root: Path
) -> None:
    person("renew")
    assert crm("log-call", "acme", "X", "--stage", "negotiation").code == Exit.DONE
    assert "stage: negotiation" in (root / "customers/acme/deals/renewal.md").read_text()


def test_open_tasks_are_offered(crm: Crm, person: Answers) -> None:
    person("renewal", "1")
    ran = crm("done")
    assert ran.out.startswith("Tick task of Renewal: Sign it\n")
    assert "   1  Sign it\n   2  Send it  due 2026-11-27\n" in ran.err


def test_what_is_needed_is_asked_for_until_it_is_there(crm: Crm, person: Answers) -> None:
    person("", "", "acme", "", "tier=growth", "")
    assert crm("set").out.startswith("Set tier of Acme Corporation\n")


def test_leaving_at_a_prompt_writes_nothing(crm: Crm, person: Answers, git: Git) -> None:
    person("acme")
    ran = crm("log-call")
    assert ran.code == Exit.FAILED
    assert ran.err.endswith("\nerror: stopped; nothing was written\n")
    assert git("status", "--short") == ""


def test_what_was_given_is_read_before_anything_is_asked(crm: Crm, person: Answers) -> None:
    person()
    assert crm("log-call", "--duration", "long").err.startswith("error: --duration: 'long' is")


@pytest.mark.parametrize("option", [[], ["--no-input"]])
def test_without_a_person_the_missing_value_is_named(crm: Crm, option: list[str]) -> None:
    ran = crm("new-contact", "acme", *option)
    assert ran.code == Exit.USAGE
    assert ran.err == "error: NAME is missing\nhint: usage: crm new-contact CUSTOMER NAME\n"


def test_long_lists_are_cut(crm: Crm, person: Answers, tree: Tree) -> None:
    tree({f"customers/c{n:02}/profile.md": f"---\nname: C {n}\n---\n" for n in range(30)})
    person("c29", "X", "", "", "")
    ran = crm("log-call")
    assert "  20  c16" in ran.err
    assert "  21  c17" not in ran.err
    assert "      13 more: type some letters of the name\n" in ran.err
    assert "customers/c29/" in ran.out


IN_A_TERMINAL = """\
import fcntl, termios
from crmkb.cli.main import entry
fcntl.ioctl(0, termios.TIOCSCTTY, 0)  # so that ctrl-c comes as a signal
entry()
"""


class Terminal:
    """A real terminal with `crm` in it."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self._master, slave = pty.openpty()
        self._crm = subprocess.Popen(
            [sys.executable, "-c", IN_A_TERMINAL, *arguments],
            cwd=folder,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "TERM": "xterm"},
        )
        os.close(slave)
        self.shown = ""

    def read_until(self, words: str) -> None:
        """Wait for words to be shown."""
        deadline = time.monotonic() + PATIENCE
        while words not in self.shown and time.monotonic() < deadline and self._read(PATIENCE):
            pass

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._master, keys.encode())

    def close(self, again: str = "") -> int:
        """Wait for the end and return the exit code; press keys once more while nothing comes.

        Python reads on when Ctrl-C comes just before it begins to read, so a person presses twice.
        """
        deadline = time.monotonic() + PATIENCE
        while self._crm.poll() is None and time.monotonic() < deadline:
            if not self._read(1.0) and again and "error:" not in self.shown:
                self.type(again)
        while self._read(0.1):
            pass
        os.close(self._master)
        self._crm.kill()
        return self._crm.wait()

    def _read(self, seconds: float) -> bool:
        """Take in what is shown; return whether anything came within the time."""
        if not select.select([self._master], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self._master, 4096)
        except OSError:  # the other end is closed
            return False
        self.shown += data.decode().replace("\r\n", "\n")
        return bool(data)


@pytest.mark.parametrize("key", ["\x03", "\x04"])
def test_ctrl_c_and_ctrl_d_leave_in_one_line(root: Path, git: Git, key: str) -> None:
    terminal = Terminal(root, "log-call", "acme")
    terminal.read_until("> ")
    terminal.type(key)
    assert terminal.close(again=key) == Exit.FAILED
    assert terminal.shown.endswith("\nerror: stopped; nothing was written\n")
    assert "Traceback" not in terminal.shown
    assert git("status", "--short") == ""


def test_a_terminal_asks_and_colours_only_where_it_may(root: Path) -> None:
    terminal = Terminal(root, "new-contact", "acme", "--dry-run")
    for line in ("Ada King\n", "ada@acme.example\n", "\n", "\n", "champ\n"):
        terminal.read_until("> ")
        terminal.shown = ""
        terminal.type(line)
    assert terminal.close() == Exit.DONE
    assert "+name: Ada King\n" in terminal.shown
    assert "+role: champion\n" in terminal.shown
    assert "\033[3" not in terminal.shown  # NO_COLOR is set
