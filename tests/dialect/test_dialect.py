"""Every macro of macros/dialect, portable and identity against a truth table, on both engines."""

import datetime
import json
import os
import random
import re
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import duckdb
import pytest
import yaml
from tests.dbt_forks import run_dbt
from tests.redshift_servers import RedshiftServer

ROOT = Path(__file__).resolve().parents[2]
PROJECT = Path(__file__).parent / "project"
FOLDERS = {kind: ROOT / "macros" / kind for kind in ("dialect", "portable", "identity")}
TRUTH_TABLE = Path(__file__).parent / "truth_table.yml"

PROFILES = """
duckshift:
  target: duckdb
  outputs:
    duckdb: {{type: duckdb, path: {folder}/dialect.duckdb, schema: main, threads: 1}}
    redshift_local:
      type: redshift
      host: {host}
      port: {port}
      user: duckshift
      password: duckshift
      dbname: duckshift
      schema: dialect
      sslmode: disable
      retries: 0
      threads: 1
"""

# Macros without rows, and who tests them instead.
READERS = {
    "bigram_similarities": "joins texts with each other: the tests of identity",
    "create_landing_external_tables": "names relations: the tests of the landing zone on Redshift",
    "create_web_event_stream": "creates relations: tests/intake/test_web_event_stream.py",
    "has_new_files": "asks for files: the tests of the landing zone",
    "is_new_file": "names relations: the tests of intake",
    "landed_parquet_records": "reads files: the tests of the landing zone",
    "new_landed_files": "reads files: the tests of the landing zone",
    "read_lines": "reads files: the tests of the landing zone",
    "stage_landed_records": "reads files: the tests of intake",
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
    is_expected: bool


class Outcome(NamedTuple):
    """What one engine made of the calls: a case a row, and the type of each call."""

    cases: list[Case]
    types: list[str]


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


def run_project(folder: Path, server: RedshiftServer, target: str) -> None:
    """Run dbt on the small project, in its own process: dbt keeps DuckDB's lock until that ends."""
    profiles = PROFILES.format(folder=folder, host=server.host, port=server.port)
    (folder / "profiles.yml").write_text(profiles, encoding="utf-8")
    command = ["--no-use-colors", "run", "--target", target]
    command += ["--project-dir", str(PROJECT), "--profiles-dir", str(folder)]
    command += ["--target-path", str(folder / "target"), "--log-path", str(folder / "logs")]
    calls = {"dialect_calls": truth_table() + random_calls()}
    command += ["--vars", json.dumps(calls, ensure_ascii=False)]
    status, output = run_dbt(*command, folder=folder, environment=os.environ)
    assert status == 0, output


@pytest.fixture(scope="module")
def duckdb_outcome(tmp_path_factory: pytest.TempPathFactory, redshift_server: RedshiftServer) -> Outcome:
    folder = tmp_path_factory.mktemp("dialect")
    run_project(folder, redshift_server, "duckdb")
    with duckdb.connect(str(folder / "dialect.duckdb"), read_only=True) as connection:
        cases = connection.execute("select * from dialect_results").fetchall()
        types = connection.execute("select * from dialect_types limit 0").description
    return Outcome([Case(*row) for row in cases], [str(column[1]).lower() for column in types])


@pytest.fixture(scope="module")
def redshift_outcome(tmp_path_factory: pytest.TempPathFactory, redshift_server: RedshiftServer) -> Outcome:
    folder = tmp_path_factory.mktemp("dialect_redshift")
    run_project(folder, redshift_server, "redshift_local")
    with redshift_server.connect() as connection:
        cursor = connection.cursor()
        cursor.execute("select * from dialect.dialect_results")
        cases = cursor.fetchall()
        cursor.execute("set search_path to dialect")
        cursor.execute("select type from pg_table_def where tablename = 'dialect_types'")
        types = cursor.fetchall()
    return Outcome([Case(*row) for row in cases], [row[0] for row in types])


@pytest.fixture(params=["duckdb", "redshift_local"])
def outcome(request: pytest.FixtureRequest) -> Outcome:
    fixture = {"duckdb": "duckdb_outcome", "redshift_local": "redshift_outcome"}[request.param]
    found = request.getfixturevalue(fixture)
    assert isinstance(found, Outcome)
    return found


def test_every_case_gives_the_expected_value(outcome: Outcome) -> None:
    wrong = [case for case in outcome.cases if not case.is_expected]
    assert not wrong, "\n".join(map(str, wrong))
    assert len(outcome.cases) == sum(len(call["rows"]) for call in truth_table() + random_calls())


def test_texts_are_equal_to_the_last_blank(outcome: Outcome) -> None:
    """Trailing blanks do not count where Redshift itself compares."""
    texts = {
        (call["macro"], " ; ".join(map(str, call["args"])))
        for call in truth_table()
        if call["returns"].startswith("varchar")
    }
    compared = [case for case in outcome.cases if (case.macro_name, case.arguments) in texts]
    wrong = [case for case in compared if case.actual != case.expected]
    assert compared and not wrong, "\n".join(map(str, wrong))


# What a promised type is called by the engines; lengths of texts are not promised on DuckDB, which has none.
def duckdb_type(promised: str) -> str:
    return re.sub(r"varchar\(\d+\)", "varchar", promised)


def redshift_type(promised: str) -> str:
    names = {"timestamp": "timestamp without time zone"}
    without_length = re.sub(r"varchar\(\d+\)", "character varying", promised)
    return names.get(promised, without_length.replace("decimal", "numeric"))


def promised_types() -> list[tuple[int, str]]:
    """Return place and type of the calls; that of integers is the type of the aggregate around it."""
    calls = enumerate(truth_table() + random_calls())
    return [(place, call["returns"]) for place, call in calls if call["macro"] != "integers"]


def test_every_call_gives_the_promised_type_on_duckdb(duckdb_outcome: Outcome) -> None:
    found = [(place, duckdb_outcome.types[place]) for place, _ in promised_types()]
    assert found == [(place, duckdb_type(promised)) for place, promised in promised_types()]


def test_every_call_gives_the_promised_type_on_redshift(redshift_outcome: Outcome) -> None:
    found = [
        (place, re.sub(r"^character varying\(\d+\)$", "character varying", redshift_outcome.types[place]))
        for place, _ in promised_types()
    ]
    assert found == [(place, redshift_type(promised)) for place, promised in promised_types()]


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


def test_no_literal_for_redshift_holds_a_backslash(
    redshift_outcome: Outcome, redshift_server: RedshiftServer
) -> None:
    """A backslash is an escape in literals of Redshift, and none in those of DuckDB."""
    assert redshift_outcome.cases
    sent = [one["original"] for one in redshift_server.statements() if "dialect_results" in one["original"]]
    assert sent and not any("\\" in statement for statement in sent)
