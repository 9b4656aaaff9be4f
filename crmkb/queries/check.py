"""Report all problems in the files, with path, line and how to fix them."""

from __future__ import annotations

from typing import Annotated

from crmkb.checks import find_problems
from crmkb.checks._fix import fixes
from crmkb.errors import Exit
from crmkb.interface.answer import Findings
from crmkb.interface.params import Param, WorkspacePath
from crmkb.workspace import Workspace

PANEL = "Report and check"

FIELDS = {
    "path": "the file",
    "line": "the line in it",
    "field": "the key, or empty",
    "message": "what is wrong",
    "hint": "what to type",
}


def answer(
    workspace: Workspace,
    paths: Annotated[list[WorkspacePath], Param("The files and folders to check (default: all).")]
    | None = None,
) -> Findings:
    """Report all problems in the files, with path, line and how to fix them.

    The exit code is 3 if there are problems.

    crm check
    crm check customers/acme --fix --dry-run
    crm check --format github
    """
    _ = workspace.index  # opening it shows its own progress bar
    with workspace.feedback.under_way("checking"):
        found = find_problems(workspace)
    wanted = [str(path) for path in paths or ()]
    if wanted and "." not in wanted:
        found = [one for one in found if any(_is_within(one.path, path) for path in wanted)]
    return Findings(
        "problems",
        lambda: [{key: getattr(problem, key) for key in FIELDS} for problem in found],
        tuple,
        FIELDS,
        exit_code=Exit.FINDINGS if found else Exit.DONE,
        problems=found,
        fix=lambda: fixes(workspace, found),
    )


def _is_within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder}/")
