"""The closed sets of words that front matter and commands share.

They are separate from the models so that completion can offer them without loading Pydantic.
"""

from __future__ import annotations

from typing import Literal

Status = Literal["prospect", "pilot", "active", "inactive", "churned"]
Tier = Literal["enterprise", "growth", "startup"]
ContractPeriod = Literal["month", "quarter", "year"]

Role = Literal["champion", "influencer", "economic_buyer", "user", "blocker"]
Influence = Literal["high", "medium", "low"]
Sentiment = Literal["very_negative", "negative", "neutral", "positive", "very_positive"]

InteractionType = Literal[
    "call", "email", "meeting", "demo", "slack", "support", "purchase", "note"
]
Direction = Literal["inbound", "outbound"]
Severity = Literal["critical", "high", "medium", "low"]

DealKind = Literal["new", "expansion", "renewal"]

CLOSED_WON = "closed_won"
CLOSED_LOST = "closed_lost"
