"""Import records, or usage and NPS of customers, from a CSV file."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

from crmkb.cli.commands._import_summary import Result, data_of, print_summary
from crmkb.cli.output import write_csv
from crmkb.cli.progress import progress, under_way
from crmkb.cli.query_command import AsJson
from crmkb.cli.session import Session
from crmkb.connectors.csv_file import read_csv
from crmkb.entities import entities
from crmkb.errors import CrmError, Exit
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
from crmkb.interface.params import Param
from crmkb.schema.series import SERIES
from crmkb.secret_scan.scanner import masked
from crmkb.store.files.disk import write_whole
from crmkb.values.csv_table import Table
from crmkb.values.display import counted
from crmkb.values.export_dates import Order

PANEL = "Record"
REJECT = "reject"

Kind = Literal["customers", "contacts", "deals", "interactions", "usage", "nps"]
Pairs = Annotated[
    list[str],
    Param("Read FIELD from COLUMN; COLUMN+COLUMN joins two.", metavar="FIELD=COLUMN"),
]
Rules = Annotated[
    list[str],
    Param(
        "Replace the value FROM with TO; an empty FROM fills empty cells.", metavar="FIELD:FROM=TO"
    ),
]
Source = Annotated[
    str, Param("The system that wrote the file; ids are stored as NAME_id.", metavar="NAME")
]
Unmatched = Annotated[
    str,
    Param(
        "The customer for rows that name no known one (default: 'reject').",
        choices="customers",
        metavar="CUSTOMER",
    ),
]
Rejects = Annotated[
    str, Param("The file for rejected rows (default: in the current folder).", metavar="PATH")
]


class NoFile(CrmError):
    """The file to import cannot be read."""

    exit_code = Exit.NOT_FOUND

    def __init__(self, name: str, error: OSError) -> None:
        super().__init__(f"cannot read {name!r}: {error.strerror or error}")


class OwnInput(CrmError):
    """The file of rejected rows would overwrite the imported file."""

    exit_code = Exit.USAGE

    def __init__(self, path: Path) -> None:
        super().__init__(f"the rejects would overwrite {path}", "name another: --rejects PATH")


class OnlyAdded(CrmError):
    """An import with --update was requested of a series, which only adds lines."""

    exit_code = Exit.USAGE

    def __init__(self, kind: str) -> None:
        super().__init__(
            f"lines of {kind} are only added, never changed",
            f"leave out --update; what is wrong in context/{kind}.csv is mended by hand",
        )


def run(
    session: Session,
    kind: Annotated[Kind, Param("The kind of the rows.")],
    file: Annotated[str, Param("The CSV file.")],
    *,
    map_: Pairs | None = None,
    value: Rules | None = None,
    source: Source = "",
    date_order: Annotated[Order, Param("The order of parts in numeric dates.")] | None = None,
    on_unmatched: Unmatched = REJECT,
    update: Annotated[bool, Param("Overwrite differing values in existing records.")] = False,
    rejects: Rejects = "",
    dry_run: Annotated[bool, Param("Print counts and samples, but write nothing.")] = False,
    no_commit: Annotated[bool, Param("Write the files, but do not commit them.")] = False,
    json: AsJson = False,
) -> Exit:
    r"""Import records, or usage and NPS of customers, from a CSV file, as one commit.

    crm import customers accounts.csv --map name=account --map industry=sector
    crm import deals pipeline.csv --map id=opportunity_id --map name=product \
        --map customer=account --map stage=deal_stage --value stage:Won=closed_won
    crm import usage weekly.csv --map customer=account --map date=week --map active_users=n
    crm import usage events.csv --map customer=account --map date=time --map user=user_id

    A field is a key of the records or one of these: `id`, the id in the source, which identifies
    the record in a second run; `customer`, any name of the customer; `notes`, the text below the
    keys. Any other field becomes a key of your own. In a list, `;` separates the items.

    Rows of usage and nps are added to the customer's context/usage.csv or nps.csv, whose columns
    are the fields. An existing line for the day (nps: for the id, or day and contact) is kept. With
    `user` or `event` mapped, rows are single events: each customer and day gets one line of usage.

    Encoding and delimiter are detected. Rows that cannot be imported are written to a CSV file,
    with line and reason. Existing records stay unchanged, unless --update is given.
    """
    path = Path(file)
    table = _read(path)
    fallback = "" if on_unmatched == REJECT else on_unmatched
    mapping = _mapping(table, kind, map_ or [], value or [], fallback)
    _print_reading(session, table, mapping)
    settings = Settings(source_word(source or path.name), date_order, fallback, update)
    result = _planned(session, kind, table, mapping, settings)
    if not dry_run:
        result = _carry_out(session, result, _rejects_path(path, rejects), commit=not no_commit)
    if json:
        session.out.json("import", data_of(result))
    else:
        print_summary(session.out, result)
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


def _print_reading(session: Session, table: Table, mapping: Mapping) -> None:
    """Print how the file was read, and which of its rows and columns were left out."""
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
    phrase = f"{count:,} {kind if count != 1 else kind.removesuffix('s')}"
    if kind in SERIES:
        lines = created if plan.added is None else plan.added
        phrase = f"{lines:,} line{'s' * (lines != 1)} of {kind}"
    return f"{verb} {phrase}{also} from {name}"


def _rejects_path(path: Path, given: str) -> Path:
    rejects = Path(given or f"{path.stem.removesuffix('.rejects')}.rejects.csv")
    if rejects.exists() and rejects.samefile(path):
        if given:
            raise OwnInput(rejects)
        return Path(f"{path.stem}.again.csv")
    return rejects


def _carry_out(session: Session, result: Result, rejects: Path, *, commit: bool) -> Result:
    """Write the records, then the rejected rows, which thus belong to a completed import."""
    with under_way(f"writing {result.kind}"):
        applied = session.workspace.apply(result.change, commit=commit)
    for note in applied.notes:
        session.out.say(f"note: {note}")
    rejected = list(result.plan.of(Outcome.REJECTED))
    if not rejected:
        return replace(result, applied=applied)
    text = io.StringIO()
    # Mask secrets in all rows, whatever the reason of rejection: nothing protects this file.
    rows = ([step.row.line, *map(masked, (step.reason, *step.row.cells))] for step in rejected)
    write_csv(text, ["line", "reason", *map(masked, result.table.columns)], rows)
    write_whole(rejects, text.getvalue().encode())
    return replace(result, applied=applied, rejects=rejects)
