"""An interaction: `customers/<customer>/interactions/2026-11-20-1430-call-pricing-review.md`."""

from __future__ import annotations

from typing import ClassVar

from crmkb.schema.choices import Direction, InteractionType, Sentiment, Severity
from crmkb.schema.fields import Moment, Texts, Whole
from crmkb.schema.pydantic_model import Entity


class Interaction(Entity):
    """An event between a customer and us; `duration` is in minutes."""

    noun: ClassVar = "interaction"
    plural: ClassVar = "interactions"
    pattern: ClassVar = "customers/*/interactions/*.md"
    heading_key: ClassVar = "subject"

    date: Moment
    type: InteractionType
    subject: str
    direction: Direction | None = None
    us: Texts = []
    them: Texts = []
    sentiment: Sentiment | None = None
    outcome: str | None = None
    duration: Whole | None = None
    deal: str | None = None
    topics: Texts = []
    external_id: str | None = None
    severity: Severity | None = None
    resolved: Moment | None = None
