from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from crmkb.config.toml_values import BadConfig
from crmkb.errors import AlreadyExists, BrokenFile, Exit, NotFound
from crmkb.store.files.locate import NotAWorkspace
from crmkb.store.files.safe_paths import OutsideWorkspace
from crmkb.store.templating.templates import TemplateFailed
from crmkb.workspace import Workspace
from crmkb.workspace.record import WrongValue
from tests.conftest import Git, Tree
from tests.workspace.conftest import ACME, NOW, Open

TEMPLATE = "---\n{{ front_matter }}\n---\n# {{ name }} ({{ today }}, {{ why }})\n"


def test_it_is_found_from_any_folder_below(committed: Path) -> None:
    assert Workspace.open(committed / "customers/acme/deals", NOW).root == committed
    with pytest.raises(NotAWorkspace) as caught:
        Workspace.open(committed.parent, NOW)
    assert caught.value.exit_code == Exit.NOT_FOUND


def test_its_day_is_that_of_its_time_zone(committed: Path) -> None:
    late = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)

    workspace = Workspace.open(committed, late)

    assert workspace.now == datetime(2026, 11, 21, 0, 30)
    assert workspace.today == date(2026, 11, 21)
    assert Workspace.open(committed, late, lambda today: today.replace(day=1)).today.day == 1


def test_it_knows_who_runs_the_command(opened: Open, git: Git) -> None:
    assert opened().me == "ana"

    git("config", "user.email", "BEN@northbeam.example")
    assert opened().me == "ben"

    git("config", "user.email", "guest@elsewhere.example")
    assert opened().me == ""


@pytest.mark.parametrize(
    "data, words",
    [
        (b"[workspace\n", "crm.toml: not valid TOML: "),
        (b"[workspace]\nname = 'Z\xfcrich'\n", "crm.toml: line 2 is not UTF-8 text"),
    ],
)
def test_broken_settings_are_told(committed: Path, tree: Tree, data: bytes, words: str) -> None:
    tree({"crm.toml": data})

    with pytest.raises(BadConfig) as caught:
        Workspace.open(committed, NOW)

    assert caught.value.message.startswith(words)


def test_settings_may_begin_with_a_byte_order_mark(committed: Path, tree: Tree) -> None:
    tree({"crm.toml": b"\xef\xbb\xbf[workspace]\r\ncurrency = 'USD'\r\n"})

    assert Workspace.open(committed, NOW).config.currency == "USD"


def test_a_record_is_read_by_its_path(opened: Open) -> None:
    assert opened().read(ACME).name == "Acme"


@pytest.mark.parametrize("path", ["customers/none/profile.md", "crm.toml", "notes.txt"])
def test_what_is_no_record_is_not_found(opened: Open, path: str) -> None:
    with pytest.raises(NotFound):
        opened().read(path)


@pytest.mark.parametrize("path", ["../x/profile.md", "/etc/passwd", ".git/config"])
def test_nothing_outside_is_read(opened: Open, path: str) -> None:
    with pytest.raises(OutsideWorkspace):
        opened().read_bytes(path)


def test_nothing_is_read_through_a_link_that_leads_out(committed: Path, opened: Open) -> None:
    secret = committed.parent / "secret.md"
    secret.write_text("---\nname: Secret\n---\n")
    (committed / "customers/evil").mkdir()
    (committed / "customers/evil/profile.md").symlink_to(secret)

    with pytest.raises(OutsideWorkspace):
        opened().customer("evil")


def test_an_unreadable_record_is_told_with_its_line(opened: Open, tree: Tree) -> None:
    tree({ACME: "---\nname: Acme\n\tstatus: active\n---\n"})

    with pytest.raises(BrokenFile, match=f"{ACME}:3: a tab"):
        opened().customer("acme")


def test_a_new_record_is_rendered_from_the_workspaces_template(opened: Open, tree: Tree) -> None:
    tree({"templates/x.md": TEMPLATE})
    fields: dict[str, str | list[str]] = {
        "tags": ["a"],
        "owner": "ana",
        "region": "North",
        "name": "Globex",
    }

    write = opened().create("customer", "customers/globex/profile.md", fields, "x.md", why="new")

    assert write.before is None
    assert write.after == (
        b"---\nname: Globex\nowner: ana\ntags:\n  - a\nregion: North\n---\n"
        b"# Globex (2026-11-20, new)\n"
    )


def test_a_new_record_does_not_take_the_place_of_another_one(opened: Open) -> None:
    with pytest.raises(AlreadyExists) as caught:
        opened().create("customer", ACME, {"name": "Acme"}, "customer_profile_template.md")

    assert caught.value.exit_code == Exit.CONFLICT
    assert ACME in caught.value.message


def test_a_new_record_holds_no_wrong_value(opened: Open) -> None:
    fields = {"name": "X", "status": "sleepy"}
    with pytest.raises(WrongValue, match="status: 'sleepy' is not one of"):
        opened().create("customer", "customers/x/profile.md", fields, "x.md")


def test_a_broken_template_is_told_with_its_line(opened: Open, tree: Tree) -> None:
    tree({"templates/x.md": TEMPLATE})

    with pytest.raises(TemplateFailed, match=r"templates/x\.md:4: 'why' is undefined"):
        opened().create("customer", "customers/x/profile.md", {"name": "X"}, "x.md")


def test_nothing_is_wrong_with_a_name_that_is_too_long(opened: Open) -> None:
    assert not opened().exists(f"customers/{'x' * 300}/profile.md")
