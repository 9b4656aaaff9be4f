"""Reports: Markdown templates with SQL in their front matter, rendered into `reporting/`.

`definition` reads the templates, `scope` handles narrowed pages, `render` runs the queries and
renders a page, and `customer_pages` renders the pages of single customers. `pages` computes the
change that writes pages, `stale_pages` finds stale and edited pages, and `presentation` holds the
filters of templates.
"""

from __future__ import annotations

from crmkb.reports.customer_pages import customers, pages_of
from crmkb.reports.definition import CUSTOMER, BadReport, Definition, find, names, wholes
from crmkb.reports.pages import change_of, pages, plan
from crmkb.reports.render import Page, render
from crmkb.reports.scope import WHOLE, Given, expect, takes
from crmkb.reports.stale_pages import check, check_customers, check_pages

__all__ = [
    "CUSTOMER",
    "WHOLE",
    "BadReport",
    "Definition",
    "Given",
    "Page",
    "change_of",
    "check",
    "check_customers",
    "check_pages",
    "customers",
    "expect",
    "find",
    "names",
    "pages",
    "pages_of",
    "plan",
    "render",
    "takes",
    "wholes",
]
