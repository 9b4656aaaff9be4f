"""Single usage events, summed to one line of usage for each customer and day."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from crmkb.imports.mapping import CUSTOMER, ID, BadMapping, Mapping
from crmkb.schema.series import DATE
from crmkb.values.csv_table import Row

USER, EVENT = "user", "event"
"""Fields that make every row a single event: the user, and the name of the event."""


@dataclass(frozen=True, slots=True)
class Event:
    """One row: an event by a user at a customer on a day."""

    row: Row
    customer: str
    day: str
    user: str
    event: str


@dataclass(slots=True)
class Use:
    """The events of one customer and day; `elsewhere` counts those by contacts of other ones."""

    customer: str
    day: str
    rows: list[Row] = field(default_factory=list)
    users: set[str] = field(default_factory=set)
    kinds: set[str] = field(default_factory=set)
    elsewhere: int = 0

    def line(self, mapping: Mapping, *, are_users_known: bool) -> dict[str, str]:
        """Return the line of usage, without figures that the columns of the file do not give."""
        line = {DATE: self.day}
        if USER in mapping.columns:
            line["active_users"] = str(len(self.users))
        if EVENT in mapping.columns:
            line["features_used"] = str(len(self.kinds))
        line["events"] = str(len(self.rows))
        if are_users_known:
            line["events_elsewhere"] = str(self.elsewhere)
        return line


def are_events(mapping: Mapping) -> bool:
    """Return whether the rows are single events; raise `BadMapping` if they also have figures."""
    named = [name for name in (USER, EVENT) if name in mapping.columns]
    others = mapping.columns.keys() - {USER, EVENT, DATE, CUSTOMER, ID}
    if named and others:
        raise BadMapping(
            f"with {named[0]!r} rows are single events, which have no {min(others)!r}",
            "active_users, features_used and events are counted from them",
        )
    return bool(named)


def summed(events: Iterable[Event], customers_of: Callable[[str], set[str]]) -> list[Use]:
    """Return the events by customer and day; `customers_of` maps a user to their customers."""
    uses: dict[tuple[str, str], Use] = {}
    for event in events:
        key = (event.customer, event.day)
        use = uses.setdefault(key, Use(*key))
        use.rows.append(event.row)
        use.users |= {event.user} - {""}
        use.kinds |= {event.event} - {""}
        homes = customers_of(event.user)
        use.elsewhere += bool(homes) and event.customer not in homes
    return list(uses.values())
