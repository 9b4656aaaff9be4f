"""An article: any Markdown page of `knowledge_base/`."""

from __future__ import annotations

from typing import ClassVar

from crmkb.schema.fields import Texts
from crmkb.schema.pydantic_model import Entity


class Article(Entity):
    """Knowledge that is not about one customer; the folder shows the subject."""

    noun: ClassVar = "article"
    plural: ClassVar = "articles"
    pattern: ClassVar = "knowledge_base/**.md"
    heading_key: ClassVar = "title"

    title: str
    topics: Texts = []
