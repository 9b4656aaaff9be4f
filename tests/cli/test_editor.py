from __future__ import annotations

import io
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from crmkb.cli.failed_acts import read
from crmkb.cli.session import Session
from crmkb.errors import Exit
from tests.conftest import Crm, Git, Ran, Tree

Editor = Callable[[str], None]


@pytest.fixture(autouse=True)
def acme(tree: Tree, git: Git) -> None:
    tree({"customers/acme/profile.md": "---\nname: Acme\n---\n"})
    git("add", ".")
    git("commit", "--quiet", "-m", "Begin")


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Editor:
    """Have an editor that runs a line of shell; `$1` is the file."""

    def use(line: str) -> None:
        script = tmp_path / "my editor"
        script.write_text(f"#!/bin/sh\n{line}\n")
        script.chmod(0o755)
        monkeypatch.setenv("EDITOR", f"'{script}'")

    return use


@pytest.fixture
def refusal(root: Path) -> None:
    """Have git refuse every commit."""
    hook = root / ".git/hooks/pre-commit"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)


def kept(ran: Ran) -> str:
    """Return the text that a failed command kept, and take it away."""
    assert "what you typed is kept: crm again" in ran.err
    (file,) = Path(".git/crmkb/drafts").glob("*.md")
    draft = read(file)
    file.unlink()
    return draft.text if draft else ""


def notes(root: Path) -> str:
    """Return the text of the one interaction."""
    (file,) = (root / "customers/acme/interactions").glob("*.md")
    return file.read_text().partition("## Notes\n\n")[2].partition("\n\n## Next steps")[0]


def test_the_editor_begins_with_what_was_given(crm: Crm, editor: Editor, root: Path) -> None:
    editor('printf "\\r\\nand more\\n" >> "$1"')
    assert crm("log-note", "acme", "X", "--notes", "Some", "-e").code == Exit.DONE
    assert notes(root) == "Some\nand more"
    assert not list((root / ".git/crmkb").glob("drafts/*"))


def test_visual_goes_before_editor(
    crm: Crm, editor: Editor, monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    editor('echo seen > "$1"')
    monkeypatch.setenv("VISUAL", f"{sys.executable} -c 'import sys; open(sys.argv[1], \"w\")'")
    assert crm("log-note", "acme", "X", "--edit").code == Exit.DONE
    assert "seen" not in notes(root)


def test_a_slip_in_the_options_is_told_before_the_editor_opens(
    crm: Crm, editor: Editor, root: Path
) -> None:
    editor(f"touch '{root}/opened'")
    assert crm("log-note", "acne", "X", "-e").code == Exit.NOT_FOUND
    assert crm("log-note", "acme", "X", "--stage", "nego", "-e").code != Exit.DONE
    assert not (root / "opened").exists()


@pytest.mark.usefixtures("refusal")
def test_what_was_written_survives_a_failing_commit(crm: Crm, editor: Editor, git: Git) -> None:
    editor("printf 'A long story.\\n' > \"$1\"")
    ran = crm("log-note", "acme", "X", "-e")
    assert ran.code == Exit.FAILED
    assert kept(ran) == "A long story.\n"
    assert git("status", "--short") == ""


@pytest.mark.usefixtures("refusal")
def test_what_came_from_a_pipe_or_an_option_survives_too(
    crm: Crm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("Grüße".encode())))
    assert kept(crm("log-note", "acme", "X", "--notes", "-")) == "Grüße"
    assert kept(crm("new-deal", "acme", "X", "--notes", "Two words")) == "Two words"


@pytest.mark.usefixtures("refusal")
def test_an_act_without_a_text_is_kept_too(crm: Crm) -> None:
    assert kept(crm("log-note", "acme", "X")) == ""


def test_what_was_typed_at_a_prompt_survives_a_slip(
    crm: Crm, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter(["X", "", "Send it @nobody", "", "A long story."])
    monkeypatch.setattr(Session, "can_ask", True)
    monkeypatch.setattr("builtins.input", lambda: next(answers))
    ran = crm("log-note", "acme")
    assert "no team member named 'nobody'" in ran.err
    assert kept(ran) == "A long story."


@pytest.mark.parametrize("line", ["exit 1", 'echo story > "$1"; exit 3'])
def test_an_editor_that_fails_writes_nothing_and_loses_nothing(
    crm: Crm, editor: Editor, git: Git, line: str
) -> None:
    editor(line)
    ran = crm("log-note", "acme", "X", "--notes", "story", "-e")
    assert ran.code == Exit.FAILED
    assert "hint: set EDITOR to one that runs; what you typed is kept: crm again\n" in ran.err
    assert kept(ran).strip() == "story"
    assert git("status", "--short") == ""


def test_no_editor_at_all(crm: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDITOR", "no-such-editor --wait")
    ran = crm("log-note", "acme", "X", "-e")
    assert ran.code == Exit.FAILED
    assert ran.err.startswith(
        "error: the editor 'no-such-editor --wait' failed; nothing was written\n"
    )


def test_an_editor_that_saves_something_else_than_utf_8(crm: Crm, editor: Editor) -> None:
    editor("printf 'caf\\351' > \"$1\"")
    ran = crm("log-note", "acme", "X", "-e")
    assert ran.code == Exit.USAGE
    found = re.search(r"hint: what you wrote is kept in (.+)\n", ran.err)
    assert found
    assert Path(found[1]).read_bytes() == b"caf\xe9"
