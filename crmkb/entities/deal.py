"""A deal: `customers/<customer>/deals/<slug>.md`."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from pydantic import ValidationInfo, field_validator

from crmkb.schema.choices import DealKind
from crmkb.schema.fields import Amount, Day, Number, Texts, WithHint, unknown_word
from crmkb.schema.histories import (
    CloseDateChange,
    StageChange,
    close_date_changes,
    read_close_date_change,
    read_stage_change,
    stage_changes,
)
from crmkb.schema.pydantic_model import Entity


class Deal(Entity):
    """A possible sale.

    People edit `stage` and `close_date`; the histories record their changes.
    """

    noun: ClassVar = "deal"
    plural: ClassVar = "deals"
    pattern: ClassVar = "customers/*/deals/*.md"

    name: str
    stage: str
    amount: Amount | None = None
    currency: str | None = None
    probability: Number | None = None
    kind: DealKind | None = None
    opened: Day | None = None
    close_date: Day | None = None
    owner: str | None = None
    contacts: Texts = []
    competitors: Texts = []
    products: Texts = []
    reason: str | None = None
    stage_history: Texts = []
    close_date_history: Texts = []

    @field_validator("stage")
    @classmethod
    def _known_stage(cls, stage: str, info: ValidationInfo) -> str:
        stages = (info.context or {}).get("stages", ())
        if stages and stage not in stages:
            raise WithHint(*unknown_word(stage, stages))
        return stage

    @field_validator("probability")
    @classmethod
    def _chance(cls, probability: Decimal | None) -> Decimal | None:
        if probability is not None and not 0 <= probability <= 1:
            percent = f"write {probability / 100}" if 1 < probability <= 100 else None
            raise WithHint(f"{probability} is not between 0 and 1", percent)
        return probability

    @field_validator("stage_history")
    @classmethod
    def _day_and_stage(cls, items: list[str]) -> list[str]:
        for item in items:
            if read_stage_change(item) is None:
                raise ValueError(f"{item!r} is not a day and a stage such as 2026-08-14 discovery")
        return items

    @field_validator("close_date_history")
    @classmethod
    def _three_days(cls, items: list[str]) -> list[str]:
        for item in items:
            if read_close_date_change(item) is None:
                example = "2026-11-20 from 2026-10-31 to 2026-12-18"
                raise ValueError(f"{item!r} is not a move of the close date such as {example}")
        return items

    @property
    def history(self) -> list[StageChange]:
        """Return the stage changes in the order of the file, oldest first."""
        return stage_changes(self.stage_history)

    @property
    def close_date_changes(self) -> list[CloseDateChange]:
        """Return the moves of the close date in the order of the file, oldest first."""
        return close_date_changes(self.close_date_history)
