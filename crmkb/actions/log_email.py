"""Log an e-mail."""

from __future__ import annotations

from crmkb.actions._log import NOT_SUPPORT, ask_which_deal, plan_for

PANEL = "Record"

plan = plan_for(
    "email",
    "Log an e-mail.",
    'crm log-email acme "Security questions" --direction inbound --notes - < mail.txt',
    without=NOT_SUPPORT,
)
wanted = ask_which_deal
