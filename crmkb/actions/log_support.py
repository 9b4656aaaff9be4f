"""Log a support case."""

from __future__ import annotations

from crmkb.actions._log import ask_which_deal, plan_for

PANEL = "Record"

plan = plan_for(
    "support",
    "Log a support case.",
    'crm log-support acme "Exports time out" --severity high --direction inbound',
)
wanted = ask_which_deal
