"""Write what commands print now into the documents that show it.

`python3 -m tests.write_documents`, with the names of documents to write only these. Read the
difference before you commit it: where the new output is not better than the old, the program is
wrong and not the document.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import pytest

from tests.cli_reference import REFERENCE, reference
from tests.conftest import keep_the_machine_out
from tests.documents import DATA, documents, is_played, needs_data, played
from tests.stage import ROOT


def main(names: list[str]) -> None:
    """Rewrite the documents named, or all of them."""
    wanted = [ROOT / name for name in names] or [*documents(), REFERENCE]
    for path in wanted:
        if path == REFERENCE:
            _write(path, reference())
        elif _can_play(path.read_text(encoding="utf-8")):
            _write(path, _played(path))


def _can_play(text: str) -> bool:
    return is_played(text) and (DATA.is_dir() or not needs_data(text))


def _played(path: Path) -> str:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        home = Path(folder) / "home"
        home.mkdir()
        keep_the_machine_out(patch, home)
        return played(path, Path(folder).resolve(), patch)


def _write(path: Path, text: str) -> None:
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")
        print(f"wrote {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main(sys.argv[1:])
