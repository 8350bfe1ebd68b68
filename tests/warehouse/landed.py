"""What landing files say, read by plain Python: neither bronze nor a macro of the project is asked."""

import csv
import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
from tests.warehouse.building import ROOT
from tests.warehouse.replaying import changes_of, latest
from tests.warehouse.truth import Truth

Record = dict[str, Any]
CENT = Decimal("0.01")


def rounded(amount: Decimal, unit: Decimal = CENT) -> Decimal:
    """Round to cents, halves away from zero."""
    return amount.quantize(unit, ROUND_HALF_UP)


def local_date(moment: datetime, zone: str) -> date:
    """The day on which a moment in UTC lies by the clock of a place."""
    return moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).date()


def seed(name: str) -> list[dict[str, str]]:
    """Read a seed of the project."""
    with (ROOT / "seeds" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def in_shares(amount: Decimal, weights: dict[str, Decimal]) -> dict[str, Decimal]:
    """Hand out an amount by weight so that cents sum: cut below, the rest to the largest remainders."""
    cents, total = int(amount / CENT), int(sum(weights.values()) / CENT)
    parts = {name: divmod(cents * int(weight / CENT), total) for name, weight in weights.items()}
    left = cents - sum(share for share, _ in parts.values())
    ranked = sorted(parts, key=lambda name: (-parts[name][1], name))
    return {name: (parts[name][0] + (ranked.index(name) < left)) * CENT for name in parts}


@dataclass
class Sold:
    """One line sold, in the currency of its order; net of both discounts."""

    order_id: str
    net: Decimal
    tax_rate: Decimal
    tax: Decimal
    net_without_tax: Decimal
    shipping: Decimal


@dataclass(frozen=True)
class Units:
    """One line sold of a product."""

    order_id: str
    product_id: str
    quantity: int
    line_type: str


@dataclass(frozen=True)
class Returned:
    """One line given back, in the currency of its return."""

    order_id: str | None
    customer_id: str | None
    currency: str
    day: date
    is_taxed_on_top: bool
    tax: Decimal
    net_without_tax: Decimal


@dataclass(frozen=True)
class Order:
    """A shop order or a receipt."""

    customer_id: str | None
    status: str
    currency: str
    day: date
    promised: date | None


class Landed:
    """A generated landing zone; of the truth only which files and records are no good."""

    def __init__(self, root: Path, truth: Truth) -> None:
        self.root = root
        self.unfit_files = {fault.file for fault in truth.faults if fault.disposition in ("held", "waiting")}
        self.refused = {(fault.file, fault.line) for fault in truth.faults if fault.disposition == "rejected"}
        self.zones = {row["country_code"]: row["time_zone"] for row in seed("countries")}

    def shop(self, table: str, key: str) -> dict[str, Record]:
        """The rows of a shop table as they are now, by key."""
        changes = changes_of(self.root, table, key, self.unfit_files)
        rows = {name: latest(own) for name, own in changes.items()}
        return {name: row for name, row in rows.items() if row}

    def changes(self, table: str) -> list[Record]:
        """All records of a shop table whose key is more than one column."""
        with duckdb.connect() as connection:
            cursor = connection.execute(
                f"select * from read_parquet('{self.root}/shop/{table}/**/*.parquet', union_by_name = true,"
                " hive_partitioning = false)"
            )
            names = [column[0] for column in cursor.description or []]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def lines(self, entity: str) -> Iterator[tuple[str, int, str]]:
        """The good records of a text entity as (file, line, text), in the order of export; no CSV headers."""
        paths = [path for path in (self.root / entity).rglob("*") if path.is_file() and path.name[0] != "_"]
        for path in sorted(paths, key=lambda path: (path.name.split(".")[1:2], path)):
            file = path.relative_to(self.root).as_posix()
            if file in self.unfit_files:
                continue
            content = path.read_bytes()
            if path.suffix == ".gz":
                content = gzip.decompress(content)
            for number, raw in enumerate(content.split(b"\n"), 1):
                if raw and (file, number) not in self.refused and (number > 1 or path.suffix != ".csv"):
                    yield file, number, raw.decode()

    def latest_records(self, entity: str, *key: str) -> dict[tuple[str, ...], Record]:
        """The latest version of each record of an entity of which a later export replaces earlier ones."""
        found: dict[tuple[str, ...], Record] = {}
        for file, _, text in self.lines(entity):
            if file.endswith(".csv"):
                with (self.root / file).open(encoding="utf-8") as stream:
                    header = stream.readline().strip().split(",")
                record: Record = dict(zip(header, text.split(","), strict=True))
            else:
                record = json.loads(text, parse_float=Decimal)
            found[tuple(record[name] for name in key)] = record
        return found

    @cached_property
    def receipt_lines(self) -> dict[tuple[str, ...], Record]:
        """Lines of the tills by folder, receipt and line, of the highest revision that has a manifest."""
        found: dict[tuple[str, ...], Record] = {}
        for folder in sorted((self.root / "pos").rglob("store=*")):
            manifests = [json.loads(path.read_text()) for path in folder.glob("_manifest*.json")]
            newest = max(manifests, key=lambda manifest: int(manifest["revision"]), default=None)
            if newest is None:
                continue
            path = folder / newest["file"]
            file = path.relative_to(self.root).as_posix()
            header, *texts = path.read_bytes().split(b"\n")
            for number, raw in enumerate(texts, 2):
                if raw and (file, number) not in self.refused:
                    names, values = header.decode().split(","), raw.decode().split(",")
                    record: Record = dict(zip(names, values, strict=True))
                    parts = dict(part.split("=") for part in file.split("/") if "=" in part)
                    record["day"] = date(int(parts["year"]), int(parts["month"]), int(parts["day"]))
                    record["order_id"] = "-".join(
                        ("pos", parts["store"], str(record["day"]), record["receipt_id"])
                    )
                    found.setdefault((record["order_id"], record["line_number"]), record)
        return found

    @cached_property
    def orders(self) -> dict[str, Order]:
        """Orders of the shop, and receipts with a line sold, by identifier."""
        stores = self.shop("stores", "store_id")
        found = {
            name: Order(
                row["customer_id"], row["order_status"], row["currency_code"],
                local_date(row["ordered_at"], self.zones[row["country_code"]]), row["promised_date"],
            )
            for name, row in self.shop("orders", "order_id").items()
        }  # fmt: skip
        for line in self.receipt_lines.values():
            if int(line["quantity"]) > 0:
                currency = stores[line["store_id"]]["currency_code"]
                customer = line["customer_id"] or None
                if line["order_id"] in found:
                    customer = found[line["order_id"]].customer_id or customer
                found[line["order_id"]] = Order(customer, "delivered", currency, line["day"], None)
        return found

    @cached_property
    def sold(self) -> list[Sold]:
        """Lines sold by shop and tills, with what was agreed for the whole order handed out to them."""
        orders = self.shop("orders", "order_id")
        by_order: dict[str, dict[str, Record]] = {}
        for name, row in self.shop("order_items", "order_item_id").items():
            by_order.setdefault(row["order_id"], {})[name] = row
        found = []
        for order_id, rows in by_order.items():
            order = orders.get(order_id, {})
            goods = {
                name: rounded(row["unit_price"] * row["quantity"]) - (row["discount_amount"] or 0)
                for name, row in rows.items()
            }
            weights = {
                name: max(goods[name], Decimal(0)) if row["line_type"] == "sale" else Decimal(0)
                for name, row in rows.items()
            }
            discount = in_shares(order.get("discount_amount") or Decimal(0), weights)
            shipping = in_shares(order.get("shipping_amount") or Decimal(0), weights)
            for name, row in rows.items():
                found.append(
                    _sold(
                        order_id, goods[name] - discount[name], row["tax_rate"] or Decimal(0),
                        bool(order.get("is_tax_included", True)),
                        (row["shipping_amount"] or Decimal(0)) + shipping[name],
                    )
                )  # fmt: skip
        for line in self.receipt_lines.values():
            if int(line["quantity"]) > 0:
                gross = rounded(Decimal(line["unit_price"]) * int(line["quantity"]))
                net = gross - Decimal(line["discount_amount"] or 0)
                rate = Decimal(line["tax_rate"] or 0)
                found.append(_sold(line["order_id"], net, rate, True, Decimal(0)))
        return found

    @cached_property
    def returned(self) -> list[Returned]:
        """Lines given back to shop and tills, taxed like what was sold."""
        orders, items = self.shop("orders", "order_id"), self.shop("order_items", "order_item_id")
        returns = self.shop("returns", "return_id")
        stores = self.shop("stores", "store_id")
        found = []
        for row in self.shop("return_items", "return_item_id").values():
            head, item = returns[row["return_id"]], items[row["order_item_id"]]
            is_on_top = not orders[item["order_id"]]["is_tax_included"]
            line = _sold("", row["refund_amount"], item["tax_rate"] or Decimal(0), not is_on_top, Decimal(0))
            day = local_date(head["returned_at"], self.zones[head["country_code"]])
            found.append(
                Returned(
                    head["order_id"], head["customer_id"], head["currency_code"], day, is_on_top, line.tax,
                    line.net_without_tax,
                )
            )  # fmt: skip
        for till in self.receipt_lines.values():
            if int(till["quantity"]) < 0:
                amount = Decimal(till["discount_amount"] or 0) - rounded(
                    Decimal(till["unit_price"]) * int(till["quantity"])
                )
                line = _sold("", amount, Decimal(till["tax_rate"] or 0), True, Decimal(0))
                currency = stores[till["store_id"]]["currency_code"]
                customer = till["customer_id"] or None
                found.append(
                    Returned(None, customer, currency, till["day"], False, line.tax, line.net_without_tax)
                )
        return found

    @cached_property
    def sold_units(self) -> list[Units]:
        """Lines sold with their product; a till's code is looked up among the products of the shop."""
        product_of: dict[str, str] = {}
        for name, own in changes_of(self.root, "products", "product_id", self.unfit_files).items():
            last = [change.record for change in own if change.operation != "D"][-1:]
            for record in last:
                code = str(record["sku"]).replace(" ", "").upper()
                product_of[code] = min(name, product_of.get(code, name))
        found = [
            Units(row["order_id"], row["product_id"], row["quantity"], row["line_type"])
            for row in self.shop("order_items", "order_item_id").values()
            if row["product_id"]
        ]
        for line in self.receipt_lines.values():
            if int(line["quantity"]) > 0:
                code = line["product_code"].replace(" ", "").upper()
                product = product_of.get(code, code)
                found.append(Units(line["order_id"], product, int(line["quantity"]), "sale"))
        return found

    def euros_per_unit(self) -> Callable[[str, date], Decimal | None]:
        """Return a function for the rate of a currency on a day: the latest one that is not later."""
        rates: dict[str, list[tuple[str, Decimal]]] = {}
        records = self.latest_records("fx/rates", "rate_date", "base_currency", "quote_currency")
        for (day, base, quote), record in sorted(records.items()):
            assert base == "EUR"
            inverted = rounded(1 / Decimal(record["rate"]), Decimal("1e-10"))
            rates.setdefault(quote, []).append((day, inverted))

        def rate(currency: str, day: date) -> Decimal | None:
            known = [value for since, value in rates.get(currency, []) if since <= str(day)]
            return Decimal(1) if currency == "EUR" else known[-1] if known else None

        return rate


def _sold(order_id: str, net: Decimal, rate: Decimal, is_included: bool, shipping: Decimal) -> Sold:
    tax = rounded(net * rate / (1 + rate)) if is_included else rounded(net * rate)
    return Sold(order_id, net, rate, tax, net - tax if is_included else net, shipping)
