"""Put a customer out of sight, without losing anything."""

from __future__ import annotations

from crmkb.params import CustomerName
from crmkb.workspace import Change, Workspace

PANEL = "Change"


def plan(workspace: Workspace, customer: CustomerName) -> Change:
    """Archive a customer: it leaves lists and the pipeline; its files and history stay.

    Take it back with: crm unarchive CUSTOMER
    """
    record = workspace.customer(customer)
    message = f"Archive {record.name}"
    if since := record.text("archived"):
        return Change.of(message=message, notes=[f"{record.ref} is archived since {since}"])
    return Change.of(record.edit(archived=workspace.today), message=message)
