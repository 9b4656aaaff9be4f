"""Reports: a Markdown template with SQL in its front matter, rendered into `reporting/`.

`definition` reads them, `run` asks the index, `sandbox` gives templates their words (`filters`,
`tables`, `pictures`, `flowcharts`), `narrowing` tells narrowed pages apart, `render` makes a page,
`customers` the pages of single customers, `plan` the change that writes them, `check` tells stale
pages and pages edited by hand.
"""

from __future__ import annotations

from crmkb.reports.check import check, check_customers, check_pages
from crmkb.reports.customers import customers, pages_of
from crmkb.reports.definition import CUSTOMER, BadReport, Definition, find, names, wholes
from crmkb.reports.narrowing import WHOLE, Given, expect, known_owner, takes
from crmkb.reports.plan import change_of, pages, plan
from crmkb.reports.render import Page, render

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
    "known_owner",
    "names",
    "pages",
    "pages_of",
    "plan",
    "render",
    "takes",
    "wholes",
]
