"""`crm report`: what it writes, commits, prints, and how it fails."""

from __future__ import annotations

import json
import re

import pytest

from crmkb.cli.terminal import for_terminal
from tests.conftest import Crm, Git, Tree

PAGE = "reporting/pipeline_dashboard.md"
DEAL = "customers/acme/deals/platform.md"
ACME = {
    "customers/acme/profile.md": "---\nname: Acme\n---\n",
    DEAL: "---\nname: Platform\nstage: discovery\namount: 5000\nopened: 2026-09-01\n---\n",
}
OWN = "templates/reports/own.md"
DAY = ("--as-of", "2026-11-20")


def own(sql: str = "SELECT name FROM deals", body: str = "{{ deals | table }}") -> dict[str, str]:
    return {OWN: f"---\ntitle: Our own\nqueries:\n  deals: |\n    {sql}\n---\n{body}\n"}


def test_a_report_is_written_and_committed(tree: Tree, crm: Crm, git: Git) -> None:
    root = tree(ACME)
    ran = crm("report", "pipeline_dashboard", *DAY)
    assert ran.code == 0
    assert "  created  reporting/pipeline_dashboard.md\n" in ran.out
    assert "1 open deal" in (root / PAGE).read_text(encoding="utf-8").replace("\u00a0", " ")
    assert git("log", "-1", "--format=%s") == (
        "Update report pipeline_dashboard as of 2026-11-20\n"
    )
    assert git("show", "--name-only", "--format=").split() == [PAGE]


def test_equal_bytes_make_no_commit(tree: Tree, crm: Crm, git: Git) -> None:
    tree(ACME)
    crm("report", "--all", *DAY)
    before = git("rev-parse", "HEAD")
    assert crm("report", "--all", *DAY).err == "nothing to change\n"
    assert git("rev-parse", "HEAD") == before


def test_a_change_that_moves_no_figure_leaves_the_page(tree: Tree, crm: Crm) -> None:
    root = tree(ACME)
    crm("report", "pipeline_dashboard", *DAY)
    before = (root / PAGE).read_bytes()
    tree({"customers/acme/context/notes.md": "# Notes\n", DEAL: ACME[DEAL] + "\nMore text.\n"})
    crm("report", "pipeline_dashboard", *DAY)
    assert (root / PAGE).read_bytes() == before


def test_other_line_ends_are_no_change(tree: Tree, crm: Crm) -> None:
    root = tree(ACME)
    crm("report", "pipeline_dashboard", *DAY)
    (root / PAGE).write_bytes((root / PAGE).read_bytes().replace(b"\n", b"\r\n"))
    assert crm("report", "pipeline_dashboard", *DAY).err == "nothing to change\n"
    assert crm("report", "--check").code == 0


def test_a_dry_run_writes_nothing(tree: Tree, crm: Crm) -> None:
    root = tree(ACME)
    ran = crm("report", "pipeline_dashboard", "--dry-run", *DAY)
    assert "+title: Pipeline dashboard\n" in ran.out
    assert not (root / PAGE).exists()


def test_an_empty_workspace_is_told_how_to_begin(crm: Crm) -> None:
    for name in ("pipeline_dashboard", "pipeline_status"):
        page = crm("report", name, "--stdout", *DAY).out
        assert "There are no open deals" in page
        assert "crm new-deal CUSTOMER NAME" in page


def test_without_a_name_the_reports_are_listed(tree: Tree, crm: Crm) -> None:
    tree(own())
    out = crm("report").out
    assert re.search(r"^pipeline_dashboard +Pipeline dashboard +Open deals by stage", out, re.M)
    assert re.search(r"^own +Our own", out, re.M)
    listed = json.loads(crm("report", "--json").out)
    assert listed["kind"] == "reports"
    assert {"own", "pipeline_dashboard", "pipeline_status"} <= {
        each["name"] for each in listed["data"]
    }


def test_json_gives_the_rows_of_each_query(tree: Tree, crm: Crm) -> None:
    root = tree({**ACME, **own()})
    assert json.loads(crm("report", "own", "--json", *DAY).out) == {
        "schema_version": 1,
        "kind": "report",
        "data": {
            "own": {
                "title": "Our own",
                "as_of": "2026-11-20",
                "queries": {"deals": [{"name": "Platform"}]},
            }
        },
    }
    assert not (root / "reporting").exists()


def test_an_own_copy_wins_over_the_shipped_report(tree: Tree, crm: Crm) -> None:
    tree({"templates/reports/pipeline_status.md": "---\ntitle: Mine\n---\nHello.\n"})
    assert "Hello." in crm("report", "pipeline-status", "--stdout").out


def test_an_unknown_report_is_not_found(crm: Crm) -> None:
    ran = crm("report", "pipeline_statu")
    assert ran.code == 4
    assert ran.err.startswith(
        "error: no report named 'pipeline_statu'\nhint: did you mean pipeline_status"
    )


@pytest.mark.parametrize(
    "files, message",
    [
        (own("SELECT nme FROM deals"), "own.md:4: deals: SQL: no such column: nme"),
        (own("DELETE FROM deals"), "own.md:4: deals: SQL: only reading is allowed"),
        (own(body="\n\n{{ dels }}"), "own.md:9: 'dels' is undefined"),
        (own(body="x\n{{ deals | tabel }}"), "own.md:8: No filter named 'tabel'."),
        (own(body="{% for x in deals %}"), "own.md:7: "),
        (own(body="{{ deals | table(money='nme') }}"), "own.md:7: no column 'nme'; there are name"),
        ({OWN: "---\ntitle: X\nquery: y\n---\n"}, "own.md:3: 'query' is not a key of reports"),
        ({OWN: "---\nqueries: SELECT 1\n---\n"}, "own.md:2: queries: must be names with their SQL"),
        ({OWN: "---\nqueries:\n  a-b: SELECT 1\n---\n"}, "own.md:3: 'a-b' cannot name a query"),
        ({OWN: "---\nqueries:\n  title: SELECT 1\n---\n"}, "own.md:3: 'title' is taken"),
        ({OWN: "---\nqueries:\n  a: ''\n---\n"}, "own.md:3: a: must be a query"),
        ({OWN: "---\ntitle: [a]\n---\n"}, "own.md:2: title: must be a single text"),
        ({OWN: "---\ntitle: A: b\n---\n"}, "own.md:2: an unquoted ': ' inside a value"),
        (own(body="{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}"), "own.md:7: a macro calls"),
    ],
)
def test_a_wrong_report_is_told_with_its_line(
    tree: Tree, crm: Crm, files: dict[str, str], message: str
) -> None:
    tree({**ACME, **files})
    ran = crm("report", "own")
    assert ran.code == 1
    assert ran.err.startswith("error: templates/reports/" + message)


def test_a_query_error_shows_its_sql_and_close_names(tree: Tree, crm: Crm) -> None:
    tree(own("SELECT nme FROM deals"))
    assert "name" in (hint := crm("report", "own").err.splitlines()[1])
    assert hint.endswith("(in: SELECT nme FROM deals)")


def test_a_file_that_is_not_utf8_is_told(tree: Tree, crm: Crm) -> None:
    tree({OWN: b"---\ntitle: X\n---\n\nBl\xe5\n"})
    assert crm("report", "own").err.startswith("error: templates/reports/own.md:5: ")


def test_one_wrong_report_does_not_stop_the_others(tree: Tree, crm: Crm) -> None:
    root = tree({**ACME, **own("SELECT nme FROM deals")})
    ran = crm("report", "--all", *DAY)
    assert ran.code == 1
    assert "own.md:4" in ran.err
    assert (root / PAGE).exists()


def test_a_file_that_cannot_be_read_is_named_at_the_end(tree: Tree, crm: Crm) -> None:
    tree({**ACME, "customers/acme/deals/b.md": "---\nname: A: b\n---\n"})
    page = crm("report", "pipeline_status", "--stdout", *DAY).out
    assert page.endswith(
        "- [customers/acme/deals/b.md:2](../customers/acme/deals/b.md?plain=1#L2):"
        " an unquoted ': ' inside a value\n"
    )


def test_many_files_that_cannot_be_read_are_cut(tree: Tree, crm: Crm) -> None:
    tree({f"customers/acme/deals/{n}.md": "---\nname: A: b\n---\n" for n in range(30)})
    page = crm("report", "pipeline_status", "--stdout", *DAY).out
    assert page.endswith("- and 10 more: `crm check` names them all\n")


def test_check_is_content_with_pages_as_they_were_made(tree: Tree, crm: Crm) -> None:
    tree(ACME)
    crm("report", "--all", "--as-of", "2026-10-01")
    ran = crm("report", "--check", *DAY)
    assert (ran.code, ran.out) == (0, "")


def test_check_names_a_page_that_is_stale(tree: Tree, crm: Crm) -> None:
    tree(ACME)
    crm("report", "--all", *DAY)
    tree({DEAL: ACME[DEAL].replace("5000", "6000")})
    ran = crm("report", "pipeline_dashboard", "--check")
    assert ran.code == 3
    assert ran.out == f"{PAGE}:1: is stale: what it is made from has changed\n"


@pytest.mark.parametrize("edit", [("# Pipeline", "# Our"), ("title: Pipeline", "title: Our")])
def test_check_names_a_page_that_was_edited_by_hand(
    tree: Tree, crm: Crm, edit: tuple[str, str]
) -> None:
    root = tree(ACME)
    crm("report", "--all", *DAY)
    (root / PAGE).write_text((root / PAGE).read_text(encoding="utf-8").replace(*edit), "utf-8")
    ran = crm("report", "--check", "--json")
    assert ran.code == 3
    found = json.loads(ran.out)["data"]
    assert [(each["path"], each["message"]) for each in found] == [(PAGE, "was edited by hand")]


def test_check_tells_a_wrong_report_and_a_page_without_a_day(tree: Tree, crm: Crm) -> None:
    tree({**own("SELECT nme FROM deals"), "reporting/own.md": "---\nas_of: 2026-11-20\n---\n"})
    tree({PAGE: "Something else.\n"})
    ran = crm("report", "--check")
    assert ran.code == 3
    assert "templates/reports/own.md:4: deals: SQL: no such column: nme" in ran.out
    assert f"{PAGE}:1: as_of: is no day" in ran.out


def test_an_edit_by_hand_is_replaced_and_told(tree: Tree, crm: Crm) -> None:
    root = tree(ACME)
    crm("report", "pipeline_dashboard", *DAY)
    page = (root / PAGE).read_bytes()
    (root / PAGE).write_bytes(page + b"\nOur remarks.\n")
    ran = crm("report", "pipeline_dashboard", *DAY)
    assert f"note: {PAGE} had been edited by hand; it is replaced\n" in ran.err
    assert (root / PAGE).read_bytes() == page


def test_check_takes_paths_of_pages_and_passes_over_other_files(tree: Tree, crm: Crm) -> None:
    root = tree({**ACME, "reporting/README.md": "# Pages\n"})
    crm("report", "pipeline_dashboard", "pipeline_status", *DAY)
    (root / PAGE).write_text((root / PAGE).read_text("utf-8") + "Ours.\n", "utf-8")
    assert crm("report", "--check", "reporting/pipeline_status.md", "reporting/README.md").code == 0
    ran = crm("report", "--check", PAGE)
    assert (ran.code, ran.out) == (3, f"{PAGE}:1: was edited by hand\n")
    assert crm("report", "--check", "reporting/nothing.md").code == 4


def test_ways_that_exclude_each_other_are_refused(crm: Crm) -> None:
    assert crm("report", "pipeline_status", "--all").code == 2
    assert crm("report", "--all", "--stdout", "--json").code == 2


def test_a_terminal_gets_no_pictures_and_no_targets(tree: Tree, crm: Crm) -> None:
    tree(ACME)
    page = crm("report", "pipeline_dashboard", "--stdout", *DAY).out
    shown = for_terminal(page)
    assert shown.startswith("# Pipeline dashboard")
    assert "mermaid" not in shown
    assert "<!--" not in shown
    assert "](" not in shown
