from __future__ import annotations

import io
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkb.cli import failed_acts
from crmkb.cli.commands.again import _values
from crmkb.cli.failed_acts import Draft
from crmkb.cli.main import all_commands
from crmkb.cli.session import Options, Session
from crmkb.errors import Exit
from crmkb.store.files import disk
from crmkb.store.git.process import GitRefused
from tests.conftest import Crm, Git, Tree
from tests.stage import Clock

LOG = ("log-call", "acme", "Pricing", "--date", "tomorrow 9:00", "--duration", "30")
TEXT = "A long story.\n\n- [ ] with: a list\n"


@pytest.fixture(autouse=True)
def acme(tree: Tree, git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crmkb.cli.session.datetime", Clock)
    tree({"customers/acme/profile.md": "---\nname: Acme\n---\n"})
    git("add", ".")
    git("commit", "--quiet", "-m", "Begin")


@pytest.fixture
def hook(root: Path) -> Path:
    """Have git refuse every commit, until the hook is gone."""
    file = root / ".git/hooks/pre-commit"
    file.parent.mkdir(exist_ok=True)
    file.write_text("#!/bin/sh\nexit 1\n")
    file.chmod(0o755)
    return file


def test_what_git_refused_is_done_again_with_all_that_was_typed(
    crm: Crm, hook: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(TEXT.encode())))
    refused = crm(*LOG, "--notes", "-", "--next", "Send it due:fri", "--actor", "Bot")
    assert refused.code == Exit.FAILED
    assert refused.err.endswith("what you typed is kept: crm again\n")
    hook.unlink()
    monkeypatch.setattr("crmkb.cli.session.datetime", datetime)

    assert crm("again").code == Exit.DONE

    path = "customers/acme/interactions/2026-11-21-0900-call-pricing.md"
    page = git("show", f"HEAD:{path}")
    assert TEXT.strip() in page
    assert "duration: 30\n" in page
    assert "Send it due:2026-11-27" in page
    assert "Crm-Actor: Bot" in git("log", "-1", "--format=%B")
    assert crm("again").code == Exit.NOT_FOUND


def test_the_next_command_tells_once(crm: Crm, hook: Path) -> None:
    crm(*LOG)
    told = (
        "note: 'log-call acme Pricing' was not done and is kept; do it: crm again,"
        " or drop it: crm again --drop\n"
    )
    assert "crm again" not in crm("list", "customers", "--quiet").err
    assert crm("list", "customers").err == told
    assert crm("list", "customers").err == ""
    assert hook.exists()


def test_what_is_done_otherwise_is_not_offered_any_more(crm: Crm, hook: Path) -> None:
    crm(*LOG, "--notes", TEXT)
    crm("new-customer", "Bolt")
    assert [draft.action for draft in failed_acts.all_of(hook.parents[2])] == [
        "new-customer",
        "log-call",
    ]
    hook.unlink()
    assert "crm again" in crm("new-customer", "Bolt").err
    crm("log-call", "acme", "Pricing review", "--notes", TEXT)
    assert failed_acts.all_of(hook.parents[2]) == []


def test_a_slip_without_a_text_is_not_worth_a_draft(crm: Crm, root: Path) -> None:
    assert "kept" not in crm("log-call", "acne", "X").err
    assert "kept" not in crm("new-customer", "Acme").err
    assert failed_acts.all_of(root) == []
    assert "kept" in crm("log-call", "acne", "X", "--notes", "Text").err


def test_a_text_of_a_pipe_is_not_read_where_a_value_is_missing(
    crm: Crm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"Text")))
    assert crm("new-deal", "acme", "--notes", "-").code == Exit.USAGE
    assert sys.stdin.buffer.read() == b"Text"


def test_failing_again_keeps_one_draft(crm: Crm, hook: Path) -> None:
    crm(*LOG, "--notes", TEXT)
    for _ in range(3):
        assert crm("again").code == Exit.FAILED
    crm(*LOG, "--notes", TEXT)
    assert len(failed_acts.all_of(hook.parents[2])) == 1


def test_its_text_is_edited_and_the_former_one_gone(
    crm: Crm, hook: Path, monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    monkeypatch.setenv("EDITOR", "sh -c 'echo more >> $0'")
    crm(*LOG, "--notes", TEXT)
    assert crm("again", "-e").code == Exit.FAILED
    (draft,) = failed_acts.all_of(root)
    assert draft.text == TEXT + "more\n"
    hook.unlink()
    assert crm("again", "-e").code == Exit.DONE
    assert not list((root / ".git/crmkb/drafts").glob("*.md"))


def test_drafts_are_listed_named_and_dropped(crm: Crm, hook: Path) -> None:
    crm(*LOG, "--notes", TEXT)
    crm("new-customer", "Bolt")
    rows = json.loads(crm("again", "--list", "--json").out)["data"]
    assert [row["act"] for row in rows] == ["new-customer Bolt", "log-call acme Pricing"]
    assert rows[1]["when"] == "2026-11-20 13:30"
    assert rows[1]["text"] == "A long story. - [ ] with: a list"
    assert "2 acts were not done" in crm("list", "customers").err
    assert crm("again", rows[0]["draft"], "--drop").out == "Drop new-customer Bolt\n"
    assert "new-customer" not in crm("again", "--list").out
    assert crm("again", "nonesuch").code == Exit.NOT_FOUND
    assert crm("again", "--drop").code == Exit.DONE
    gone = crm("again")
    assert (gone.code, gone.err) == (
        Exit.NOT_FOUND,
        "error: nothing is kept to be done again\n",
    )
    assert hook.exists()


def test_a_dry_run_keeps_the_draft(crm: Crm, hook: Path, root: Path) -> None:
    crm(*LOG)
    hook.unlink()
    assert "dry run" in crm("again", "--dry-run").out
    assert len(failed_acts.all_of(root)) == 1


def test_outside_of_a_workspace_a_text_is_kept_elsewhere(
    crm: Crm, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, root: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    ran = crm("-C", tmp_path, "log-note", "acme", "X", "--notes", "Text")
    assert ran.code == Exit.NOT_FOUND
    (file,) = tmp_path.glob("log-note-*.md")
    assert ran.err.endswith(f"; what you typed is kept: crm again {file}\n")
    assert file.stat().st_mode & 0o777 == 0o600
    assert crm("-C", root, "again", file).code == Exit.DONE
    assert not file.exists()


def test_where_nothing_can_be_written_the_text_is_shown(
    crm: Crm, hook: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(folder: Path | None, name: str, data: bytes) -> Path:
        raise disk.CannotWrite(name, OSError(28, "No space left on device"))

    monkeypatch.setattr(failed_acts, "new_file", full)
    ran = crm(*LOG, "--notes", TEXT)
    assert ran.err.endswith(f"it could not be kept, so here is your text:\n{TEXT}\n")
    assert hook.exists()


def test_a_file_that_is_no_draft_is_left_alone(crm: Crm, tree: Tree) -> None:
    tree({".git/crmkb/drafts/x.md": b"\xff", ".git/crmkb/drafts/y.md": "---\na: [\n"})
    assert crm("again").err == "error: nothing is kept to be done again\n"


def test_a_draft_of_an_action_that_is_gone_is_told(crm: Crm, tree: Tree) -> None:
    tree({".git/crmkb/drafts/x.md": "---\ncrm_action: fly\n---\n"})
    ran = crm("again")
    assert (ran.code, "no command 'fly'" in ran.err) == (Exit.USAGE, True)


def test_a_draft_without_a_text_cannot_be_edited(crm: Crm, hook: Path) -> None:
    crm("archive", "acme")
    assert "archive has no text to edit" in crm("again", "-e").err
    assert hook.exists()


def test_ctrl_c_in_a_hook_keeps_the_text(
    crm: Crm, monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    def stopped(*_: object, **__: object) -> str:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("crmkb.store.git.repository.Git.commit", stopped)
        assert crm(*LOG, "--notes", TEXT).code == Exit.FAILED
    assert [draft.text for draft in failed_acts.all_of(root)] == [TEXT]


def test_a_secret_is_kept_out_of_the_draft_too(crm: Crm, root: Path) -> None:
    token = "AKIA" + "QWERTYUIOPASDFGH"
    ran = crm(*LOG, "--notes", f"Her key is {token} for now")
    assert "what you typed is kept" in ran.err
    (draft,) = failed_acts.all_of(root)
    assert token not in draft.text
    assert draft.text.startswith("Her key is ")


def test_refusals_are_of_the_kind_that_keeps() -> None:
    assert GitRefused("commit", "x").exit_code == Exit.FAILED


@given(
    text=st.text(st.characters(codec="utf-8", exclude_characters="\r")),
    value=st.text(st.characters(codec="utf-8")),
    items=st.lists(st.text(st.characters(codec="utf-8")), min_size=1),
)
def test_a_draft_is_read_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, text: str, value: str, items: list[str]
) -> None:
    draft = Draft("log-note", {"subject": value, "them": items}, text, {"now": "2026-11-20"})
    path = failed_acts._saved(tmp_path_factory.mktemp("drafts"), draft)
    assert path is not None
    assert failed_acts.read(path) == draft


def test_every_value_comes_back_as_it_was(root: Path) -> None:
    session = Session(Options(workspace=str(root)))
    session.now = datetime(2026, 11, 20, 9, tzinfo=UTC)
    action = all_commands()["new-deal"]
    given_values = {
        "customer": "acme",
        "name": "-x",
        "amount": "1234.5",
        "close_date": "2026-01-02",
    }
    once = _values(session, action, Draft("new-deal", given_values, "T"))
    draft = failed_acts.draft_of(session, "new-deal", once, action.written)
    assert _values(session, action, draft) == once
    assert (once["notes"], once["close_date"].month) == ("T", 1)
