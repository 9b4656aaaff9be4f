"""Log a note."""

from __future__ import annotations

from crmkb.actions._log import NOT_SUPPORT, ask_which_deal, plan_for

PANEL = "Record"

plan = plan_for(
    "note",
    "Log a note.",
    'crm log-note acme "Heard they hire a new CIO" -e',
    without=NOT_SUPPORT,
)
wanted = ask_which_deal
