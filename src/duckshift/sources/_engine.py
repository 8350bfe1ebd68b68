"""What every source of the generator shares: the plan, the engine with its macros, the notes on the truth.

The data are made by set operations in DuckDB. Chance is a hash of (seed, name of the stream, row number), so
every value can be worked out alone, in any order and again: macro `u`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from duckshift.contract import Entity, landing_contract
from duckshift.sources import _reference


@dataclass(frozen=True)
class Plan:
    """The arguments of a generation; equal plans give equal files."""

    scale: float
    days: int
    seed: int
    start: date
    faults: bool
    contract_breaks: bool


@dataclass(frozen=True)
class Run:
    """One generation under way."""

    connection: duckdb.DuckDBPyConnection
    plan: Plan
    root: Path
    progress: Callable[[str], None]

    def sql(self, statement: str) -> None:
        """Execute one or more statements."""
        self.connection.execute(statement)

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """Return the rows of a query."""
        return self.connection.execute(query).fetchall()

    def entity(self, source: str, name: str) -> Entity:
        """Return an entity of the landing contract, with the columns that are to be written."""
        return landing_contract()[source, name]


def _values(rows: list[tuple[object, ...]]) -> str:
    def literal(value: object) -> str:
        return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else str(value)

    return ", ".join("(" + ", ".join(literal(value) for value in row) + ")" for row in rows)


def _list(words: list[str]) -> str:
    return "[" + ", ".join("'" + word.replace("'", "''") + "'" for word in words) + "]"


def _macros(plan: Plan) -> str:
    return f"""
    create macro start_at() as timestamp '{plan.start} 00:00:00';
    create macro end_at() as timestamp '{plan.start} 00:00:00' + interval {plan.days} day;
    -- The shop's tables were extracted in the evening before the first day.
    create macro load_at() as timestamp '{plan.start} 00:00:00' - interval 2 hour;
    create macro period_seconds() as {plan.days * 86400};
    create macro scale() as {plan.scale!r}::double;
    create macro seed() as '{plan.seed}';
    create macro faults() as {str(plan.faults).lower()};
    create macro contract_breaks() as {str(plan.contract_breaks).lower()};

    -- A number in [0, 1): 53 bits of an md5, which no version of the engine may change.
    create macro u(stream, n) as
        (md5_number_lower(concat('{plan.seed}:', stream, ':', n)) >> 11)::double / 9007199254740992.0;
    -- One of a list, by a number in [0, 1).
    create macro pick(choices, x) as choices[1 + floor(x * len(choices))::bigint];
    -- `x` lies in [0, 1): how many of `n` rows get a fault, at least one so that small runs have it too.
    create macro fault_count(rate, n) as
        case when faults() then least(n, greatest(1, round(rate * n)))::bigint else 0 end;
    create macro after_seconds(moment, seconds) as moment + to_seconds(floor(seconds)::bigint);
    -- Whole cents, or whole units of a currency without cents.
    create macro money(amount, digits) as
        round(amount::double, case when digits = 0 then 0 else 2 end)::decimal(18, 2);
    """


def _reference_tables() -> str:
    return f"""
    create table currency as
        select * from (values {_values(_reference.CURRENCIES)})
            as v (currency_code, per_euro, digits);

    create table country as
        select
            *,
            -- Where the country begins when all weights are laid end to end on [0, 1).
            (sum(weight) over (order by country_code) - weight) / sum(weight) over () as share_from,
        from (values {_values(_reference.COUNTRIES)})
            as v (country_code, currency_code, time_zone, language, phone_prefix, tax_rate, tax_included,
                weight)
        inner join currency using (currency_code);

    -- city_index counts from 0 within a country, the largest city first.
    create table city as
        select *, count(*) over (partition by country_code) as city_count
        from (values {_values(_reference.cities())})
            as v (country_code, city_index, city, region, postal_pattern, time_zone);

    create table department as
        select * from (values {_values(_reference.departments())})
            as v (department_number, department, groups);

    create macro first_names() as {_list(_reference.FIRST_NAMES)};
    create macro last_names() as {_list(_reference.LAST_NAMES)};
    create macro street_names() as {_list(_reference.STREETS)};
    create macro adjectives() as {_list(_reference.ADJECTIVES)};
    create macro brands() as {_list(_reference.BRANDS)};
    create macro leaf_kinds() as {_list(_reference.LEAF_KINDS)};
    create macro company_words() as {_list(_reference.COMPANY_WORDS)};
    """


# Weights of the hours of a day and of the days of a week (Monday first).
_SHOP_HOURS = [6, 4, 3, 2, 2, 4, 10, 20, 34, 44, 48, 50, 52, 48, 46, 48, 52, 60, 70, 82, 86, 70, 42, 18]
_SHOP_DAYS = [100, 92, 90, 94, 104, 122, 138]
_TILL_HOURS = [0] * 9 + [30, 50, 66, 74, 62, 56, 60, 78, 92, 84, 52] + [0] * 4
_TILL_DAYS = [80, 78, 84, 92, 120, 190, 36]


def _slots(name: str, hours: list[int], days: list[int]) -> str:
    """Return SQL for a table of the period's hours with their weight and its running sum, `weight_from`."""
    return f"""
    create table {name} as
        with hour_of_period as (
            select hour_number // 24 as day_number, (hour_number % 24)::integer as hour_of_day,
                after_seconds(start_at(), hour_number * 3600) as slot_at,
            from range(period_seconds() // 3600) as r (hour_number)
        ),
        weighted as (
            select *,
                -- Integers, so that the running sum is exact. Over the year: most in mid-December, an extra
                -- week before the end of November, a growth of a tenth.
                round(
                    {hours}[hour_of_day + 1] * {days}[isodow(slot_at)]
                    * (1 + 0.3 * cos(2 * pi() * (dayofyear(slot_at) - 350) / 365))
                    * (case when month(slot_at) = 11 and day(slot_at) between 22 and 29 then 1.8 else 1 end)
                    * (1 + 0.1 * day_number / 365)
                    * (0.85 + 0.3 * u('day {name}', day_number))
                )::bigint as weight,
            from hour_of_period
        )
        select *, (sum(weight) over (order by slot_at) - weight)::bigint as weight_from,
            (sum(weight) over ())::bigint as weight_total,
        from weighted
        where weight > 0
        order by slot_at;
    """


_TRUTH = """
    create table truth_fault (
        source varchar, entity varchar, fault varchar, file varchar, line bigint, record_key varchar,
        disposition varchar
    );
    create table truth_accounting (
        source varchar, entity varchar, files_landed bigint, files_held bigint, files_waiting bigint,
        records_landed bigint, records_loaded bigint, records_rejected bigint, records_duplicate bigint,
        records_superseded bigint
    );
    create table truth_figure (name varchar, value decimal(38, 2));
"""


@contextmanager
def open_run(plan: Plan, root: Path, progress: Callable[[str], None]) -> Iterator[Run]:
    """Yield a run with an engine of its own, in memory, with the macros and the reference tables."""
    with TemporaryDirectory(prefix="duckshift-generate-") as spill, duckdb.connect() as connection:
        connection.execute("set memory_limit = '1500MB'")
        connection.execute(f"set temp_directory = '{spill}'")
        connection.execute("set timezone = 'UTC'")
        # The engine takes the rows of range() for few and would compare each with all of the other side.
        connection.execute("set asof_loop_join_threshold = 0")
        connection.execute(_macros(plan))
        connection.execute(_reference_tables())
        connection.execute(_slots("shop_slot", _SHOP_HOURS, _SHOP_DAYS))
        connection.execute(_slots("till_slot", _TILL_HOURS, _TILL_DAYS))
        connection.execute(_TRUTH)
        yield Run(connection, plan, root, progress)
