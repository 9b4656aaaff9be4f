"""Archive a customer: hide it, without deleting anything."""

from __future__ import annotations

from crmkb.interface.params import CustomerName
from crmkb.workspace import Change, Workspace

PANEL = "Change"


def plan(workspace: Workspace, customer: CustomerName) -> Change:
    """Archive a customer: remove it from lists and the pipeline; its files and history stay.

    Restore it with: crm unarchive CUSTOMER
    """
    record = workspace.customer(customer)
    message = f"Archive {record.name}"
    if since := record.text("archived"):
        return Change.of(message=message, notes=[f"{record.ref} is archived since {since}"])
    return Change.of(record.edit(archived=workspace.today), message=message)
