"""Descriptions of the parameters of actions, queries and commands, used as annotations.

Every user interface reads them. The command line turns positional parameters into arguments and
keyword-only ones into options; completion and pickers list the choices that `choices` names. An
interface passes parsed values: a `date` for a day word, a `Decimal` for an amount.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Annotated


@dataclass(frozen=True, slots=True)
class Param:
    """The description of a parameter.

    `choices` names its list in `interface/choices.py`. With `stdin`, the value `-` reads standard
    input. An `is_written` value may also be written in the editor. When a command asks for required
    values, it also asks for the `is_usual` ones.
    """

    help: str
    choices: str = ""
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
MemberName = Annotated[str, Param("A member of your team.", "team", metavar="MEMBER")]
Day = Annotated[
    date, Param("A day: 2026-11-27, today, fri, in 3 days, eom.", choices="days", metavar="DAY")
]
Moment = Annotated[
    datetime | date,
    Param(
        "A day or a time: 2026-11-20 14:30, 'yesterday 3pm', fri.", choices="days", metavar="WHEN"
    ),
]
Money = Annotated[Decimal, Param("An amount: 50000, 50k, 1.2M.", metavar="AMOUNT")]
Limit = Annotated[int | None, Param("Show at most N.", metavar="N")]
OwnedBy = Annotated[str, Param("Only those of this owner; 'me' is you.", "team", metavar="HANDLE")]
OfCustomer = Annotated[str, Param("Only those of this customer.", "customers")]
WorkspacePath = Annotated[PurePosixPath, Param("A file or folder in the workspace.")]
Pairs = Annotated[list[str], Param("Set any other key of the record.", metavar="KEY=VALUE")]
