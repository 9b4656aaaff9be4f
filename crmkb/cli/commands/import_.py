"""Import records, or usage and NPS of customers, from a CSV file."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

from crmkb.cli.commands._imported import Result, data_of, tell
from crmkb.cli.commands._options import AsJson, counted
from crmkb.cli.output import write_csv
from crmkb.cli.progress import progress, under_way
from crmkb.cli.session import Session
from crmkb.connectors.csv_file import read_csv
from crmkb.entities import entities
from crmkb.errors import CrmError, Exit
from crmkb.foreign_dates import Order
from crmkb.imports import (
    Fields,
    Mapping,
    Outcome,
    Plan,
    Settings,
    plan_import,
    plan_series,
    read_mapping,
    series_fields,
    source_word,
)
from crmkb.incoming import Table
from crmkb.params import Param
from crmkb.secrets import masked
from crmkb.store.files import write_whole
from crmkb.store.series import SERIES

PANEL = "Record"
REJECT = "reject"

Kind = Literal["customers", "contacts", "deals", "interactions", "usage", "nps"]
Pairs = Annotated[
    list[str],
    Param("Take a field from a column; COLUMN+COLUMN joins two.", metavar="FIELD=COLUMN"),
]
Rules = Annotated[
    list[str],
    Param("Let TO stand for FROM; an empty FROM fills gaps.", metavar="FIELD:FROM=TO"),
]
Source = Annotated[str, Param("Where the file is from; ids are kept as NAME_id.", metavar="NAME")]
Unmatched = Annotated[
    str,
    Param(
        "Customer for rows that name none we know; 'reject' unless said.",
        offers="customers",
        metavar="CUSTOMER",
    ),
]
Rejects = Annotated[
    str, Param("Where rejected rows go; the current folder unless said.", metavar="PATH")
]


class NoFile(CrmError):
    """The file to import cannot be read."""

    exit_code = Exit.NOT_FOUND

    def __init__(self, name: str, error: OSError) -> None:
        super().__init__(f"cannot read {name!r}: {error.strerror or error}")


class OwnInput(CrmError):
    """The rejects would overwrite what is imported."""

    exit_code = Exit.USAGE

    def __init__(self, path: Path) -> None:
        super().__init__(f"the rejects would overwrite {path}", "name another: --rejects PATH")


class OnlyAdded(CrmError):
    """Lines of a series are to be changed, which no import does."""

    exit_code = Exit.USAGE

    def __init__(self, kind: str) -> None:
        super().__init__(
            f"lines of {kind} are only added, never changed",
            f"leave out --update; what is wrong in context/{kind}.csv is mended by hand",
        )


def run(
    session: Session,
    kind: Annotated[Kind, Param("What the rows are.")],
    file: Annotated[str, Param("The CSV file.")],
    *,
    map_: Pairs | None = None,
    value: Rules | None = None,
    source: Source = "",
    date_order: Annotated[Order, Param("How dates in numbers are written.")] | None = None,
    on_unmatched: Unmatched = REJECT,
    update: Annotated[bool, Param("Write what differs into records that are here.")] = False,
    rejects: Rejects = "",
    dry_run: Annotated[bool, Param("Count and show samples, write nothing.")] = False,
    no_commit: Annotated[bool, Param("Write the files, leave the commit to you.")] = False,
    json: AsJson = False,
) -> Exit:
    r"""Import records, or usage and NPS of customers, from a CSV file, as one commit.

    crm import customers accounts.csv --map name=account --map industry=sector
    crm import deals pipeline.csv --map id=opportunity_id --map name=product \
        --map customer=account --map stage=deal_stage --value stage:Won=closed_won
    crm import usage weekly.csv --map customer=account --map date=week --map active_users=n
    crm import usage events.csv --map customer=account --map date=time --map user=user_id

    Fields are the keys of the records, and besides: `id`, the record's id in its source, by which
    a second run knows it again; `customer`, by whatever a customer is called; `notes`, the text
    below the keys. Any other name becomes a key of your own. In a list, `;` parts the items.

    Rows of usage and nps are added to the customer's context/usage.csv or nps.csv, whose columns
    are the fields; a line of a day (for nps: an id, or a day and contact) that is there stays. With
    `user` or `event` mapped, rows are single events: each customer and day gets one line of usage.

    Encoding and delimiter are found out. Rows that cannot go in are written to a CSV file with
    line and reason; records that are here already are left as they are, unless --update is given.
    """
    path = Path(file)
    table = _read(path)
    fallback = "" if on_unmatched == REJECT else on_unmatched
    mapping = _mapping(table, kind, map_ or [], value or [], fallback)
    _tell_reading(session, table, mapping)
    settings = Settings(source_word(source or path.name), date_order, fallback, update)
    result = _planned(session, kind, table, mapping, settings)
    if not dry_run:
        result = _carry_out(session, result, _rejects_path(path, rejects), commit=not no_commit)
    if json:
        session.out.json("import", data_of(result))
    else:
        tell(session.out, result)
    return Exit.FINDINGS if result.plan.count(Outcome.REJECTED) else Exit.DONE


def _read(path: Path) -> Table:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise NoFile(str(path), error) from error
    return read_csv(data, path.name)


def _mapping(
    table: Table, kind: Kind, pairs: list[str], rules: list[str], fallback: str
) -> Mapping:
    series = SERIES.get(kind)
    fields = series_fields(series) if series else Fields.of(entities()[kind.removesuffix("s")])
    needs_customer = kind != "customers" and not fallback
    return read_mapping(fields, table.columns, pairs, rules, needs_customer=needs_customer)


def _tell_reading(session: Session, table: Table, mapping: Mapping) -> None:
    """Say how the file was read, and what of it was left out."""
    blanks = f" ({table.blanks} blank ones left out)" if table.blanks else ""
    session.out.say(f"{table.name}: {table.form}, {counted(len(table.rows), 'row')}{blanks}")
    for note in table.notes:
        session.out.say(f"note: {note}")
    if mapping.unmapped:
        session.out.say(f"not mapped: {', '.join(mapping.unmapped)}")


def _planned(
    session: Session, kind: Kind, table: Table, mapping: Mapping, settings: Settings
) -> Result:
    if settings.updates and kind in SERIES:
        raise OnlyAdded(kind)
    fallback = settings.fallback and session.workspace.customer(settings.fallback).slug
    allows = session.options.allow_secret
    settings = replace(settings, fallback=fallback, allows_secrets=allows)
    if series := SERIES.get(kind):
        plan = plan_series(session.workspace, series, table, mapping, settings)
    else:
        model = entities()[kind.removesuffix("s")]
        bar = progress(f"planning {kind}")
        plan = plan_import(session.workspace, model, table, mapping, settings, bar)
    change = session.signed(plan.change(_message(plan, kind, table.name)), "import")
    return Result(kind, table, mapping, plan, change)


def _message(plan: Plan, kind: str, name: str) -> str:
    created, updated = plan.count(Outcome.CREATED), plan.count(Outcome.UPDATED)
    if not created and not updated:
        return f"Nothing to import from {name}"
    verb, count = ("Import", created) if created or not updated else ("Update", updated)
    also = f", update {updated:,}" if created and updated else ""
    said = f"{count:,} {kind if count != 1 else kind.removesuffix('s')}"
    if kind in SERIES:
        lines = created if plan.added is None else plan.added
        said = f"{lines:,} line{'s' * (lines != 1)} of {kind}"
    return f"{verb} {said}{also} from {name}"


def _rejects_path(path: Path, given: str) -> Path:
    rejects = Path(given or f"{path.stem.removesuffix('.rejects')}.rejects.csv")
    if rejects.exists() and rejects.samefile(path):
        if given:
            raise OwnInput(rejects)
        return Path(f"{path.stem}.again.csv")
    return rejects


def _carry_out(session: Session, result: Result, rejects: Path, *, commit: bool) -> Result:
    """Write the records, then the rejects: rows that stay behind are of an import that was done."""
    with under_way(f"writing {result.kind}"):
        applied = session.workspace.apply(result.change, commit=commit)
    for note in applied.notes:
        session.out.say(f"note: {note}")
    rejected = list(result.plan.of(Outcome.REJECTED))
    if not rejected:
        return replace(result, applied=applied)
    text = io.StringIO()
    # Also of rows that are rejected for another reason: nobody looks after this file.
    rows = ([step.row.line, *map(masked, (step.reason, *step.row.cells))] for step in rejected)
    write_csv(text, ["line", "reason", *map(masked, result.table.columns)], rows)
    write_whole(rejects, text.getvalue().encode())
    return replace(result, applied=applied, rejects=rejects)
