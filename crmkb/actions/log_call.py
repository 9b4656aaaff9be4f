"""Log a call."""

from __future__ import annotations

from crmkb.actions._log import NOT_SUPPORT, ask_which_deal, plan_for

PANEL = "Record"

plan = plan_for(
    "call",
    "Log a call.",
    'crm log-call acme "Pricing review" --them bob-smith --next "Send the quote @ana due:fri"',
    without=NOT_SUPPORT,
)
wanted = ask_which_deal
