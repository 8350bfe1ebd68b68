"""The web shop's database, as AWS DMS would deliver it: full loads and change files in Parquet."""

from dataclasses import dataclass
from functools import partial

from duckshift.contract import Entity
from duckshift.landing import FileShape, write_file
from duckshift.sources import (
    _catalogue,
    _changelog,
    _fulfilment,
    _orders,
    _people,
    _persons,
    _promotions,
)
from duckshift.sources._engine import Run

# Parts of a day in which each table's changes are collected into one file.
_FILES_PER_DAY = {
    "categories": 1,
    "suppliers": 1,
    "products": 1,
    "stores": 1,
    "customers": 1,
    "customer_addresses": 1,
    "orders": 2,
    "order_items": 2,
    "returns": 1,
    "return_items": 1,
    "loyalty_cards": 1,
    "locations": 1,
    "promotions": 1,
    "order_item_promotions": 1,
    "opening_stock": 1,
    "inventory_movements": 2,
}


@dataclass(frozen=True)
class _OlderShape:
    trait: str
    since: str  # SQL: the day from which files arrive in today's shape
    shape: FileShape


_OLDER_SHAPES = {
    "customers": _OlderShape(
        "column_added", "column_added_at()", FileShape(without=frozenset({"preferred_language"}))
    ),
    "order_items": _OlderShape(
        "type_widened",
        "start_at() + to_days((period_seconds() // 86400 // 2)::int)",
        FileShape(types={"quantity": "integer"}),
    ),
    # As DMS does it unless told otherwise: no Op in the full load. The other loads have one that is null.
    "suppliers": _OlderShape("load_without_op", "start_at()", FileShape(without=frozenset({"Op"}))),
}

# Second addresses that were deleted without a change record: only the reload shows it.
_VANISHED = """
    address_id in (
        select format('A-{:07d}-2', customer_number) from address where fate = 'vanishes'
    )
"""


def model(run: Run) -> None:
    """Create the shop's tables with their history; the other sources read them."""
    for part in (_catalogue, _people, _orders, _promotions, _fulfilment, _persons):
        part.model(run)


def land(run: Run) -> None:
    """Write the files below `shop/`."""
    for name, files_per_day in _FILES_PER_DAY.items():
        entity = run.entity("shop", name)
        _changelog.model(run, entity, files_per_day=files_per_day)
        if run.plan.faults and name == "customer_addresses":
            _changelog.model_reload(run, entity, "reloaded_at()", absent=_VANISHED, complete=True)
        if run.plan.faults and name == "products":
            moment = "reloaded_at() + interval 2 day"
            _changelog.model_reload(run, entity, moment, absent="false", complete=False)
        older = _OLDER_SHAPES.get(name) if run.plan.faults else None
        if older is None:
            _changelog.land(run, entity)
        else:
            _land_with_older_shape(run, entity, older)
        if name != "products":  # which is read once more below
            run.sql(f"drop table log_{name}")
    if run.plan.faults:
        _land_truncated_file(run)


def _land_with_older_shape(run: Run, entity: Entity, older: _OlderShape) -> None:
    since = f"{entity.path}/" + str(run.rows(f"select strftime({older.since}, '%Y/%m/%d')")[0][0])
    _changelog.land(run, entity, partial(_shape, since=since, older=older.shape))
    run.sql(f"""
    insert into truth_fault
        select 'shop', '{entity.name}', '{older.trait}', min(_path), null, null, 'loaded'
        from log_{entity.name}
        where _path >= '{since}' and _path not like '%/LOAD%';
    """)


def _shape(path: str, since: str, older: FileShape) -> FileShape:
    # The full load is the oldest file though its name sorts last.
    is_full_load = "/LOAD" in path and "/reload-" not in path
    return older if is_full_load or path < since else FileShape()


def _land_truncated_file(run: Run) -> None:
    # A second copy of the first change file, cut off in the middle: nothing is lost when it is held.
    [(path,)] = run.rows("select min(_path) from log_products where _change_seq != ''")
    whole = (run.root / str(path)).read_bytes()
    truncated = str(path).replace("-1.parquet", "-2.parquet")
    write_file(run.root / truncated, whole[: len(whole) // 2])
    run.sql(f"""
    insert into truth_fault values ('shop', 'products', 'truncated_file', '{truncated}', null, null, 'held');
    update truth_accounting set files_landed = files_landed + 1, files_held = 1 where entity = 'products';
    """)
