"""Shell completion: the choices of a parameter that begin with the typed text.

Completion is silent: after an error it offers nothing.
"""

from __future__ import annotations

import re
from pathlib import Path

from crmkb.config.settings import load_config
from crmkb.errors import CrmError
from crmkb.interface.choices import Choice, choices_of
from crmkb.schema.layout import CUSTOMERS
from crmkb.store.files.locate import find_workspace
from crmkb.values.display import printable

# A folder can be named `\$(…)`, and shells run or expand parts of a completed word.
_UNSAFE = re.compile(r"[\\$`\"'!;|&<>(){}\[\]*?~#\x00-\x1f\x7f]")


def completions(choices: str, incomplete: str, start: Path, customer: str = "") -> list[Choice]:
    """Return the completions of a word; `customer` is the customer typed before it, if any."""
    try:
        root = find_workspace(start)
        folder = f"{CUSTOMERS}/{customer}/" if customer else ""
        within = folder if (root / folder / "profile.md").is_file() else ""
        found = choices_of(choices, root, load_config(root), within)
    except (CrmError, OSError):
        return []
    harmless = ((value, _UNSAFE.sub(" ", words)) for value, words in found)
    return [each for each in harmless if each[0].startswith(incomplete) and not _is_unsafe(each[0])]


def _is_unsafe(value: str) -> bool:
    return bool(_UNSAFE.search(value)) or value.startswith("-") or printable(value) != value
