"""Every macro of macros/dialect and macros/portable against a truth table; the Redshift forms are parsed."""

import datetime
import json
import random
import re
import subprocess
import sys
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import duckdb
import pytest
import sqlglot
import yaml

ROOT = Path(__file__).resolve().parents[2]
PROJECT = Path(__file__).parent / "project"
FOLDERS = {"dialect": ROOT / "macros" / "dialect", "portable": ROOT / "macros" / "portable"}
TRUTH_TABLE = Path(__file__).parent / "truth_table.yml"

PROFILES = """
duckshift:
  target: duckdb
  outputs:
    duckdb: {{type: duckdb, path: {folder}/dialect.duckdb, schema: main, threads: 1}}
    # Nothing listens there: a statement that needs the server fails.
    redshift:
      {{type: redshift, host: 127.0.0.1, port: 1, user: u, password: p, dbname: d, schema: main, retries: 0}}
"""

# What the macros may call on Redshift, where no parser knows which functions exist (Developer Guide).
REDSHIFT_FUNCTIONS = """
    abs cast chr coalesce convert_timezone count date_trunc dateadd datediff extract greatest is_valid_json
    json_extract_path_text json_serialize length lower ltrim max md5 mod nullif octet_length replace round
    rtrim sha2 sign split_part strtol substring sum
"""
NOT_FUNCTIONS = "and as by case decimal else from in join numeric or over select then varchar when where"

# Macros without rows, and who tests them instead.
READERS = {
    "landed_parquet_records": "reads files: the tests of the landing zone",
    "read_lines": "reads files: the tests of the landing zone",
    "json_without": "only used on Parquet and JSON files: the tests of the landing zone",
}


class Case(NamedTuple):
    """A row of the model dialect_results."""

    macro_name: str
    arguments: str
    a: str | None
    b: str | None
    c: str | None
    expected: str | None
    actual: str | None
    actual_type: str
    is_expected: bool


def truth_table() -> list[dict[str, Any]]:
    calls = yaml.safe_load(TRUTH_TABLE.read_text(encoding="utf-8"))["dialect_calls"]
    assert isinstance(calls, list)
    return calls


def rounded(value: Decimal, scale: int) -> str:
    return str(value.quantize(Decimal(1).scaleb(-scale), rounding=ROUND_HALF_UP))


def day_of(year: int, month: int, day: int) -> str | None:
    try:
        return datetime.date(year, month, day).isoformat()
    except ValueError:
        return None


def random_calls() -> list[dict[str, Any]]:
    """Return cases whose expected values are Python's own dates, time zones and decimals; always the same."""
    source = random.Random(20110101)
    days = []
    for _ in range(150):
        year = source.choice([4, 1900, 2000, 2023, 2024, 2100])
        month, day = source.randint(0, 13), source.randint(0, 32)
        days.append([f"{year:04}-{month:02}-{day:02}", day_of(year, month, day)])

    local, back = [], []
    zones = ("Europe/London", "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Asia/Kolkata")
    changes = [(2, 18), (2, 26), (3, 10), (3, 13), (3, 27), (3, 31)]
    changes += [(10, 15), (10, 19), (10, 27), (10, 30), (11, 3), (11, 6)]
    for _ in range(150):
        zone, (month, day) = source.choice(zones), source.choice(changes)
        moment = datetime.datetime(source.randint(2008, 2024), month, day) + datetime.timedelta(
            minutes=source.randint(-1440, 1440), microseconds=source.choice([0, 1])
        )
        wall = moment.replace(tzinfo=datetime.UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        local.append([str(moment), zone, str(wall)])
        # fold=0: the first of two, and the offset before the change for a time that was skipped.
        utc = moment.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(datetime.UTC).replace(tzinfo=None)
        back.append([str(moment), zone, str(utc)])

    products, ratios = [], []
    for _ in range(100):
        amount = Decimal(source.randint(-(10**12), 10**12)).scaleb(-2)
        rate = Decimal(source.randint(0, 10**12)).scaleb(-10)
        products.append([str(amount), str(rate), rounded(amount * rate, 2)])
        below = Decimal(source.randint(-(10**9), 10**9)).scaleb(-2)
        if below:
            ratios.append([str(amount), str(below), rounded(amount / below, 6)])
    return [
        {"macro": "try_cast_text", "args": ["a", "date"], "returns": "date", "rows": days},
        {"macro": "local_time", "args": ["cast(a as timestamp)", "b"], "returns": "timestamp", "rows": local},
        {"macro": "utc_time", "args": ["cast(a as timestamp)", "b"], "returns": "timestamp", "rows": back},
        {
            "macro": "money_multiply",
            "args": ["cast(a as decimal(18,2))", "cast(b as decimal(18,10))"],
            "returns": "decimal(18,2)",
            "rows": products,
        },
        {
            "macro": "ratio",
            "args": ["cast(a as decimal(18,2))", "cast(b as decimal(18,2))"],
            "returns": "decimal(18,6)",
            "rows": ratios,
        },
    ]


def run_dbt(folder: Path, *arguments: str, calls: list[dict[str, Any]]) -> None:
    """Run dbt on the small project, in its own process: dbt keeps DuckDB's lock until that ends."""
    (folder / "profiles.yml").write_text(PROFILES.format(folder=folder), encoding="utf-8")
    command = [sys.executable, "-m", "dbt.cli.main", "--no-use-colors", *arguments]
    command += ["--project-dir", str(PROJECT), "--profiles-dir", str(folder)]
    command += ["--target-path", str(folder / "target"), "--log-path", str(folder / "logs")]
    command += ["--vars", json.dumps({"dialect_calls": calls}, ensure_ascii=False)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> list[Case]:
    folder = tmp_path_factory.mktemp("dialect")
    run_dbt(folder, "run", calls=truth_table() + random_calls())
    with duckdb.connect(str(folder / "dialect.duckdb"), read_only=True) as connection:
        return [Case(*row) for row in connection.execute("select * from dialect_results").fetchall()]


@pytest.fixture(scope="module")
def redshift_sql(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("redshift")
    offline = ("--target", "redshift", "--no-introspect", "--no-populate-cache")
    run_dbt(folder, "compile", *offline, calls=truth_table())
    compiled = folder / "target" / "compiled" / "duckshift" / "models" / "dialect_results.sql"
    return compiled.read_text(encoding="utf-8")


def test_every_case_gives_the_expected_value(cases: list[Case]) -> None:
    wrong = [case for case in cases if not case.is_expected]
    assert not wrong, "\n".join(map(str, wrong))
    assert len(cases) == sum(len(call["rows"]) for call in truth_table() + random_calls())


def test_every_case_gives_the_promised_type(cases: list[Case]) -> None:
    calls = truth_table() + random_calls()
    promised = {(call["macro"], " ; ".join(map(str, call["args"]))): call["returns"] for call in calls}
    for case in cases:
        if case.macro_name == "integers":
            continue  # the type is that of the aggregate around it
        returns = re.sub(r"varchar\(\d+\)", "varchar", promised[case.macro_name, case.arguments])
        assert case.actual_type == returns, case


def macros() -> list[Any]:
    return [
        pytest.param(kind, path, id=path.stem)
        for kind, folder in FOLDERS.items()
        for path in sorted(folder.glob("*.sql"))
    ]


@pytest.mark.parametrize(("kind", "path"), macros())
def test_every_macro_is_complete(kind: str, path: Path) -> None:
    name, text = path.stem, path.read_text(encoding="utf-8")
    rows = sum(len(call["rows"]) for call in truth_table() if call["macro"] == name)
    assert rows >= 5 or name in READERS, f"{name} has {rows} rows in the truth table"
    documented = yaml.safe_load((path.parent / f"_{kind}__macros.yml").read_text(encoding="utf-8"))["macros"]
    assert name in {macro["name"] for macro in documented}
    defined = set(re.findall(r"{%-? *macro +(\w+)", text))
    if kind == "dialect":
        assert defined == {name, f"duckdb__{name}", f"redshift__{name}"}
        assert f"adapter.dispatch('{name}', 'duckshift')" in text
        assert re.search("Why (the engines differ|two variants):", text)
    else:
        assert defined == {name}
    assert text.startswith("{#-"), "a macro opens with what it gives"
    assert "target.type" not in text


def test_the_redshift_form_is_redshift_sql(redshift_sql: str) -> None:
    tree = sqlglot.parse_one(redshift_sql, read="redshift", error_level=sqlglot.ErrorLevel.RAISE)
    tree.sql(dialect="redshift", unsupported_level=sqlglot.ErrorLevel.RAISE)


def test_the_redshift_form_calls_only_functions_of_redshift(redshift_sql: str) -> None:
    code = re.sub(r"'[^']*'", "''", redshift_sql)
    called = {word.lower() for word in re.findall(r"\b([A-Za-z_]\w*)\s*\(", code)}
    assert called <= set((REDSHIFT_FUNCTIONS + NOT_FUNCTIONS).split())
    assert "\\" not in redshift_sql, "a backslash in a literal is an escape on Redshift"
