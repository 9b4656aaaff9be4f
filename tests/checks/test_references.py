"""Names in files: people of ours, contacts, deals, parents, competitors."""

from __future__ import annotations

import pytest

from tests.checks.conftest import Found

ACME = {
    "customers/acme/profile.md": "---\nname: Acme\naliases: [Acme Ltd]\n---\n",
    "customers/acme/relationships/bob-smith.md": (
        "---\nname: Bob Smith\naliases: [Bobby]\nemails: [bob@acme.example]\n---\n"
    ),
    "customers/acme/deals/platform.md": "---\nname: The platform\nstage: discovery\n---\n",
    "customers/other/profile.md": "---\nname: Other\n---\n",
    "customers/other/relationships/zoe.md": "---\nname: Zoe\n---\n",
}
CALL = "customers/acme/interactions/2026-11-18-1000-call-x.md"
CALL_HEAD = "---\ndate: 2026-11-18T10:00:00\ntype: call\nsubject: X\n"


def call(lines: str) -> dict[str, str | bytes]:
    return {**ACME, CALL: f"{CALL_HEAD}{lines}---\n"}


def test_right_names_are_no_findings(found: Found) -> None:
    assert found(call("us:\n  - ana\nthem:\n  - bob-smith\ndeal: platform\n")) == []


@pytest.mark.parametrize(
    "lines, place, message, hint",
    [
        ("us: [ana, bo]\n", 5, "us: 'bo' is not in the team", "write one of ana, ben, or add"),
        ("us:\n  - ana\n  - bne\n", 7, "us: 'bne' is not in the team", "did you mean ben?"),
        ("us:\n  - Ana Ruiz\n", 6, "us: 'Ana Ruiz' is not in the team", "write ana"),
        ("us: ben@northbeam.example\n", 5, "us: 'ben@northbeam.example' is", "write ben"),
        ("them:\n  - bob\n", 6, "them: 'bob' is no contact of acme", "did you mean bob-smith?"),
        ("them:\n  - Bobby\n", 6, "them: 'Bobby' is no contact of acme", "write bob-smith"),
        ("them: bob@acme.example\n", 5, "them: 'bob@acme.example' is no", "write bob-smith"),
        ('them: "[[bob-smith|Bob]]"\n', 5, "them: '[[bob-smith|Bob]]' is", "write bob-smith"),
        ("them: zoe\n", 5, "them: 'zoe' is no contact of acme", "write one of bob-smith, or: crm"),
        ("deal: The platform\n", 5, "deal: 'The platform' is no deal", "write platform"),
        ("deal: acme/platform\n", 5, "deal: 'acme/platform' is no deal", "write platform"),
        ("deal: plattform\n", 5, "deal: 'plattform' is no deal", "did you mean platform?"),
        ("deal: ../x\n", 5, "deal: '../x' is no deal of acme", "write one of platform, or: crm"),
    ],
)
def test_an_unknown_name_in_an_interaction_is_told(
    found: Found, lines: str, place: int, message: str, hint: str
) -> None:
    said, advice = found(call(lines))
    assert said.startswith(f"{CALL}:{place}: {message}")
    assert advice.startswith(hint)


@pytest.mark.parametrize(
    "path, content, message, hint",
    [
        (
            "customers/acme/deals/y.md",
            "---\nname: Y\nstage: discovery\nowner: carl\ncontacts:\n  - bob-smith\n  - zoe\n---\n",
            ":4: owner: 'carl' is not in the team",
            "write one of ana, ben",
        ),
        (
            "customers/acme/relationships/jo.md",
            "---\nname: Jo\nreports_to: boss\n---\n",
            ":3: reports_to: 'boss' is no contact of acme",
            "write one of bob-smith, jo",
        ),
        (
            "customers/third/profile.md",
            "---\nname: Third\nowner: ana\ncsm: Benn\nparent: Acme Ltd\n---\n",
            ":4: csm: 'Benn' is not in the team",
            "did you mean ben?",
        ),
    ],
)
def test_an_unknown_name_in_another_record_is_told(
    found: Found, path: str, content: str, message: str, hint: str
) -> None:
    said, advice, *_ = found({**ACME, path: content})
    assert said == f"{path}{message}"
    assert advice.startswith(hint)


def test_a_parent_is_named_by_its_folder(found: Found) -> None:
    third = "---\nname: Third\nparent: Acme Ltd\n---\n"
    assert found({**ACME, "customers/third/profile.md": third}) == [
        "customers/third/profile.md:3: parent: 'Acme Ltd' is no customer",
        "write acme",
    ]


def test_a_contact_whose_file_is_broken_is_there_all_the_same(found: Found) -> None:
    files = call("them: [bob-smith]\n")
    files["customers/acme/relationships/bob-smith.md"] = "---\nname: [\n---\n"
    said, _ = found(files)
    assert said.startswith("customers/acme/relationships/bob-smith.md:3: ")


def test_without_a_team_nobody_is_unknown(found: Found) -> None:
    profile = "---\nname: Acme\nowner: someone\n---\n\n- [ ] Ask @somebody\n"
    files = {"crm.toml": "[workspace]\n", "customers/acme/profile.md": profile}
    assert found(files) == []


ARTICLE = {"knowledge_base/competitor_analysis/streamhutch.md": "---\ntitle: StreamHutch\n---\n"}


@pytest.mark.parametrize(
    "name, hint",
    [("StreamHutch", "write streamhutch"), ("streamhuch", "did you mean streamhutch?")],
)
def test_a_competitor_spelt_otherwise_than_its_article_is_told(
    found: Found, name: str, hint: str
) -> None:
    deal = f"---\nname: Y\nstage: discovery\ncompetitors:\n  - {name}\n---\n"
    assert found({**ACME, **ARTICLE, "customers/acme/deals/y.md": deal}) == [
        f"customers/acme/deals/y.md:5: competitors: {name!r} is not how the article calls"
        " this competitor",
        hint,
    ]


def test_a_competitor_without_an_article_is_no_finding(found: Found) -> None:
    deal = "---\nname: Y\nstage: discovery\ncompetitors: [streamhutch, somebody-new]\n---\n"
    assert found({**ACME, **ARTICLE, "customers/acme/deals/y.md": deal}) == []


def test_who_answered_is_a_contact_of_the_customer(found: Found) -> None:
    answers = "date,contact,score\n2026-10-01,bob-smith,9\n2026-10-02,,8\n2026-10-03,Bobby,7\n"
    nps = "customers/acme/context/nps.csv"
    assert found({**ACME, nps: answers + "2026-10-04,zoe,6\n"}) == [
        f"{nps}:4: contact: 'Bobby' is no contact of acme",
        "write bob-smith",
        f"{nps}:5: contact: 'zoe' is no contact of acme",
        "write one of bob-smith, or: crm new-contact acme …",
    ]
