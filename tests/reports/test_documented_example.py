"""The report that docs/reports.md teaches is made, and gives the page shown there."""

from __future__ import annotations

import re
from pathlib import Path

from tests.conftest import Crm, Tree

DOCUMENT = (Path(__file__).parents[2] / "docs" / "reports.md").read_text(encoding="utf-8")
EXAMPLE = re.findall(r"^````markdown\n(.*?)^````$", DOCUMENT, re.MULTILINE | re.DOTALL)
SHOWN = re.findall(r"^```markdown\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)
FILES = {
    "templates/reports/quiet_customers.md": EXAMPLE[0],
    "customers/pipe-dream/profile.md": "---\nname: Pipe Dream\nowner: ben\n---\n",
    "customers/acme/profile.md": "---\nname: Acme\nowner: ana\n---\n",
    "customers/acme/interactions/2026-11-18-call-pricing.md": (
        "---\ndate: 2026-11-18\ntype: call\nsubject: Pricing\n---\n"
    ),
}


def test_the_example_gives_the_page_that_is_shown(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    page = crm("report", "quiet_customers", "--stdout", "--as-of", "2026-11-20").out
    body = page.partition("-->\n\n")[2].replace("\u00a0", " ")
    assert [body] == SHOWN


def test_the_error_is_the_one_that_is_shown(tree: Tree, crm: Crm) -> None:
    broken = EXAMPLE[0].replace("overview.last_touch", "overview.last_tuch")
    tree({**FILES, "templates/reports/quiet_customers.md": broken})
    error, hint = crm("report", "quiet_customers").err.splitlines()
    assert error in DOCUMENT
    shown = re.search(r"^hint: (.*)…$", DOCUMENT, re.MULTILINE)
    assert shown is not None
    assert hint.startswith(f"hint: {shown[1]}")
