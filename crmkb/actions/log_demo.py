"""Log a demo."""

from __future__ import annotations

from crmkb.actions._log import NOT_SUPPORT, ask_which_deal, plan_for

PANEL = "Record"

plan = plan_for(
    "demo",
    "Log a demo.",
    'crm log-demo acme "Edge gateway" --deal platform --stage technical_validation',
    without=NOT_SUPPORT,
)
wanted = ask_which_deal
