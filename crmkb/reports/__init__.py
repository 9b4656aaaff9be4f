"""Reports: a Markdown template with SQL in its front matter, rendered into `reporting/`.

`definition` reads them, `run` asks the index, `sandbox` gives templates their words (`filters`,
`tables`, `pictures`), `render` makes the page, `plan` the change that writes it, `check` tells
stale pages and pages edited by hand.
"""

from __future__ import annotations

from crmkb.reports.check import check
from crmkb.reports.definition import BadReport, Definition, find, names
from crmkb.reports.plan import change_of, pages, plan
from crmkb.reports.render import Page, render

__all__ = [
    "BadReport",
    "Definition",
    "Page",
    "change_of",
    "check",
    "find",
    "names",
    "pages",
    "plan",
    "render",
]
