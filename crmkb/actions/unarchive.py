"""Take an archived customer back."""

from __future__ import annotations

from crmkb.params import CustomerName
from crmkb.workspace import Change, Workspace

PANEL = "Change"


def plan(workspace: Workspace, customer: CustomerName) -> Change:
    """Take an archived customer back into lists and the pipeline."""
    record = workspace.customer(customer)
    message = f"Unarchive {record.name}"
    if not record.text("archived"):
        return Change.of(message=message, notes=[f"{record.ref} is not archived"])
    return Change.of(record.edit().remove("archived"), message=message)
