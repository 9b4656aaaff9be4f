"""On texts that nobody of us wrote: what the search for secrets finds, and finds wrongly."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from crmkb.secret_scan.scanner import find_secrets, masked
from tests.real.importing import DATA, Real, needs_data, workspace

pytestmark = needs_data

ARCHIVE = DATA / "slack/slack-export-viewer/testarchive.zip"
TOKEN = "t=xox" + "e-0"


def texts(folder: str) -> Iterator[tuple[Path, str]]:
    for path in sorted((DATA / folder).rglob("*")):
        if path.is_file() and b"\0" not in (data := path.read_bytes()):
            yield path, data.decode("utf-8", "replace")


def shared_files() -> Iterator[dict[str, str]]:
    """Yield the files that were shared in the Slack export, whose addresses hold tokens."""
    with zipfile.ZipFile(ARCHIVE) as archive:
        for name in sorted(archive.namelist()):
            messages = json.loads(archive.read(name)) if name.endswith(".json") else []
            for message in messages if isinstance(messages, list) else []:
                if isinstance(shared := message.get("file"), dict):
                    yield shared


@pytest.fixture
def real(tmp_path: Path) -> Iterator[Real]:
    with workspace(tmp_path, '[workspace]\nname = "Northbeam"\n') as made:
        yield made


def test_the_export_holds_tokens() -> None:
    addresses = [shared.get("url_private", "") for shared in shared_files()]
    assert sum(TOKEN in address for address in addresses) == 4
    assert not any(TOKEN in masked(address) for address in addresses)


def test_no_token_of_slack_reaches_a_file_or_a_commit(real: Real, tmp_path: Path) -> None:
    columns = ("id", "name", "url_private", "url_private_download")
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    files = list(shared_files())
    writer.writerows([file.get(column, "") for column in columns] for file in files)
    table = tmp_path / "files.csv"
    table.write_text(text.getvalue())
    rejects = tmp_path / "rejects.csv"

    ran = real.crm(
        *("import", "customers", table, "--rejects", rejects, "--source", "slack"),
        *("--map", "id=id", "--map", "name=name", "--map", "url=url_private"),
        *("--map", "download=url_private_download"),
    )

    assert ran.code == 3
    assert "holds a Slack token (xoxe-…)" in ran.out
    assert rejects.read_text().count("xoxe-…") >= 8
    for path in (path for path in real.root.rglob("*") if path.is_file()):
        assert TOKEN.encode() not in path.read_bytes(), path
    assert TOKEN not in rejects.read_text() + ran.out + ran.err
    for file in files:
        note = real.crm("log-slack", "x", "Thread", "--notes", file.get("url_private", ""))
        assert TOKEN not in note.out + note.err


@pytest.mark.parametrize("folder", ["md_vaults", "email", "md_crm", "hubspot", "maven_crm"])
def test_no_false_alarm_is_raised(folder: str) -> None:
    found = [(str(path), each) for path, text in texts(folder) for each in find_secrets(text)]
    assert found == []
