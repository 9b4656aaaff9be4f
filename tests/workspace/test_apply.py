from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock, Timeout

from crmkb.errors import AlreadyExists, Exit
from crmkb.store.files import disk
from crmkb.store.files.locate import NoRepository
from crmkb.store.files.safe_paths import OutsideWorkspace
from crmkb.store.git.process import GitMissing, GitRefused
from crmkb.store.git.repository import Git as Runner
from crmkb.store.git.repository import UnderWay
from crmkb.workspace import Change, Workspace, Write
from crmkb.workspace.apply import ChangedMeanwhile, IsLink, NotPutBack, apply
from crmkb.workspace.lock import Locked, locked
from crmkb.workspace.secret_guard import SecretFound
from tests.conftest import Git, Tree
from tests.workspace.conftest import ACME, NOW, change, content, some_change, write

HOOK = "#!/bin/sh\necho 'ask Lee first' >&2\nexit 1\n"


def hook(root: Path, name: str, script: str = HOOK) -> None:
    file = root / ".git/hooks" / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(script)
    file.chmod(0o755)


def git_state(git: Git) -> tuple[str, str, str]:
    """Return all that a person sees of the index, and the last commit."""
    return git("diff", "--cached"), git("status", "--porcelain=v2", "-uall"), git("log", "-1")


def refused(root: Path, wanted: Change | None = None) -> GitRefused:
    with pytest.raises(GitRefused) as caught:
        apply(root, wanted or some_change(root), commit=True, wait=0)
    assert caught.value.exit_code == Exit.FAILED
    return caught.value


def test_a_change_is_one_commit_of_just_its_paths(committed: Path, git: Git) -> None:
    applied = apply(committed, some_change(committed).signed("try", "lee"), commit=True)

    assert applied.commit == git("rev-parse", "HEAD").strip()
    assert git("show", "--name-status", "--format=%B%an", "--no-renames").splitlines() == [
        "Do something",
        "",
        "Crm-Action: try",
        "Crm-Entity: acme",
        "Crm-Entity: new",
        "Crm-Entity: new/deals/x",
        "Crm-Entity: acme/deals/platform",
        "Crm-Actor: lee",
        "Ana Ruiz",
        "",
        "D\tcustomers/acme/deals/platform.md",
        "M\tcustomers/acme/profile.md",
        "A\tcustomers/new/deals/x.md",
        "A\tcustomers/new/profile.md",
    ]
    assert git("status", "--porcelain") == ""
    assert git("fsck", "--no-dangling") == ""


def test_what_the_user_staged_or_left_dirty_elsewhere_stays(
    committed: Path, tree: Tree, git: Git
) -> None:
    tree({"staged.md": "s\n", "notes.txt": "two\n", "untracked.md": "u\n", "both.md": "1\n"})
    git("add", "staged.md", "notes.txt", "both.md")
    tree({"notes.txt": "three\n", "both.md": "2\n"})
    git("rm", "--quiet", "--cached", "crm.toml")
    before = git("diff", "--cached"), git("diff"), git("status", "--porcelain", "-uall")

    apply(committed, some_change(committed), commit=True)

    assert (git("diff", "--cached"), git("diff"), git("status", "--porcelain", "-uall")) == before
    assert "staged" not in git("show", "--name-only")


def test_a_file_that_is_staged_is_committed_as_it_is_on_disk(
    committed: Path, tree: Tree, git: Git
) -> None:
    tree({ACME: "---\nname: Acme\ntier: growth\n---\n"})
    git("add", ACME)

    apply(committed, change(write(committed, ACME, "---\nname: Acme 2\n---\n")), commit=True)

    assert git("show", f"HEAD:{ACME}") == "---\nname: Acme 2\n---\n"
    assert git("status", "--porcelain") == ""


def test_equal_bytes_write_and_commit_nothing(committed: Path, git: Git) -> None:
    head = git("rev-parse", "HEAD")

    applied = apply(committed, change(write(committed, ACME, Path(ACME).read_text())), commit=True)

    assert (applied.commit, applied.writes) == (None, ())
    assert git("rev-parse", "HEAD") == head


def test_bytes_that_git_has_already_make_no_commit(committed: Path, tree: Tree, git: Git) -> None:
    text = (committed / ACME).read_text()
    tree({ACME: "something else\n"})

    applied = apply(committed, change(write(committed, ACME, text)), commit=True)

    assert applied.commit is None
    assert git("status", "--porcelain") == ""


def test_without_a_commit_git_is_left_alone(committed: Path, git: Git) -> None:
    head = git("rev-parse", "HEAD")

    applied = apply(committed, some_change(committed), commit=False)

    assert applied.commit is None
    assert git("rev-parse", "HEAD") == head
    assert git("diff", "--cached") == ""
    assert (committed / "customers/new/deals/x.md").exists()


@pytest.mark.parametrize("name", ["pre-commit", "commit-msg", "prepare-commit-msg"])
def test_a_hook_that_refuses_is_heard_and_all_is_put_back(
    committed: Path, tree: Tree, git: Git, name: str
) -> None:
    tree({"staged.md": "s\n", "notes.txt": "two\n"})
    git("add", "staged.md")
    hook(committed, name)
    before = git_state(git), content(committed)

    error = refused(committed)

    assert "ask Lee first" in error.message
    assert (git_state(git), content(committed)) == before
    assert not (committed / "customers/new").exists()


def test_hooks_that_agree_are_run(committed: Path, git: Git) -> None:
    hook(committed, "commit-msg", "#!/bin/sh\necho 'Seen: yes' >> $1\n")

    apply(committed, some_change(committed), commit=True)

    assert "Seen: yes" in git("log", "-1", "--format=%B")


def test_a_hook_that_changes_a_file_and_refuses_is_told(committed: Path, git: Git) -> None:
    hook(committed, "pre-commit", f"#!/bin/sh\necho mended >> {ACME}\nexit 1\n")

    with pytest.raises(NotPutBack) as caught:
        apply(committed, some_change(committed), commit=True)

    assert f"{ACME} was changed meanwhile and is left as it is" in caught.value.message
    assert git("diff", "--cached") == ""
    assert not (committed / "customers/new").exists()


def test_without_an_identity_git_says_so(
    committed: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    git("config", "user.useConfigOnly", "true")
    before = git_state(git), content(committed)
    monkeypatch.setenv("HOME", str(committed.parent))

    error = refused(committed)

    assert error.message == "git commit refused: it does not know who you are"
    assert error.hint is not None
    assert "user.email" in error.hint
    assert (git_state(git), content(committed)) == before


def test_the_lock_of_another_git_command_is_told(committed: Path, git: Git) -> None:
    before = git_state(git), content(committed)
    (committed / ".git/index.lock").touch()

    error = refused(committed)

    assert "index.lock" in error.message
    assert error.hint is not None
    assert "another git command" in error.hint
    (committed / ".git/index.lock").unlink()
    assert (git_state(git), content(committed)) == before


def in_conflict(git: Git, tree: Tree, how: str) -> None:
    git("switch", "--quiet", "-c", "other")
    tree({"notes.txt": "theirs\n"})
    git("commit", "--quiet", "-am", "Theirs")
    git("switch", "--quiet", "main")
    tree({"notes.txt": "ours\n"})
    git("commit", "--quiet", "-am", "Ours")
    with pytest.raises(subprocess.CalledProcessError):
        git(how, "other")


@pytest.mark.parametrize("how", ["merge", "cherry-pick"])
def test_in_the_middle_of_a_merge_git_refuses(
    committed: Path, tree: Tree, git: Git, how: str
) -> None:
    in_conflict(git, tree, how)
    before = git_state(git), content(committed)

    error = refused(committed)

    assert f"during a {how}" in error.message
    assert error.hint is not None
    assert "--abort" in error.hint
    assert (git_state(git), content(committed)) == before


def test_in_a_rebase_nothing_is_written_that_it_could_lose(
    committed: Path, tree: Tree, git: Git
) -> None:
    in_conflict(git, tree, "rebase")
    before = git_state(git), content(committed)

    with pytest.raises(UnderWay) as caught:
        apply(committed, some_change(committed), commit=True)

    assert caught.value.hint is not None
    assert "git rebase --abort" in caught.value.hint
    assert (git_state(git), content(committed)) == before


def test_on_no_branch_it_commits_and_says_how_to_keep_it(committed: Path, git: Git) -> None:
    git("switch", "--quiet", "--detach")

    applied = apply(committed, some_change(committed), commit=True)

    assert applied.commit == git("rev-parse", "HEAD").strip()
    assert applied.notes == ("you are on no branch; keep the commit with: git switch -c NAME",)


def unborn(folder: Path) -> Path:
    folder.mkdir()
    subprocess.run(["git", "init", "--quiet", folder], check=True)
    return folder


def test_the_first_commit_of_a_repository(tmp_path: Path) -> None:
    root = unborn(tmp_path / "fresh")

    applied = apply(root, change(write(root, "customers/a/profile.md", "x\n")), commit=True)

    assert applied.commit == Runner(root).head()


def test_the_first_commit_refused_leaves_an_empty_repository(tmp_path: Path) -> None:
    root = unborn(tmp_path / "fresh")
    hook(root, "pre-commit")

    refused(root, change(write(root, "customers/a/profile.md", "x\n")))

    assert Runner(root).run("status", "--porcelain") == ""
    assert [entry.name for entry in root.iterdir()] == [".git"]


def test_in_a_linked_worktree(committed: Path, git: Git) -> None:
    root = committed.parent / "linked"
    git("worktree", "add", "--quiet", str(root))

    apply(root, some_change(root), commit=True)

    assert Runner(root).run("status", "--porcelain") == ""
    assert git("log", "-1", "--format=%s", "linked") == "Do something\n"
    assert git("log", "-1", "--format=%s", "main") == "Files\n"


def below(root: Path) -> Path:
    """Make a workspace below the root of the repository."""
    inner = root / "sales/crm"
    inner.mkdir(parents=True)
    (inner / "crm.toml").write_text("")
    return inner


def test_below_the_root_of_the_repository(committed: Path, git: Git) -> None:
    root = below(committed)

    apply(root, change(write(root, "customers/x/profile.md", "x\n")), commit=True)

    assert git("show", "--name-only", "--format=") == "sales/crm/customers/x/profile.md\n"


def test_below_the_root_a_refusal_leaves_all_as_it_was(committed: Path, git: Git) -> None:
    root = below(committed)
    hook(committed, "pre-commit")
    before = git_state(git), content(committed)

    refused(root, change(write(root, "customers/x/profile.md", "x\n")))

    assert (git_state(git), content(committed)) == before


def test_a_file_that_git_ignores_is_refused(committed: Path, tree: Tree, git: Git) -> None:
    tree({".gitignore": "customers/new/\n"})
    before = git_state(git), content(committed)

    error = refused(committed)

    assert error.hint is not None
    assert ".gitignore" in error.hint
    assert (git_state(git), content(committed)) == before


def test_with_autocrlf_line_ends_on_disk_stay(committed: Path, git: Git) -> None:
    git("config", "core.autocrlf", "true")
    (committed / ACME).unlink()
    git("checkout", "--", ACME)
    assert b"\r\n" in (committed / ACME).read_bytes()
    after = "---\r\nname: Acme\r\nstatus: churned\r\n---\r\n# Acme\r\n"

    new = write(committed, "customers/n/profile.md", "x\n")
    apply(committed, change(write(committed, ACME, after), new), commit=True)

    assert (committed / ACME).read_bytes() == after.encode()
    assert git("status", "--porcelain") == ""
    assert "\r" not in git("show", f"HEAD:{ACME}")


@pytest.mark.parametrize(
    "name",
    ["-x", "--upload-pack", "a[*]", "with space", "Ærø ✓", ":(top)x", "quote'\"", "new\nline"],
)
def test_a_file_may_have_any_name(committed: Path, git: Git, name: str) -> None:
    path = f"customers/{name}/profile.md"

    apply(committed, change(write(committed, path, "x\n")), commit=True)
    assert git("show", "--name-only", "--format=", "-z") == f"{path}\0"

    hook(committed, "pre-commit")
    refused(committed, change(write(committed, path, "y\n")))
    assert git("status", "--porcelain") == ""

    (committed / ".git/hooks/pre-commit").unlink()
    apply(committed, change(write(committed, path, None)), commit=True)
    assert git("ls-files", "-z").count("profile.md") == 1


def test_what_changed_since_it_was_read_is_a_conflict(committed: Path, tree: Tree) -> None:
    wanted = some_change(committed)
    tree({ACME: "someone else\n"})
    before = content(committed)

    with pytest.raises(ChangedMeanwhile) as caught:
        apply(committed, wanted, commit=True)

    assert caught.value.exit_code == Exit.CONFLICT
    assert content(committed) == before


def test_a_file_that_came_up_meanwhile_is_a_conflict(committed: Path, tree: Tree) -> None:
    wanted = some_change(committed)
    tree({"customers/new/deals/x.md": "someone else\n"})

    with pytest.raises(AlreadyExists) as caught:
        apply(committed, wanted, commit=True)

    assert caught.value.exit_code == Exit.CONFLICT
    assert not (committed / "customers/new/profile.md").exists()


def test_another_writer_is_waited_for_and_named(committed: Path) -> None:
    script = (
        "import sys, pathlib\n"
        "from crmkb.workspace.lock import locked\n"
        "with locked(pathlib.Path(sys.argv[1]), 'Log a call'):\n"
        "    print('held', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", script, str(committed)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    with other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(Locked) as caught:
            apply(committed, some_change(committed), commit=True, wait=0.1)
        other.communicate()

    assert caught.value.exit_code == Exit.CONFLICT
    assert caught.value.message == (f"the workspace is locked by process {other.pid} (Log a call)")
    apply(committed, some_change(committed), commit=True, wait=0)


def test_a_holder_that_died_holds_nothing(committed: Path) -> None:
    with locked(committed, "first"):
        pass
    (committed / ".git/crmkb/lock-holder").write_text("process 1 (long dead)")

    assert apply(committed, some_change(committed), commit=True, wait=0).commit


def test_a_folder_without_git_needs_no_commit(tmp_path: Path) -> None:
    wanted = change(write(tmp_path, "customers/x/profile.md", "x\n"))

    with pytest.raises(NoRepository) as caught:
        apply(tmp_path, wanted, commit=True)
    assert caught.value.hint is not None
    assert "--no-commit" in caught.value.hint
    assert content(tmp_path) == {}

    apply(tmp_path, wanted, commit=False)
    assert (tmp_path / "customers/x/profile.md").read_text() == "x\n"


def test_what_we_keep_without_git_is_not_for_a_later_repository(tmp_path: Path) -> None:
    apply(tmp_path, change(write(tmp_path, "customers/x/profile.md", "x\n")), commit=False)

    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)

    assert Runner(tmp_path).run("status", "--porcelain") == "?? customers/\n"


def test_without_git_installed(committed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = content(committed)
    wanted = some_change(committed)
    monkeypatch.setenv("PATH", str(committed))

    with pytest.raises(GitMissing):
        apply(committed, wanted, commit=True)

    assert content(committed) == before


def test_a_write_that_fails_half_way_is_put_back(
    committed: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = git_state(git), content(committed)
    real, calls = Path.replace, []

    def full_disk(self: Path, target: Path) -> Path:
        if ".git" not in self.parts:
            calls.append(target)
            if len(calls) == 2:
                raise OSError(28, "No space left on device")
        return real(self, target)

    monkeypatch.setattr(Path, "replace", full_disk)
    with pytest.raises(disk.CannotWrite, match="No space left on device"):
        apply(committed, some_change(committed), commit=True)

    assert (git_state(git), content(committed)) == before
    assert not (committed / "customers/new").exists()


def test_what_cannot_be_put_back_is_told_and_mended_by_the_next_command(
    committed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = content(committed)
    hook(committed, "pre-commit")
    wanted = some_change(committed)

    def stuck(full: Path, root: Path) -> None:
        raise disk.CannotWrite(str(full), OSError(5, "Input/output error"))

    with monkeypatch.context() as patch:
        patch.setattr(disk, "remove", stuck)
        with pytest.raises(NotPutBack) as caught:
            apply(committed, wanted, commit=True)
    assert "not everything could be put back" in caught.value.message

    notes = Workspace.open(committed, NOW).notes
    assert notes == ["took back what was cut off half-way: Do something"]
    assert content(committed) == before


def test_a_read_only_folder_is_told(committed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = content(committed)
    wanted = some_change(committed)

    real = os.open

    def read_only(path: str, flags: int, *mode: int, **options: int) -> int:
        if flags & (os.O_WRONLY | os.O_RDWR):
            raise OSError(30, "Read-only file system")
        return real(path, flags, *mode, **options)

    monkeypatch.setattr(os, "open", read_only)
    with pytest.raises(disk.CannotWrite) as caught:
        apply(committed, wanted, commit=True)

    assert "Read-only file system" in caught.value.message
    assert caught.value.exit_code == Exit.FAILED
    monkeypatch.undo()
    assert content(committed) == before


def test_a_git_folder_that_cannot_be_written_is_told(committed: Path) -> None:
    (committed / ".git/crmkb").write_text("a file where the folder should be")
    before = content(committed)

    with pytest.raises(disk.CannotWrite, match=r"cannot write .*\.git/crmkb: File exists"):
        apply(committed, some_change(committed), commit=True)

    assert content(committed) == before


def test_stopping_half_way_puts_everything_back(
    committed: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = git_state(git), content(committed)
    wanted = some_change(committed)
    real = Runner.run

    def stopped(self: Runner, *arguments: str, **options: object) -> str:
        if arguments[0] == "update-ref":
            raise KeyboardInterrupt
        return real(self, *arguments, **options)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(Runner, "run", stopped)
        with pytest.raises(KeyboardInterrupt):
            apply(committed, wanted, commit=True)

    assert (git_state(git), content(committed)) == before


def test_stopping_after_the_commit_keeps_it(
    committed: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Runner.commit

    def stopped(self: Runner, *arguments: object) -> str:
        real(self, *arguments)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Runner, "commit", stopped)
        with pytest.raises(KeyboardInterrupt):
            apply(committed, some_change(committed), commit=True)

    assert git("log", "-1", "--format=%s") == "Do something\n"
    assert git("status", "--porcelain") == ""


@pytest.mark.parametrize(
    "path", ["../out.md", "/tmp/out.md", ".git/hooks/pre-commit", "customers/../../out.md", "a\0b"]
)
def test_nothing_is_written_outside_of_the_workspace(committed: Path, path: str) -> None:
    with pytest.raises(OutsideWorkspace):
        apply(committed, Change.of(write_new(path), message="Out"), commit=True)


def write_new(path: str) -> Write:
    return Write(path, None, b"x")


def test_nothing_is_written_through_a_link_that_leads_out(committed: Path) -> None:
    outside = committed.parent / "outside"
    outside.mkdir()
    (committed / "customers/evil").symlink_to(outside)
    (committed / "customers/hooks").symlink_to(committed / ".git/hooks")

    for customer in ("evil", "hooks"):
        with pytest.raises(OutsideWorkspace):
            apply(committed, change(write_new(f"customers/{customer}/profile.md")), commit=True)

    assert list(outside.iterdir()) == []


def test_a_link_is_not_replaced_by_a_file(committed: Path) -> None:
    link = committed / "customers/acme/twin.md"
    link.symlink_to(committed / ACME)

    with pytest.raises(IsLink):
        apply(committed, change(write(committed, "customers/acme/twin.md", "x\n")), commit=True)

    assert link.is_symlink()


def test_what_an_editor_saves_while_files_are_made_safe_is_not_lost(
    committed: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, head = os.fsync, git("rev-parse", "HEAD")

    def saving(handle: int) -> None:
        (committed / ACME).write_text("a person's words\n")
        real(handle)

    monkeypatch.setattr(os, "fsync", saving)
    with pytest.raises(ChangedMeanwhile):
        apply(committed, some_change(committed), commit=True)

    assert (committed / ACME).read_text() == "a person's words\n"
    assert git("status", "--porcelain") == f" M {ACME}\n"
    assert git("rev-parse", "HEAD") == head


@pytest.mark.parametrize("moment", ["before", "after"])
def test_what_an_editor_adds_around_the_replacing_of_a_file_is_not_lost(
    committed: Path, git: Git, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    real, head = Path.replace, git("rev-parse", "HEAD")
    text = (committed / ACME).read_text()

    def replacing(aside: Path, full: Path) -> Path:
        if full != committed / ACME or aside.name.endswith("-old"):
            return real(aside, full)
        with full.open("a") as editor:  # opened before, so what it saves gets into the old file
            if moment == "before":
                editor.write("a person's words\n")
                editor.flush()
            replaced = real(aside, full)
            if moment == "after":
                editor.write("a person's words\n")
        return replaced

    monkeypatch.setattr(Path, "replace", replacing)
    with pytest.raises(ChangedMeanwhile):
        apply(committed, some_change(committed), commit=True)

    assert (committed / ACME).read_text() == f"{text}a person's words\n"
    assert git("status", "--porcelain") == f" M {ACME}\n"
    assert git("rev-parse", "HEAD") == head
    assert not list(committed.rglob(".crm-writing-*"))


def test_an_act_is_made_again_when_another_one_changed_its_file(
    committed: Path, tree: Tree, git: Git
) -> None:
    wanted = change(write(committed, ACME, "one\n"))
    tree({ACME: "zero\n"})

    applied = apply(
        committed,
        wanted,
        commit=True,
        again=lambda: change(write(committed, ACME, (committed / ACME).read_text() + "one\n")),
    )

    assert [each.after for each in applied.writes] == [b"zero\none\n"]
    assert git("show", f"HEAD:{ACME}") == "zero\none\n"


def test_a_secret_in_an_act_made_again_is_refused(committed: Path, tree: Tree) -> None:
    wanted = change(write(committed, ACME, "one\n"))
    tree({ACME: "zero\n"})
    token = "ghp_" + "a1B2" * 10

    with pytest.raises(SecretFound):
        apply(committed, wanted, commit=True, again=lambda: change(write(committed, ACME, token)))
    assert (committed / ACME).read_text() == "zero\n"


def test_an_act_made_again_may_have_nothing_left_to_do(committed: Path, tree: Tree) -> None:
    wanted = change(write(committed, ACME, "one\n"))
    tree({ACME: "one\n"})

    applied = apply(committed, wanted, commit=True, again=lambda: change())

    assert (applied.commit, applied.writes) == (None, ())


def test_a_queue_that_moves_is_waited_in_for_longer(
    committed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = []

    def taken(self: FileLock) -> None:
        waits.append(self.timeout)
        holder = committed / ".git/crmkb/lock-holder"
        holder.write_text(f"process {min(len(waits), 3)}")
        raise Timeout(self.lock_file)

    monkeypatch.setattr(FileLock, "acquire", taken)
    with pytest.raises(Locked, match="is locked by process 3"):
        apply(committed, some_change(committed), commit=True)

    assert waits == [5.0] * 4
