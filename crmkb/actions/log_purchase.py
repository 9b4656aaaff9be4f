"""Log a purchase."""

from __future__ import annotations

from crmkb.actions._log import NOT_SUPPORT, ask_which_deal, plan_for

PANEL = "Record"

plan = plan_for(
    "purchase",
    "Log a purchase.",
    'crm log-purchase acme "20 more seats" --outcome "Order 4711"',
    without=NOT_SUPPORT,
)
wanted = ask_which_deal
