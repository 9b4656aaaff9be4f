"""docs/metrics.md tells what each figure means, and its examples come out as they are told there.

To add a formula, add a section there; nothing has to be added here. It has

- four paragraphs that begin `**Definition.**`, `**Formula.**`, `**Source.**` and `**Example.**`
  (`**Another example.**` may follow). An example says its day, `As of 2026-11-20`, if it matters;
- the files: a table whose first column is `file`, with a row for each record (`acme/deals/one` is
  customers/acme/deals/one.md, the other columns are its keys, `; ` divides a list, an empty cell is
  no key), and fenced blocks with the path beside the language: ```` ```csv customers/… ````;
- a block ```` ```text by hand ````: each line is a sum and its result, `won: 100 * 3 / 4 = 75`;
- a block ```` ```sql ```` that asks the product, and below it the table it answers: the headings
  are the columns, numbers are compared to the decimals that are written, `–` is NULL.
"""

from __future__ import annotations

import re

import pytest

from crmkb.store.sql import safe_sql
from crmkb.workspace import Workspace
from tests.conftest import Tree
from tests.metrics.documented import DOCUMENT, PARTS, Example, examples, same, sections, worked_out
from tests.metrics.opening import opened

TEXT = DOCUMENT.read_text(encoding="utf-8")
EXAMPLES = list(examples(TEXT))


@pytest.mark.parametrize("name", sections(TEXT))
def test_every_formula_is_told_whole(name: str) -> None:
    lines = sections(TEXT)[name]
    assert [
        part for part in PARTS if not any(line.startswith(f"**{part}.**") for line in lines)
    ] == []
    assert name in {example.section for example in EXAMPLES}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.section)
def test_what_is_reckoned_by_hand_is_reckoned_well(example: Example) -> None:
    assert example.sums
    for expression, result in example.sums:
        assert same(result, worked_out(expression)), f"{expression} = {result}"


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.section)
def test_the_product_comes_to_the_same(example: Example, tree: Tree) -> None:
    workspace = _workspace(example, tree)
    answered = safe_sql.run(workspace.index, example.sql)
    heads, *rows = example.answer
    assert list(answered.columns) == heads
    assert len(answered.rows) == len(rows)
    for told, row in zip(rows, answered.rows, strict=True):
        pairs = zip(heads, told, row, strict=True)
        assert [(head, cell, value) for head, cell, value in pairs if not same(cell, value)] == []


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.section)
def test_what_is_reckoned_by_hand_last_is_what_the_product_answers(example: Example) -> None:
    last = worked_out(example.sums[-1][0])
    cells = [cell for row in example.answer[1:] for cell in row]
    figures = [cell for cell in cells if re.fullmatch(r"-?[\d,]+(\.\d+)?", cell)]
    assert any(same(figure, last) for figure in figures)


def test_a_figure_told_wrongly_is_found() -> None:
    pairs: list[tuple[str, object]]
    pairs = [("-38.60", -38.5965), ("–", None), ("1,200", 1200), ("a", "a")]
    assert all(same(cell, value) for cell, value in pairs)
    pairs = [("-38.61", -38.5965), ("0", None), ("75", 75.6)]
    assert not any(same(cell, value) for cell, value in pairs)


def _workspace(example: Example, tree: Tree) -> Workspace:
    return opened(tree(example.files), example.day)
