"""Log a Slack conversation."""

from __future__ import annotations

from crmkb.actions._log import NOT_SUPPORT, ask_which_deal, plan_for

PANEL = "Record"

plan = plan_for(
    "slack",
    "Log a Slack conversation.",
    'crm log-slack acme "Shared channel: rate limits" --sentiment neutral',
    without=NOT_SUPPORT,
)
wanted = ask_which_deal
