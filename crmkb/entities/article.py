"""An article: any Markdown page of `knowledge_base/`."""

from __future__ import annotations

from typing import ClassVar

from crmkb.entities._entity import Entity, Texts


class Article(Entity):
    """What we know beyond one customer; its folder tells what it is about."""

    noun: ClassVar = "article"
    plural: ClassVar = "articles"
    pattern: ClassVar = "knowledge_base/**.md"
    heading_key: ClassVar = "title"

    title: str
    topics: Texts = []
