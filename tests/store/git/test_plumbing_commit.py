"""A commit made of plumbing is the one that `git commit` would make, or is left to it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from crmkb.store.git import plumbing_commit
from crmkb.store.git.process import GitRefused
from crmkb.store.git.repository import Git as Runner
from tests.conftest import Git, Tree

MESSAGE = "Log call  \n\n\n\nCrm-Action: log-call\nCrm-Entity: acme \n\n"


@pytest.fixture
def began(tree: Tree, git: Git) -> Path:
    root = tree({"a/x.md": "1\n", 'a/q"t\\.md': "1\n", "a/gone.md": "1\n", "mine.md": "1\n"})
    git("add", ".")
    git("commit", "-qm", "Files")
    return root


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect the commands that git is told."""
    commands: list[str] = []
    real = Runner.run

    def run(self: Runner, *arguments: str, **options: object) -> str:
        commands.append(arguments[0])
        return real(self, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Runner, "run", run)
    return commands


def change(root: Path) -> tuple[list[str], list[str]]:
    """Write, add and delete files; return the paths that are there and those that are gone."""
    paths = ["a/x.md", 'a/q"t\\.md', "new/ü x.md", "new/-n", ":(top)*"]
    for path in paths:
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text("2\n")
    (root / "new/-n").chmod(0o755)
    (root / "a/gone.md").unlink()
    return paths, ["a/gone.md", "never.md"]


def made(git: Git) -> tuple[str, ...]:
    fields = "--format=%T%n%an%n%ae%n%ai%n%cn%n%ce%n%B"
    status = git("status", "--porcelain", "-uall")
    return git("log", "-1", fields), git("reflog", "-1", "--format=%gs"), status


@pytest.mark.parametrize("batch", [1, 500])
def test_it_is_what_git_would_commit(
    began: Path, git: Git, ran: list[str], monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    monkeypatch.setattr(plumbing_commit, "_BATCH", batch)
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_DATE", "2026-11-20T14:30:00+01:00")
    (began / "mine.md").write_text("staged\n")
    git("add", "mine.md")
    (began / "mine.md").write_text("half-written\n")
    before = git("rev-parse", "HEAD").strip()
    paths, gone = change(began)

    quick = Runner(began).commit(paths, gone, MESSAGE)
    by_plumbing = made(git)
    assert quick == git("rev-parse", "HEAD").strip()
    assert "commit" not in ran

    git("reset", "--quiet", "--soft", before)
    git("restore", "--staged", "--", "a", "new", ":(literal):(top)*")
    hook = began / ".git/hooks/post-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\n")
    Runner(began).commit(paths, gone, MESSAGE)
    assert "commit" in ran
    assert made(git) == by_plumbing
    assert by_plumbing[2] == "MM mine.md\n"


@pytest.mark.parametrize("batch", [1, 500])
def test_a_workspace_below_the_top_commits_its_own_paths(
    began: Path, git: Git, ran: list[str], monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    monkeypatch.setattr(plumbing_commit, "_BATCH", batch)
    (began / "a/x.md").write_text("2\n")
    (began / "a/n.md").write_text("2\n")

    Runner(began / "a").commit(["x.md", "n.md"], [], "Below")

    assert git("show", "--name-only", "--format=").split() == ["a/n.md", "a/x.md"]
    assert git("status", "--porcelain") == ""
    assert "commit" not in ran


def test_of_many_files_some_may_be_as_they_were(
    began: Path, git: Git, ran: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plumbing_commit, "_BATCH", 1)
    (began / "a/x.md").write_text("2\n")

    Runner(began).commit(["a/x.md", "mine.md"], [], "Some")

    assert git("show", "--name-only", "--format=").split() == ["a/x.md"]
    assert "commit" not in ran


@pytest.mark.parametrize("path", ["a/x.md", "new.md"])
def test_of_many_files_one_that_vanished_is_told(
    began: Path, git: Git, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(plumbing_commit, "_BATCH", 1)
    before = git("rev-parse", "HEAD")
    (began / "a/x.md").unlink()
    (began / "b.md").write_text("2\n")
    with pytest.raises(plumbing_commit.NotQuick):
        plumbing_commit.commit(Runner(began).run, "", ["b.md", path], [], MESSAGE)
    assert git("rev-parse", "HEAD") == before


def test_where_nothing_differs_nothing_is_committed(began: Path, git: Git) -> None:
    before = git("rev-parse", "HEAD")
    (began / "a/x.md").write_text("1\n")

    assert Runner(began).commit(["a/x.md"], ["never.md"], "Nothing") is None
    assert git("rev-parse", "HEAD") == before
    assert git("for-each-ref", "refs/worktree") == ""


def test_a_filter_is_applied(began: Path, git: Git, ran: list[str]) -> None:
    (began / ".gitattributes").write_text("*.md filter=upper\n*.txt text eol=crlf\n")
    git("config", "filter.upper.clean", "tr a-z A-Z")
    (began / "a/x.md").write_text("words\n")
    (began / "a/y.txt").write_bytes(b"one\r\n")

    Runner(began).commit(["a/x.md", "a/y.txt"], [], "Filtered")

    assert git("show", "HEAD:a/x.md") == "WORDS\n"
    assert git("show", "HEAD:a/y.txt") == "one\n"
    assert git("status", "--porcelain") == "?? .gitattributes\n"
    assert "commit" not in ran


def test_it_works_on_no_branch_and_in_a_second_work_tree(
    began: Path, git: Git, tmp_path: Path, ran: list[str]
) -> None:
    git("worktree", "add", "--quiet", "--detach", str(tmp_path / "second"))
    main = git("rev-parse", "main")
    (tmp_path / "second/a/x.md").write_text("2\n")

    made = Runner(tmp_path / "second").commit(["a/x.md"], [], "Detached")

    assert made == git("-C", str(tmp_path / "second"), "rev-parse", "HEAD").strip()
    assert git("-C", str(tmp_path / "second"), "status", "--porcelain") == ""
    assert git("rev-parse", "main") == main
    assert "commit" not in ran


@pytest.mark.parametrize(
    "setting, value",
    [
        ("commit.gpgSign", "true"),
        ("core.hooksPath", "elsewhere"),
        ("core.sparseCheckout", "true"),
    ],
)
def test_what_asks_for_more_is_left_to_git(
    began: Path, git: Git, ran: list[str], setting: str, value: str
) -> None:
    git("config", setting, value)
    git("config", "gpg.program", "true")
    (began / "a/x.md").write_text("2\n")

    with suppress(GitRefused):  # nobody can sign here
        Runner(began).commit(["a/x.md"], [], "More")
    assert "commit" in ran
    assert "fast-import" not in ran


def test_a_hook_is_run(began: Path, git: Git) -> None:
    hook = began / ".git/hooks/commit-msg"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text('#!/bin/sh\necho "Checked: yes" >> "$1"\n')
    hook.chmod(0o755)
    (began / "a/x.md").write_text("2\n")

    Runner(began).commit(["a/x.md"], [], "Checked")

    assert "Checked: yes" in git("log", "-1", "--format=%B")


def test_an_ignored_file_is_refused_in_gits_words(began: Path, tree: Tree) -> None:
    tree({".gitignore": "*.log\n", "a/x.log": "x"})

    with pytest.raises(GitRefused, match="ignored by one of your"):
        Runner(began).commit(["a/x.log"], [], "Ignored")


def test_a_file_that_git_knows_is_committed_though_its_folder_is_ignored(
    began: Path, git: Git, tree: Tree, ran: list[str]
) -> None:
    tree({".git/info/exclude": "a/\n", "a/x.md": "2\n", "a/new.md": "2\n"})

    Runner(began).commit(["a/x.md"], [], "Edit")

    assert git("show", "HEAD:a/x.md") == "2\n"
    assert "commit" not in ran
    with pytest.raises(GitRefused, match="ignored by one of your"):
        Runner(began).commit(["a/x.md", "a/new.md"], [], "Both")


def test_a_branch_that_moved_meanwhile_is_not_lost(
    began: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Runner.run

    def run(self: Runner, *arguments: str, **options: object) -> str:
        if arguments[0] == "update-ref" and "-m" in arguments:
            other = git("commit-tree", "-p", "HEAD", "-m", "Other", "HEAD^{tree}").strip()
            git("update-ref", "HEAD", other)
        return real(self, *arguments, **options)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(Runner, "run", run)
        (began / "a/x.md").write_text("2\n")
        Runner(began).commit(["a/x.md"], [], "Ours")

    assert git("log", "--format=%s", "-3").split() == ["Ours", "Other", "Files"]
    assert git("show", "HEAD:a/x.md") == "2\n"


def test_names_are_told_only_when_they_are_set() -> None:
    told = "user.name=Ana\nuser.email=a@b\nGIT_AUTHOR_IDENT=A\nGIT_COMMITTER_IDENT=C\n"
    assert plumbing_commit.names(told) == ("A", "C")
    for missing in ("user.name=Ana\n", "user.email=a@b\n"):
        with pytest.raises(plumbing_commit.NotQuick):
            plumbing_commit.names(told.replace(missing, ""))
    with pytest.raises(plumbing_commit.NotQuick):
        plumbing_commit.names("alias.x=!\ncommit.gpgsign=true\n" + told)
