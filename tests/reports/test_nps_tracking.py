"""NPS by month, tier and CSM, comments, and who did not answer."""

from __future__ import annotations

import pytest

from tests.conftest import Crm, Tree
from tests.reports.asked import DAY, EVIL, answers, page, picked, record, wrongs_of

HEAD = "date,contact,score,comment\n"
FILES = {
    "customers/acme/profile.md": record(name="Acme", status="active", tier="growth", csm="ana"),
    "customers/acme/relationships/jane.md": record(name="Jane Roe"),
    "customers/acme/context/nps.csv": (
        f"{HEAD}2026-09-01,jane,10,Splendid\n2026-11-02,jane,6,Slow\n2026-11-02,bob,,\n"
        "2026-11-30,jane,0,Tomorrow\n"
    ),
    "customers/bolt/profile.md": record(name="Bolt", status="churned"),
    "customers/bolt/context/nps.csv": f"{HEAD}2026-11-03,,9,\n2026-11-04,,8,\n2025-01-05,,0,Old\n",
    "customers/gone/profile.md": record(name="Gone", archived="2026-01-01"),
    "customers/gone/context/nps.csv": f"{HEAD}2026-11-03,,0,\n",
}


def test_the_score_is_promoters_less_detractors_of_those_who_answered(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    [total] = answers(crm, "nps_tracking")["total"]
    # 10 and 9 promote, 6 and 0 detract, 8 is passive: (2 - 2) / 5.
    assert picked(total, "asked answered promoters passives detractors nps") == (6, 5, 2, 1, 2, 0)
    assert picked(total, "nps_90 answered_90 customers") == (25, 4, 2)


def test_months_tiers_and_csms(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    found = answers(crm, "nps_tracking")
    columns = "nps answers promoters passives detractors not_answered"
    assert {row["month"]: picked(row, columns) for row in found["months"]} == {
        "2025-01": (-100, 1, 0, 0, 1, 0),
        "2026-09": (100, 1, 1, 0, 0, 0),
        "2026-11": (0, 3, 1, 1, 1, 1),
    }
    assert [picked(row, "tier nps answers") for row in found["tiers"]] == [
        *(("growth", 0, 2), ("no tier", 0, 3)),
    ]
    assert [picked(row, "csm nps") for row in found["csms"]] == [("Ana Ruiz", 0), ("No CSM", 0)]


def test_comments_detractors_and_silence_are_named(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    found = answers(crm, "nps_tracking")
    assert [row["comment"] for row in found["comments"]] == ["Slow", "Splendid", "Old"]
    assert [picked(row, "contact score") for row in found["unhappy"]] == [("Jane Roe", 6)]
    assert [picked(row, "contact waiting") for row in found["silent"]] == [("bob", 18)]


def test_since_leaves_out_what_was_before(tree: Tree, crm: Crm) -> None:
    tree(FILES)
    [total] = answers(crm, "nps_tracking", *DAY, "--since", "2026-11-01")["total"]
    assert picked(total, "answered nps") == (3, 0)


def test_the_formula_of_reichheld_on_a_round_number(tree: Tree, crm: Crm) -> None:
    lines = [
        f"2026-11-01,p{n},{score}," for n, score in enumerate([10] * 86 + [7] * 73 + [0] * 240)
    ]
    tree(
        {
            "customers/acme/profile.md": record(name="Acme", status="active"),
            "customers/acme/context/nps.csv": HEAD + "\n".join(lines) + "\n",
        }
    )
    assert (
        "NPS is **-38.6** on 20 Nov 2026: 86 promoters, 73 passives and\n240 detractors of 399"
        in (page(crm, "nps_tracking"))
    )


@pytest.mark.parametrize(
    "files, told",
    [
        ({}, "**Nobody was asked as of 20 Nov 2026.**"),
        (
            {"customers/acme/context/nps.csv": f"{HEAD}2026-11-01,jane,,\n"},
            "1 person was asked by 20 Nov 2026, and nobody answered yet.",
        ),
    ],
)
def test_an_empty_page_says_so(tree: Tree, crm: Crm, files: dict[str, str], told: str) -> None:
    tree(files)
    assert told in page(crm, "nps_tracking")


def test_names_break_nothing(tree: Tree, crm: Crm) -> None:
    quoted = EVIL.replace('"', '""')
    root = tree(
        {
            "customers/evil/profile.md": record(name=f"'{EVIL}'", csm=f"'{EVIL}'"),
            "customers/evil/context/nps.csv": f'{HEAD}2026-11-01,"{quoted}",3,"{quoted}"\n',
        }
    )
    assert wrongs_of(crm, root, "nps_tracking") == []
