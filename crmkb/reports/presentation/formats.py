"""Filters that format values for reports: `{{ sum | money }}`, `{{ deal.close_date | day }}`.

Every filter returns Markdown in which texts of people are escaped. `tables`, `charts` and
`flowcharts` draw whole rows.
"""

from __future__ import annotations

from dataclasses import dataclass

from crmkb.reports.presentation import escape
from crmkb.reports.presentation.escape import Ready
from crmkb.values.dates import parse_iso_day
from crmkb.values.display import one_line, shorten
from crmkb.values.money import say_money, say_number

NOTHING = Ready("–")
_WIDEST = 80
_WHOLE_FROM = 1000
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LIGHTS = {"excellent": "🟢", "good": "🟢", "at risk": "🟡", "critical": "🔴"}
_NO_BREAK = "\u00a0"


@dataclass(frozen=True, slots=True)
class Setting:
    """The properties of the page that filters need.

    They are its folder (for links), the home currency, and the command that shows all rows.
    """

    folder: str
    currency: str
    command: str = "crm report NAME --json"


def cell(value: object) -> Ready:
    """Return a text cut to the width of a table cell."""
    words = "" if value is None else one_line(str(value))
    return escape.text(shorten(words, _WIDEST)) if words else NOTHING


def number(value: float | None, places: int = 2) -> Ready:
    """Return a number with thousands separators: 1,234.5."""
    return NOTHING if value is None else Ready(say_number(value, places))


def percent(value: float | None, places: int = 0) -> Ready:
    """Return a share, from 0 to 1, as a percentage."""
    return NOTHING if value is None else Ready(f"{say_number(100 * value, places)}%")


def days(value: int | None) -> Ready:
    """Return a number of days in words: 1 day, 12 days."""
    return NOTHING if value is None else count(value, "day")


def ago(value: int | None) -> Ready:
    """Return how long ago something was, in days: today, yesterday, 12 days ago, never."""
    match value:
        case None:
            return Ready("never")
        case 0:
            return Ready("today")
        case 1:
            return Ready("yesterday")
    return Ready(f"{days(value)}{_NO_BREAK}ago")


def count(value: int | None, noun: str, plural: str = "") -> Ready:
    """Return a count with its noun: 1 deal, 12 deals."""
    word = noun if value == 1 else plural or f"{noun}s"
    return Ready(f"{say_number(value or 0)}{_NO_BREAK}{escape.text(word)}")


def day(value: str | None) -> Ready:
    """Return an ISO day, or the day of a moment, as people write it: 27 Nov 2026."""
    found = parse_iso_day((value or "")[:10])
    if found is None:
        return cell(value)
    return Ready(f"{found.day}{_NO_BREAK}{_MONTHS[found.month - 1]}{_NO_BREAK}{found.year}")


def month(value: str | None, missing: str = "–") -> Ready:
    """Return a month such as 2026-11 as people write it: Nov 2026."""
    first = parse_iso_day(f"{value}-01")
    if first is None:
        return escape.text(value or missing)
    return Ready(f"{_MONTHS[first.month - 1]}{_NO_BREAK}{first.year}")


def money(setting: Setting, amount: float | None, currency: str | None = None) -> Ready:
    """Return an amount in a currency (default: the workspace's): EUR 50,000."""
    if amount is None:
        return NOTHING
    code = escape.text(currency or setting.currency)
    return Ready(say_money(rounded(amount), code).replace(" ", _NO_BREAK))


def change(value: float | None, size: Ready | None = None) -> Ready:
    """Return an increase or decrease: ▲ 3, ▼ 3, ±0; `size` is its formatted size."""
    if value is None:
        return NOTHING
    size = number(abs(value)) if size is None else size
    return Ready(f"{'▲' if value > 0 else '▼'}{_NO_BREAK}{size}" if value else f"±{size}")


def light(band: str | None) -> Ready:
    """Return a band with its traffic light: 🟢 good, 🟡 at risk, 🔴 critical, ⚪ unknown."""
    words = (band or "unknown").replace("_", " ")
    return Ready(f"{_LIGHTS.get(words.lower(), '⚪')}{_NO_BREAK}{cell(words)}")


def link(setting: Setting, words: object, path: str | None, line: int | None = None) -> Ready:
    """Return a link to a file of the workspace, or only the words if there is no path.

    With a line, GitHub shows the file's text at that line.
    """
    shown = cell(words)
    if not path:
        return shown
    return Ready(f"[{shown}]({escape.target(path, setting.folder, line)})")


def rounded(amount: float) -> float:
    """Return an amount rounded for display: from 1,000 on, without cents."""
    return round(amount) if abs(amount) >= _WHOLE_FROM else amount
