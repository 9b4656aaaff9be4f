from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path

import pytest

from crmkb.errors import CrmError
from crmkb.store.git.process import GitRefused
from crmkb.store.git.repository import Git as Runner
from crmkb.store.git.repository import initialised
from tests.conftest import Git, Tree


@pytest.fixture
def runner(root: Path) -> Runner:
    return Runner(root)


def test_gits_own_words_are_kept(runner: Runner) -> None:
    with pytest.raises(GitRefused) as caught:
        runner.run("checkout", "nowhere")

    assert caught.value.message.startswith("git checkout refused: error: pathspec 'nowhere'")
    assert caught.value.hint is None


def test_paths_are_never_options_or_patterns(runner: Runner, tree: Tree, git: Git) -> None:
    tree({"-n": "x", "*": "x", "other": "x", ":(top)": "x"})

    runner.commit(["-n", "*", ":(top)"], [], "Odd names")

    assert git("show", "--name-only", "--format=").splitlines() == ["*", "-n", ":(top)"]
    assert git("status", "--porcelain") == "?? other\n"


def test_many_paths_fit(runner: Runner, tree: Tree, git: Git) -> None:
    paths = [f"customers/{'long' * 20}-{n}/profile.md" for n in range(1200)]
    tree(dict.fromkeys(paths, "x"))

    assert runner.commit(paths, [], "Many")
    assert git("status", "--porcelain") == ""
    assert runner.is_committed(paths)


def test_a_file_that_git_never_knew_may_be_gone(runner: Runner, git: Git) -> None:
    head = git("rev-parse", "HEAD")

    assert runner.commit([], ["never.md"], "Nothing") is None
    assert git("rev-parse", "HEAD") == head


def test_what_was_announced_by_the_user_stays_so(runner: Runner, tree: Tree, git: Git) -> None:
    tree({"mine.md": "x", "new.md": "x"})
    git("add", "--intent-to-add", "mine.md")
    hook = Path(".git/hooks/pre-commit")
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)

    with pytest.raises(GitRefused, match="a hook may have refused"):
        runner.commit(["mine.md", "new.md"], [], "Refused")

    assert git("status", "--porcelain") == " A mine.md\n?? new.md\n"


def test_a_message_is_taken_as_it_is(runner: Runner, tree: Tree, git: Git) -> None:
    tree({"x.md": "x"})
    message = "--amend 'quoted' #5 ✓\n\nCrm-Action: log-call\nCrm-Entity: acme"

    runner.commit(["x.md"], [], message)

    assert git("log", "-1", "--format=%B").strip() == message


def test_history_is_told_newest_first_with_action_and_paths(
    runner: Runner, tree: Tree, git: Git
) -> None:
    tree({"customers/a/x y.md": "1", "customers/b.md": "1"})
    runner.commit(["customers/a/x y.md", "customers/b.md"], [], "Add\n\nCrm-Action: new-customer")
    tree({"customers/a/x y.md": "2"})
    git("commit", "--quiet", "--all", "-m", "By hand")

    first, second = runner.log("customers/a")

    assert (first.subject, first.action, first.paths) == ("By hand", "", ("customers/a/x y.md",))
    assert (second.subject, second.action) == ("Add", "new-customer")
    assert second.author == "Ana Ruiz"
    assert second.when.utcoffset() is not None


def test_history_withstands_any_message(runner: Runner, tree: Tree, git: Git) -> None:
    tree({"x.md": "1"})
    git("add", ".")
    git("commit", "--quiet", "-m", "a\x1fb\x1ec <x> \x1b[31m")

    assert [commit.paths for commit in runner.log("x.md")] == [("x.md",)]


def test_where_there_is_no_history_there_is_none(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)

    assert Runner(tmp_path).head() is None
    assert list(Runner(tmp_path).log(".")) == []
    assert Runner(tmp_path).show("HEAD", "x.md") is None
    assert not Runner(tmp_path).is_committed(["x.md"])


def test_a_file_is_shown_as_it_was(runner: Runner, tree: Tree, git: Git) -> None:
    tree({"x.md": b"\xef\xbb\xbfone\r\n\xff"})
    git("add", ".")
    git("commit", "--quiet", "-m", "One")
    tree({"x.md": "two"})

    assert runner.show("HEAD", "x.md") == b"\xef\xbb\xbfone\r\n\xff"
    assert runner.show("HEAD", "none.md") is None


def test_the_author_is_whom_git_would_write(
    runner: Runner, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert runner.author() == "Ana Ruiz <ana@northbeam.example>"

    git("config", "user.useConfigOnly", "true")
    monkeypatch.setenv("HOME", "/nowhere")
    assert runner.author() == ""


def test_a_lock_of_git_is_waited_for_but_not_for_ever(runner: Runner, tree: Tree) -> None:
    lock = tree({"x.md": "x"}) / ".git/index.lock"
    lock.touch()
    began = time.monotonic()

    with pytest.raises(GitRefused, match=r"index\.lock"):
        runner.commit(["x.md"], [], "One", wait=0.1)

    assert 0.1 <= time.monotonic() - began < 2
    assert lock.exists()


def test_a_repository_made_for_an_act_goes_with_it(tmp_path: Path) -> None:
    def fail() -> None:
        with initialised(tmp_path):
            assert (tmp_path / ".git").is_dir()
            raise CrmError("no")

    with pytest.raises(CrmError):
        fail()

    assert not (tmp_path / ".git").exists()


def test_a_repository_half_made_by_a_death_is_made_whole(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    shutil.rmtree(tmp_path / ".git/objects")
    (tmp_path / ".git/config.lock").touch()

    with initialised(tmp_path):
        (tmp_path / "x.md").write_text("x")
        assert Runner(tmp_path).commit(["x.md"], [], "One")


def test_a_repository_that_was_there_stays(root: Path) -> None:
    def fail() -> None:
        with initialised(root):
            raise CrmError("no")

    with pytest.raises(CrmError):
        fail()

    assert (root / ".git").is_dir()


def test_many_files_lie_in_a_pack(runner: Runner, tree: Tree, git: Git) -> None:
    paths = [f"customers/{n}.md" for n in range(250)]
    tree({path: f"{path}\n" for path in paths})

    runner.commit(paths, [], "Many")

    assert int(git("count-objects").split()[0]) < 20
    assert git("status", "--porcelain") == ""
    assert git("show", "HEAD:customers/7.md") == "customers/7.md\n"


def test_what_a_filter_keeps_out_of_git_is_in_no_pack(runner: Runner, tree: Tree, git: Git) -> None:
    paths = [f"customers/{n}.md" for n in range(250)]
    tree({path: f"secret {path}\n" for path in paths} | {".gitattributes": "*.md filter=mask\n"})
    git("config", "filter.mask.clean", "sed s/secret/masked/")

    runner.commit(paths, [], "Many")

    assert git("show", "HEAD:customers/7.md") == "masked customers/7.md\n"
    as_it_is = git("hash-object", "--no-filters", "customers/7.md").strip()
    with pytest.raises(subprocess.CalledProcessError):
        git("cat-file", "-e", as_it_is)
