"""No secret gets into a file or a commit unless a person allows it, and none is ever printed."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmkb.secret_scan.scanner import find_secrets
from tests.conftest import Crm, Git, Tree

TOKEN = "xox" + "b-123456789012-abcdefGHIJKL"
HIDDEN = "123456789012-abcdef"
CARD = "4111 1111 1111" + " 1111"
ACME = {
    "customers/acme/profile.md": "---\nname: Acme\nstatus: active\n---\n",
    "customers/acme/deals/big.md": "---\nname: Big\nstage: discovery\n---\n",
    "customers/acme/relationships/jane.md": "---\nname: Jane\n---\n",
}
NOTES = "customers/acme/context/notes.md"
OWN = "templates/reports/own.md"


@pytest.fixture
def acme(tree: Tree, git: Git) -> Path:
    root = tree(ACME)
    git("add", "--all")
    git("commit", "--quiet", "-m", "Acme")
    return root


def everything(root: Path, git: Git) -> str:
    """Return what is in the files and in all commits, as one text."""
    files = (path for path in root.rglob("*") if path.is_file() and ".git" not in path.parts)
    return "\n".join([*(path.read_text() for path in files), git("log", "--all", "-p")])


WRITING = [
    ("log-note", "acme", "Note", "--notes", f"The token is {TOKEN}."),
    ("log-call", "acme", f"About {TOKEN}"),
    ("log-email", "acme", "Mail", "--next", f"Use {TOKEN} @ana"),
    ("log-slack", "acme", "Thread", "--notes", f"https://files.slack.com/x?t={TOKEN}"),
    ("new-customer", f"Other {TOKEN}"),
    ("new-customer", "Other", "--website", f"https://x.example/?t={TOKEN}"),
    ("new-customer", "Other", "--set", f"key={TOKEN}"),
    ("new-contact", "acme", "Bob", "--title", TOKEN),
    ("new-deal", "acme", "Small", "--set", f"key={TOKEN}"),
    ("set", "acme", f"region={TOKEN}"),
    ("set", "acme", f"tags+={TOKEN}"),
    ("rename", "acme", f"Acme {TOKEN}"),
    ("log-note", "acme", "Note", "--notes", f"Card {CARD}"),
    ("log-note", "acme", "Note", "--notes", "password: hunter2"),
    ("log-note", "acme", "password: hunter2"),
]


@pytest.mark.parametrize("flags", [(), ("--no-commit",), ("--json",)], ids=" ".join)
@pytest.mark.parametrize("command", WRITING, ids=lambda each: " ".join(each)[:40])
def test_no_command_writes_a_secret(
    acme: Path, crm: Crm, git: Git, command: tuple[str, ...], flags: tuple[str, ...]
) -> None:
    ran = crm(*command, *flags)

    assert ran.code == 1
    assert "; nothing was written\nhint: take it out; to allow it once: --allow-secret" in ran.err
    assert not any(each in ran.out + ran.err for each in (HIDDEN, CARD, "hunter2"))
    assert git("status", "--porcelain") == ""
    assert not any(each in everything(acme, git) for each in (HIDDEN, CARD, "hunter2"))


def test_the_place_kind_and_excerpt_are_named(acme: Path, crm: Crm) -> None:
    ran = crm("set", "acme", f"region={TOKEN}")

    assert (
        "error: customers/acme/profile.md:4: holds a Slack token (xoxb-…); nothing was written\n"
        "hint: take it out; to allow it once: --allow-secret, for good:"
        ' [secrets] allow = ["customers/acme/profile.md"] in crm.toml'
    ) in ran.err
    assert acme.is_dir()


def test_a_path_made_of_a_secret_does_not_tell_it(acme: Path, crm: Crm) -> None:
    ran = crm("log-note", "acme", f"Token {TOKEN}")

    assert "error: customers/acme/interactions/…:" in ran.err
    assert HIDDEN.lower() not in ran.err.lower()
    assert acme.is_dir()


def test_more_than_one_is_told(acme: Path, crm: Crm) -> None:
    ran = crm("log-note", "acme", "Note", "--notes", f"{TOKEN}\npassword: hunter2\n{TOKEN}")

    assert "(xoxb-…), and there are 1 more; nothing was written" in ran.err
    assert acme.is_dir()


@pytest.mark.parametrize("place", ["before", "after"])
def test_a_person_allows_it_once(acme: Path, crm: Crm, git: Git, place: str) -> None:
    command = ["set", "acme", f"region={TOKEN}"]
    command.insert(0 if place == "before" else 3, "--allow-secret")

    assert crm(*command).code == 0
    assert TOKEN in git("show")
    assert crm("set", "acme", f"industry={TOKEN}2").code == 1
    assert acme.is_dir()


@pytest.mark.parametrize(
    "pattern, code",
    [
        ("customers/acme/profile.md", 0),
        ("customers/*/profile.md", 0),
        ("customers/**", 0),
        ("customers/*", 1),
        ("customers/other/profile.md", 1),
        ("profile.md", 1),
    ],
)
def test_settings_allow_it_for_files(
    acme: Path, tree: Tree, crm: Crm, pattern: str, code: int
) -> None:
    tree({"crm.toml": f'[secrets]\nallow = ["{pattern}"]\n'})

    assert crm("set", "acme", f"region={TOKEN}").code == code
    assert acme.is_dir()


def test_an_act_does_not_answer_for_what_was_there(
    acme: Path, tree: Tree, crm: Crm, git: Git
) -> None:
    tree({"customers/acme/profile.md": f"---\nname: Acme\nkey: {TOKEN}\n---\n"})
    git("commit", "--quiet", "-am", "By hand")

    assert crm("set", "acme", "status=pilot").code == 0
    assert crm("rename", "acme", "Apex").code == 0
    assert crm("set", "apex", f"other={TOKEN}2").code == 1
    assert acme.is_dir()


def test_no_report_publishes_a_secret(acme: Path, tree: Tree, crm: Crm, git: Git) -> None:
    tree(
        {
            NOTES: f"# Notes\n\n- [ ] Use {TOKEN} @ana due:2026-11-27\n",
            OWN: "---\ntitle: Own\nqueries:\n  q: SELECT text FROM tasks\n---\n\n{{ q|table }}\n",
        }
    )

    ran = crm("report", "own")

    assert ran.code == 1
    assert "reporting/own.md:12: holds a Slack token (xoxb-…); nothing was written" in ran.err
    assert not (acme / "reporting").exists()
    assert HIDDEN not in git("log", "-p")


def test_no_mending_spreads_a_secret(
    acme: Path, tree: Tree, crm: Crm, monkeypatch: pytest.MonkeyPatch
) -> None:
    from crmkb.queries import check
    from crmkb.workspace import Change, Write

    change = Change.of(Write("customers/acme/x.md", None, TOKEN.encode()), message="Mend")
    monkeypatch.setattr(check, "fixes", lambda *_: change)

    assert crm("check", "--fix").code == 1
    assert not (acme / "customers/acme/x.md").exists()
    assert crm("check", "--fix", "--allow-secret").code == 3
    assert (acme / "customers/acme/x.md").exists()


def test_no_commit_message_holds_a_secret(acme: Path, crm: Crm, git: Git) -> None:
    from datetime import UTC, datetime

    from crmkb.workspace import Change, Workspace, Write
    from crmkb.workspace.secret_guard import SecretFound

    workspace = Workspace.open(acme, datetime(2026, 11, 20, tzinfo=UTC))
    change = Change.of(Write("customers/acme/x.md", None, b"x"), message=f"Note {TOKEN}")
    with pytest.raises(SecretFound, match=r"^the commit message: holds a Slack token"):
        workspace.apply(change)
    assert git("status", "--porcelain") == ""
    assert crm("list", "customers").code == 0


@pytest.mark.parametrize("actor", [TOKEN, f"Bot {CARD}"])
def test_no_actor_brings_a_secret_into_the_log(acme: Path, crm: Crm, git: Git, actor: str) -> None:
    ran = crm("set", "acme", "tier=growth", "--actor", actor)

    assert ran.code == 1
    assert "the commit message: holds" in ran.err
    assert not any(each in everything(acme, git) for each in (HIDDEN, CARD))


def test_what_failed_for_another_reason_is_kept_without_it_too(acme: Path, crm: Crm) -> None:
    ran = crm("log-note", "nobody", "Note", "--notes", f"Her {TOKEN}", "--actor", TOKEN)

    assert ran.code == 4
    assert "what you typed is kept: crm again" in ran.err
    assert not [path for path in acme.rglob("*") if path.is_file() and HIDDEN in _text(path)]
    assert HIDDEN not in crm("again", "--list").out


def test_what_a_person_allowed_is_kept_with_it(acme: Path, crm: Crm, git: Git) -> None:
    hook = acme / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    crm("--allow-secret", "log-note", "acme", "Note", "--notes", f"Her {TOKEN}")
    hook.unlink()

    assert crm("again").code == 0
    assert f"Her {TOKEN}" in git("show")


def test_what_was_refused_is_kept_without_it(acme: Path, crm: Crm, git: Git) -> None:
    assert "crm again" in crm("log-note", "acme", "Note", "--notes", f"Her {TOKEN}").err

    assert not [path for path in acme.rglob("*") if path.is_file() and HIDDEN in _text(path)]
    assert crm("again").code == 0
    assert "Her xoxb-…" in git("show")


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace")


class TestImport:
    ROWS = f"name,key\nFirst,plain\nSecond,{TOKEN}\nThird,password: hunter2\n"
    MAPS = ("--map", "name=name", "--map", "key=key")

    def test_rows_with_a_secret_are_rejected_and_the_others_go_in(
        self, acme: Path, tree: Tree, crm: Crm, git: Git
    ) -> None:
        tree({"in.csv": self.ROWS})

        ran = crm("import", "customers", "in.csv", *self.MAPS)

        assert ran.code == 3
        assert "in.csv:3: holds a Slack token (xoxb-…); take it out;" in ran.out
        assert sorted(path.name for path in (acme / "customers").iterdir()) == ["acme", "first"]
        assert HIDDEN not in git("log", "-p")
        assert "hunter2" not in git("log", "-p")

    def test_no_rejected_row_holds_one(self, acme: Path, tree: Tree, crm: Crm) -> None:
        tree({"in.csv": self.ROWS + f",{TOKEN}\n"})

        crm("import", "customers", "in.csv", *self.MAPS)

        text = (acme / "in.rejects.csv").read_text()
        assert list(find_secrets(text)) == []
        assert not any(each in text for each in (HIDDEN, "hunter2"))
        assert text.count("xoxb-…") >= 2
        assert text.count("\n") == 4

    def test_no_heading_holds_one(self, acme: Path, tree: Tree, crm: Crm) -> None:
        tree({"in.csv": f"name,{TOKEN}\n,x\n"})

        crm("import", "customers", "in.csv", "--map", "name=name")

        assert HIDDEN not in (acme / "in.rejects.csv").read_text()

    def test_a_person_allows_it(self, acme: Path, tree: Tree, crm: Crm) -> None:
        tree({"in.csv": self.ROWS})

        assert crm("--allow-secret", "import", "customers", "in.csv", *self.MAPS).code == 0
        assert (acme / "customers/third").is_dir()

    def test_an_update_brings_none(self, acme: Path, tree: Tree, crm: Crm, git: Git) -> None:
        tree({"in.csv": "id,name,key\n1,First,plain\n"})
        maps = ("--map", "id=id", *self.MAPS)
        assert crm("import", "customers", "in.csv", *maps).code == 0
        tree({"in.csv": f"id,name,key\n1,First,{TOKEN}\n"})

        assert crm("import", "customers", "in.csv", "--update", *maps).code == 3
        assert HIDDEN not in git("log", "-p")
        assert acme.is_dir()


PLACES = [
    ("customers/acme/profile.md", "---\nname: Acme\nkey: {}\n---\n", 3),
    (NOTES, "# Notes\n\nUse {}.\n", 3),
    ("customers/acme/context/usage.csv", "day,note\n2026-01-01,{}\n", 2),
    ("customers/acme/context/summary.md", "# Summary\n{}\n", 2),
    ("customers/acme/deals/broken.md", "---\nname: [\n---\n{}\n", 4),
    ("customers/acme/deals/latin.md", b"---\nname: Z\xfcrich\n---\n{}\n", 4),
    ("knowledge_base/pricing/list.md", "---\ntitle: x\n---\n{}\n", 4),
    ("templates/own.md", "{}\n", 1),
    ("reporting/own.md", "{}\n", 1),
    ("crm.toml", "# {}\n", 1),
]


@pytest.mark.parametrize("path, text, line", PLACES)
def test_no_secret_brought_in_by_hand_passes_check(
    tree: Tree, crm: Crm, path: str, text: str | bytes, line: int
) -> None:
    data = text if isinstance(text, bytes) else text.encode()
    tree({path: data.replace(b"{}", TOKEN.encode())})

    ran = crm("check")

    assert ran.code == 3
    assert f"{path}:{line}: holds a Slack token (xoxb-…)\n" in ran.out
    assert HIDDEN not in ran.out + ran.err


def test_check_forgets_a_secret_that_was_taken_out(tree: Tree, crm: Crm) -> None:
    tree({**ACME, NOTES: TOKEN})
    assert "Slack token" in crm("check").out
    tree({NOTES: "nothing more"})
    assert "Slack token" not in crm("check").out
    tree({NOTES: TOKEN, "crm.toml": f'[secrets]\nallow = ["{NOTES}"]\n'})
    assert "Slack token" not in crm("check").out


def test_a_secret_does_not_count_as_unreadable(tree: Tree, crm: Crm) -> None:
    tree({**ACME, NOTES: TOKEN})
    assert "Left out" not in crm("report", "pipeline_dashboard", "--stdout").out
