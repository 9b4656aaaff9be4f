"""Log a meeting."""

from __future__ import annotations

from crmkb.actions._log import NOT_SUPPORT, ask_which_deal, plan_for

PANEL = "Record"

plan = plan_for(
    "meeting",
    "Log a meeting.",
    'crm log-meeting acme "Quarterly review" --date "tomorrow 10:00" --us ana --us ben',
    without=NOT_SUPPORT,
)
wanted = ask_which_deal
