"""Read a header with the YAML parser, through python-frontmatter and a loader without types.

Used for headers that `fast_header.py` cannot read. `yaml_errors.py` translates errors.
"""

from __future__ import annotations

from typing import Any

import frontmatter
import yaml
from frontmatter.default_handlers import YAMLHandler

from crmkb.store.markdown.errors import Unreadable, line_at
from crmkb.store.markdown.positions import LOADER
from crmkb.store.markdown.yaml_errors import not_yaml

Fields = dict[str, Any]

DEEPEST = 20
# Only aliases can give a header more values than characters; this many more are allowed.
_ALIAS_ALLOWANCE = 10_000
# With fewer marks that open a level on one line, no parser fails; libyaml crashes the process at
# about 20,000 levels.
_HARMLESS_MARKS = 500


def read_yaml(header: str) -> tuple[Fields, dict[str, int]]:
    """Return the fields of a header, and the line of the second occurrence of each repeated key."""
    handler = _Header()
    fields, _ = frontmatter.parse(f"---\n{header}---", handler=handler)
    return fields, handler.duplicates


class _Header(YAMLHandler):
    """A python-frontmatter handler that uses our loader."""

    def __init__(self) -> None:
        super().__init__()
        self.duplicates: dict[str, int] = {}

    def split(self, text: str) -> tuple[str, str]:
        """Return the header between the fences that `parse` puts around it."""
        return text[4:-3], ""

    def load(self, fm: str, **_: object) -> Fields:
        """Return the fields of a header as text; raise `Unreadable`."""
        try:
            _refuse_deep(fm)
            root = yaml.compose(fm, Loader=LOADER)
        except yaml.YAMLError as error:
            raise not_yaml(fm, error) from error
        except RecursionError:
            raise _too_deep(2) from None
        if root is None:
            return {}
        if not isinstance(root, yaml.MappingNode):
            line = line_at(fm, root.start_mark.index)
            raise Unreadable(line, "the front matter is not 'key: value' lines", "name its keys")
        return _Texts(fm, self.duplicates).mapping(root, 1)


class _Texts:
    """Converts YAML nodes into strings, lists and mappings."""

    def __init__(self, header: str, duplicates: dict[str, int]) -> None:
        self.header = header
        self.duplicates = duplicates
        self.allowance = len(header) + _ALIAS_ALLOWANCE

    def mapping(self, node: yaml.MappingNode, depth: int) -> Fields:
        self.count(node, depth)
        fields: Fields = {}
        for key, value in node.value:
            if type(key) is not yaml.ScalarNode:
                raise self.bad_key(key)
            if key.value in fields and depth == 1:
                self.duplicates.setdefault(key.value, self.line(key))
            fields[key.value] = (
                value.value if type(value) is yaml.ScalarNode else self.value(value, depth + 1)
            )
        return fields

    def value(self, node: yaml.Node, depth: int) -> Any:
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, depth)
        if isinstance(node, yaml.SequenceNode):
            self.count(node, depth)
            return [
                item.value if type(item) is yaml.ScalarNode else self.value(item, depth + 1)
                for item in node.value
            ]
        return node.value

    def count(self, node: yaml.CollectionNode, depth: int) -> None:
        if depth > DEEPEST:
            raise _too_deep(self.line(node))
        self.allowance -= len(node.value)
        if self.allowance < 0:
            raise Unreadable(self.line(node), "too many aliases ('*')", "write the values out")

    def bad_key(self, key: yaml.Node) -> Unreadable:
        index = key.start_mark.index
        if self.header[index - 1 : index + 1] == "{{" or self.header.startswith("{{", index):
            return Unreadable(self.line(key), "an unquoted '{{'", "put the value in quotes")
        return Unreadable(self.line(key), "a key that is no text", "write it as 'key: value'")

    def line(self, node: yaml.Node) -> int:
        return line_at(self.header, node.start_mark.index)


def _refuse_deep(header: str) -> None:
    """Raise `Unreadable` for nesting that would exhaust the parser's stack."""
    if sum(map(header.count, "[{-?")) < _HARMLESS_MARKS:
        return
    depth = 0
    for event in yaml.parse(header, Loader=LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            raise _too_deep(line_at(header, event.start_mark.index if event.start_mark else 0))


def _too_deep(line: int) -> Unreadable:
    return Unreadable(line, f"lists and mappings are nested deeper than {DEEPEST}", "flatten them")
