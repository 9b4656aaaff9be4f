"""What the parameters of actions and commands mean, told once in their annotations.

Every face reads them: the command line makes arguments and options of them (positional parameters
become arguments, keyword-only ones options), completion and pickers offer what `offers` names.
A face hands over values already read: a `date` for a day word, a `Decimal` for an amount.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter: `offers` names what is offered for it, `stdin` lets `-` read it from a pipe.

    `is_written` values may also be written in the editor. A person who is asked for anything is
    asked for the `is_usual` ones too.
    """

    help: str
    offers: str = ""
    metavar: str = ""
    short: str = ""
    stdin: bool = False
    is_written: bool = False
    is_usual: bool = False


CustomerName = Annotated[
    str, Param("The customer's slug, name, alias, domain, e-mail or codename.", "customers")
]
DealName = Annotated[str, Param("The deal, such as 'platform' or 'acme/platform'.", "deals")]
RecordName = Annotated[
    str, Param("The record, such as 'acme', 'acme/deals/platform' or 'bob-smith'.", "records")
]
StageName = Annotated[str, Param("The stage, such as 'negotiation'.", "stages")]
MemberName = Annotated[str, Param("One of your team.", "team", metavar="MEMBER")]
Day = Annotated[
    date, Param("A day: 2026-11-27, today, fri, in 3 days, eom.", offers="days", metavar="DAY")
]
Moment = Annotated[
    datetime | date,
    Param("When: 2026-11-20 14:30, 'yesterday 3pm', fri.", offers="days", metavar="WHEN"),
]
Money = Annotated[Decimal, Param("An amount: 50000, 50k, 1.2M.", metavar="AMOUNT")]
Pairs = Annotated[list[str], Param("Any other key of the file.", metavar="KEY=VALUE")]
