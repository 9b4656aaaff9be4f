"""Restore an archived customer."""

from __future__ import annotations

from crmkb.interface.params import CustomerName
from crmkb.workspace import Change, Workspace

PANEL = "Change"


def plan(workspace: Workspace, customer: CustomerName) -> Change:
    """Restore an archived customer to lists and the pipeline."""
    record = workspace.customer(customer)
    message = f"Unarchive {record.name}"
    if not record.text("archived"):
        return Change.of(message=message, notes=[f"{record.ref} is not archived"])
    return Change.of(record.edit().remove("archived"), message=message)
