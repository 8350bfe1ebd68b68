"""What a landing zone says, worked out record by record in plain Python: another road than the SQL.

The changes of a table are played in the order of the source, as its database once did; a reload is the whole
table anew.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

BEGINNING = datetime(1900, 1, 1)
OPEN_END = datetime(9999, 12, 31)

Record = dict[str, Any]


@dataclass(frozen=True)
class Change:
    """One record of a change log; a row that a reload lacks is a delete."""

    operation: str
    sequence: str
    changed_at: datetime
    record: Record


@dataclass(frozen=True)
class Version:
    """A state and the time in which it held; the open end is 9999-12-31."""

    valid_from: datetime
    valid_to: datetime
    state: tuple[Any, ...]
    is_deleted: bool


def changes_of(root: Path, table: str, key: str, unfit: set[str]) -> dict[Any, list[Change]]:
    """Return the changes of each key of a shop table in the order of the source, without unfit files."""
    files = [
        str(path)
        for path in sorted((root / "shop" / table).rglob("*.parquet"))
        if path.relative_to(root).as_posix() not in unfit
    ]
    with duckdb.connect() as connection:
        cursor = connection.execute(
            f"select * from read_parquet({files}, union_by_name = true, filename = '_path',"
            " hive_partitioning = false)"
        )
        names = [column[0] for column in cursor.description or []]
        records = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    full: list[Record] = []
    reloads: dict[str, list[Record]] = {}
    changed: dict[str, Record] = {}
    for record in records:
        if "/reload-" in record["_path"]:
            checkpoint = record["_path"].split("/reload-")[1].split("/")[0]
            reloads.setdefault(checkpoint, []).append(record)
        elif "/LOAD" in record["_path"]:
            full.append(record)
        else:
            changed.setdefault(record["_change_seq"], record)
    found: dict[Any, list[Change]] = {}

    def note(operation: str, sequence: str, moment: datetime, record: Record) -> None:
        found.setdefault(record[key], []).append(Change(operation, sequence, moment, record))

    for record in {record[key]: record for record in full}.values():
        note("I", "", record["_commit_ts"], record)
    for sequence in sorted(changed.keys() | reloads.keys()):
        if sequence in changed:
            record = changed[sequence]
            note(record["Op"], sequence, record["_commit_ts"], record)
        if sequence in reloads:
            rows = {record[key]: record for record in reloads[sequence]}
            moment = max(record["_commit_ts"] for record in rows.values())
            for record in rows.values():
                note("I", sequence, record["_commit_ts"], record)
            for name in found.keys() - rows.keys():
                note("D", sequence, moment, {key: name})
    return found


def latest(changes: Iterable[Change]) -> Record | None:
    """Return the row as it is now; None if it was deleted."""
    last = [*changes][-1]
    return None if last.operation == "D" else last.record


def history(changes: Iterable[Change], state_of: Callable[[Record], tuple[Any, ...]]) -> list[Version]:
    """Return the versions of one key: of changes in one second the last counts, the first begins 1900."""
    by_second: dict[datetime, Change] = {}
    latest_moment = BEGINNING
    for change in changes:
        # Commit times can go back while the sequence goes on.
        latest_moment = max(latest_moment, change.changed_at)
        by_second[latest_moment] = change
    points: list[tuple[datetime, tuple[Any, ...], bool]] = []
    for moment, change in by_second.items():
        if change.operation != "D":
            points.append((moment, state_of(change.record), False))
        elif points and not points[-1][2]:
            points.append((moment, points[-1][1], True))
    return versions(points)


def versions(points: list[tuple[datetime, tuple[Any, ...], bool]]) -> list[Version]:
    """Join neighbours that are equal, and let each hold until the next."""
    kept = [
        point for number, point in enumerate(points) if number == 0 or point[1:] != points[number - 1][1:]
    ]
    return [
        Version(
            BEGINNING if number == 0 else moment,
            kept[number + 1][0] if number + 1 < len(kept) else OPEN_END,
            state,
            is_deleted,
        )
        for number, (moment, state, is_deleted) in enumerate(kept)
    ]


def at(found: list[Version], moment: datetime) -> Version | None:
    """Return the version that holds at a moment."""
    return next((version for version in found if version.valid_from <= moment < version.valid_to), None)


def customer_history(
    accounts: dict[str, list[Version]], addresses: dict[str, tuple[str, list[Version]]]
) -> dict[str, list[Version]]:
    """Return the versions of each account together with its primary address.

    `addresses` gives owner and versions by address; the last part of the state of an address says whether it
    is primary. Of several primary addresses the one counts that became so last.
    """
    of_customer: dict[str, list[tuple[str, list[Version]]]] = {}
    for address, (customer, found) in addresses.items():
        of_customer.setdefault(customer, []).append((address, found))
    merged = {}
    for customer, account in accounts.items():
        own = of_customer.get(customer, [])
        moments = {version.valid_from for version in account}
        moments |= {
            moment
            for _, found in own
            for version in found
            for moment in (version.valid_from, version.valid_to)
        }
        points = []
        for moment in sorted(moments - {OPEN_END}):
            there = [
                (version.valid_from, address, version.state)
                for address, found in own
                if (version := at(found, moment)) and not version.is_deleted and version.state[-1]
            ]
            newest = max((valid_from for valid_from, _, _ in there), default=None)
            address_state = min(
                ((address, state) for valid_from, address, state in there if valid_from == newest),
                default=("", (None,) * 6),
            )[1]
            of_account = at(account, moment)
            assert of_account
            points.append((moment, of_account.state + address_state[:-1], of_account.is_deleted))
        merged[customer] = versions(points)
    return merged


def offers_of(file: Path) -> dict[tuple[str, ...], tuple[Any, ...]]:
    """Return the offers of one price list: cost, currency and smallest quantity by supplier and product."""
    header, *lines = file.read_text(encoding="utf-8").splitlines()
    offers: dict[tuple[str, ...], tuple[Any, ...]] = {}
    for line in lines:
        row = dict(zip(header.split(","), line.split(","), strict=True))
        smallest = row["minimum_order_quantity"]
        offers[row["supplier_id"], row["product_id"]] = (
            Decimal(row["unit_cost"]), row["currency_code"], int(smallest) if smallest else None,
        )  # fmt: skip
    return offers


def contacts_of(file: Path) -> dict[tuple[str, ...], tuple[Any, ...]]:
    """Return the contacts of one dump of the CRM, in the text that they have after staging."""
    contacts: dict[tuple[str, ...], tuple[Any, ...]] = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        place = row["address"]
        contacts[row["contact_id"],] = tuple(
            str(value).strip() or None if value is not None else None
            for value in (
                row["first_name"], row["last_name"], (row["email"] or "").lower(), row["phone"],
                row["birth_date"], place["street"], place["postal_code"], place["city"], place["region"],
                place["country_code"], row["lifecycle_status"], row["has_consent"], row["origin"],
                row["updated_at"],
            )
        )  # fmt: skip
    return contacts


def dump_history(
    dumps: Sequence[tuple[datetime, Mapping[tuple[str, ...], tuple[Any, ...]]]],
) -> set[tuple[Any, ...]]:
    """Return (*key, *state, from, to, withdrawn) of what dumps say, one after the other."""
    points: dict[tuple[str, ...], list[tuple[datetime, tuple[Any, ...], bool]]] = {}
    for moment, offers in dumps:
        for offer, state in offers.items():
            points.setdefault(offer, []).append((moment, state, False))
        for offer in points.keys() - offers.keys():
            points[offer].append((moment, points[offer][-1][1], True))
    return {
        (*offer, *version.state, found[0][0] if number == 0 else version.valid_from, version.valid_to,
         version.is_deleted)
        for offer, found in points.items()
        for number, version in enumerate(versions(found))
    }  # fmt: skip
