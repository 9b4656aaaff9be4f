"""A small workspace for the tests of reading; its day is 2026-11-20."""

from __future__ import annotations

DAY = "--as-of=2026-11-20"

SAMPLE = {
    "customers/acme/profile.md": (
        "---\nname: Acme Corporation\nstatus: active\ntier: enterprise\nowner: ana\n"
        "region: nordics\nscore: 8\nzip: 02142\naliases:\n  - ACME Inc\n---\n"
        "# Acme\n\nThey freight **fish** from Tromsø.\n"
    ),
    "customers/bolt/profile.md": (
        "---\nname: bolt\nstatus: prospect\nowner: ben\nscore: 50\nregion: alps\n---\n"
    ),
    "customers/old/profile.md": (
        "---\nname: Old Mill\nstatus: churned\nowner: ana\narchived: 2026-01-05\n---\n"
    ),
    "customers/acme/relationships/jane-roe.md": (
        "---\nname: Jane Roe\nrole: champion\nemails:\n  - jane@acme.example\n  - j@acme.example\n"
        "primary: true\n---\n"
    ),
    "customers/acme/deals/platform.md": (
        "---\nname: Platform\nstage: negotiation\namount: 50000\ncurrency: USD\n"
        "opened: 2026-09-01\nclose_date: 2026-11-01\nowner: ana\nstage_history:\n"
        "  - 2026-09-01 discovery\n  - 2026-11-10 negotiation\n---\n"
        "- [ ] Send the quote @ana due:2026-11-19\n- [x] Call back @ben done:2026-11-12\n"
    ),
    "customers/acme/deals/renewal.md": (
        "---\nname: Renewal\nstage: discovery\namount: 1200.50\nclose_date: 2027-01-31\n"
        "owner: ben\nopened: 2026-10-01\n---\n"
    ),
    "customers/bolt/deals/renewal.md": "---\nname: Renewal\nstage: closed_lost\n---\n",
    "customers/old/deals/mill.md": "---\nname: Mill\nstage: discovery\namount: 7\n---\n",
    "customers/acme/interactions/2026-11-18-1430-call-pricing-review.md": (
        "---\ndate: 2026-11-18T14:30:00\ntype: call\nsubject: Pricing review\nthem:\n"
        "  - jane-roe\nsentiment: positive\ndeal: platform\n---\n"
        "Jane finds the *price* high.\n\n- [ ] Think of a discount @jane-roe\n"
        "- [ ] Ring her @ben due:2026-11-20\n"
    ),
    "customers/acme/interactions/2026-11-25-1000-meeting-terms.md": (
        "---\ndate: 2026-11-25T10:00:00\ntype: meeting\nsubject: Terms\n---\n"
    ),
    "knowledge_base/objection_handling/too-expensive.md": (
        "---\ntitle: It is too expensive\ntopics:\n  - pricing\n---\nSpeak of value.\n"
    ),
}
