"""Check that currencies are valid codes and have a rate, which sums of amounts need."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from crmkb.checks._locate import at_key, texts
from crmkb.checks._suggestions import replaced
from crmkb.checks._toml_lines import line_of
from crmkb.config.toml_values import FILE_NAME
from crmkb.errors import Problem
from crmkb.store.markdown import Edit
from crmkb.values.money import BadAmount, read_currency_amount
from crmkb.workspace import Workspace
from crmkb.workspace.record import Record

KEYS = {"deal": "currency", "customer": "contract_currency"}

_WITHOUT_RATE = """
SELECT path, '{key}', {key} FROM {noun}s WHERE {key} NOT IN (SELECT currency FROM rates)
"""


def check(workspace: Workspace) -> Iterator[Problem]:
    """Yield invalid codes, and each currency without a rate with the number of its records."""
    used: Counter[str] = Counter()
    for noun, key in KEYS.items():
        for path, _, code in texts(workspace, _WITHOUT_RATE.format(key=key, noun=noun)):
            known = _code(code)
            if known == code:
                used[code] += 1
            else:
                hint = f"write {known or 'three letters, such as EUR'}"
                message = f"{code!r} is not a currency code"
                yield at_key(workspace, path, key, message, hint)
    for code, count in used.items():
        records = "1 record" if count == 1 else f"{count} records"
        message = f"no rate for {code}, the currency of {records}"
        hint = f"write what one {code} is worth in {workspace.config.currency}: {code} = …"
        yield Problem(FILE_NAME, line_of(workspace, "rates"), "rates", message, hint)


def fix(_workspace: Workspace, record: Record) -> Iterator[Edit]:
    """Yield the edit that replaces a currency sign or lower case by the code."""
    if key := KEYS.get(record.kind.noun):
        yield from replaced(record, key, lambda text: "" if _code(text) == text else _code(text))


def _code(text: str) -> str:
    """Return the code of a currency in any spelling, or "" if it is unknown."""
    try:
        return read_currency_amount(f"1 {text}")[1]
    except BadAmount:
        return ""
