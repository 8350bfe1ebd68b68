"""dim_date against calendars computed another way, and the seed of holidays."""

import csv
import datetime
import os
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests.dbt_forks import run_dbt

ROOT = Path(__file__).resolve().parents[2]
FIRST, LAST = datetime.date(2009, 1, 1), datetime.date(2030, 12, 31)

PROJECT = """
name: duckshift
version: "0.1.0"
profile: duckshift
flags: {send_anonymous_usage_stats: false}
vars: {dim_date_start: "2009-01-01", dim_date_end: "2030-12-31"}
"""
PROFILES = """
duckshift:
  target: duckdb
  outputs:
    duckdb: {{type: duckdb, path: {folder}/calendar.duckdb, schema: main, threads: 1}}
"""

# Published by the National Retail Federation ("4-5-4 Calendar"): the first day of each retail year.
RETAIL_YEARS = {
    2009: "2009-02-01", 2010: "2010-01-31", 2011: "2011-01-30", 2012: "2012-01-29", 2013: "2013-02-03",
    2014: "2014-02-02", 2015: "2015-02-01", 2016: "2016-01-31", 2017: "2017-01-29", 2018: "2018-02-04",
    2019: "2019-02-03", 2020: "2020-02-02", 2021: "2021-01-31", 2022: "2022-01-30", 2023: "2023-01-29",
    2024: "2024-02-04", 2025: "2025-02-02",
}  # fmt: skip
WEEKS_OF_PERIODS = (4, 5, 4) * 4


def saturday_nearest_to_31_january(year: int) -> datetime.date:
    """Return the last day of the retail year before: the rule as the federation words it."""
    bound = datetime.date(year, 1, 31)
    near = (bound + datetime.timedelta(days=distance) for distance in range(-3, 4))
    return next(day for day in near if day.isoweekday() == 6)


def retail_days() -> dict[datetime.date, tuple[int, int, int, int]]:
    """Return (year, quarter, period, week) of every day, by walking through the years week by week."""
    found = {}
    for year in range(FIRST.year - 2, LAST.year + 1):
        start = saturday_nearest_to_31_january(year) + datetime.timedelta(days=1)
        end = saturday_nearest_to_31_january(year + 1)
        weeks = ((end - start).days + 1) // 7
        periods = [period for period, length in enumerate(WEEKS_OF_PERIODS, 1) for _ in range(length)]
        periods += [12] * (weeks - len(periods))
        for week, period in enumerate(periods, 1):
            for day in range(7 * week - 7, 7 * week):
                found[start + datetime.timedelta(days=day)] = (year, (period + 2) // 3, period, week)
    return found


@pytest.fixture(scope="module")
def dates(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("calendar")
    for name in ("dialect", "portable"):
        shutil.copytree(ROOT / "macros" / name, folder / "macros" / name)
    for name in ("dim_date.sql", "_dim_date.yml"):
        (folder / "models").mkdir(exist_ok=True)
        shutil.copy(ROOT / "models" / "marts" / "core" / name, folder / "models" / name)
    (folder / "dbt_project.yml").write_text(PROJECT, encoding="utf-8")
    (folder / "profiles.yml").write_text(PROFILES.format(folder=folder), encoding="utf-8")
    status, output = run_dbt("run", "--profiles-dir", str(folder), folder=folder, environment=os.environ)
    assert status == 0, output
    with duckdb.connect(str(folder / "calendar.duckdb"), read_only=True) as connection:
        cursor = connection.execute("select * from dim_date order by date_key")
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@pytest.fixture(scope="module")
def days(dates: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for row in dates if row["date_key"] > 0]


def test_one_row_per_day_and_two_members(dates: list[dict[str, Any]], days: list[dict[str, Any]]) -> None:
    count = (LAST - FIRST).days + 1
    assert [row["date_day"] for row in days] == [FIRST + datetime.timedelta(days=n) for n in range(count)]
    assert [row["date_key"] for row in days] == [int(row["date_day"].strftime("%Y%m%d")) for row in days]
    members = [(row["date_key"], row["date_day"], row["day_name"]) for row in dates if row["date_key"] < 0]
    assert members == [(-2, None, "Not applicable"), (-1, None, "Unknown")]


def test_the_calendar_is_that_of_python(days: list[dict[str, Any]]) -> None:
    for row in days:
        day: datetime.date = row["date_day"]
        monday = day - datetime.timedelta(days=day.weekday())
        quarter = (day.month + 2) // 3
        iso = day.isocalendar()
        expected = {
            "calendar_year": day.year,
            "quarter_of_year": quarter,
            "month_of_year": day.month,
            "day_of_month": day.day,
            "day_of_year": day.timetuple().tm_yday,
            "day_of_week": day.isoweekday(),
            "quarter_name": f"{day.year}-Q{quarter}",
            "month_name": day.strftime("%B"),
            "day_name": day.strftime("%A"),
            "first_day_of_week": monday,
            "first_day_of_month": day.replace(day=1),
            "first_day_of_quarter": day.replace(month=3 * quarter - 2, day=1),
            "first_day_of_year": day.replace(month=1, day=1),
            "iso_year": iso.year,
            "iso_week": iso.week,
            "is_weekend": day.isoweekday() > 5,
            "is_last_day_of_month": (day + datetime.timedelta(days=1)).day == 1,
        }
        assert {name: row[name] for name in expected} == expected


def test_retail_years_start_when_the_federation_says(days: list[dict[str, Any]]) -> None:
    starts = {row["retail_year"]: row["retail_year_start_date"] for row in days}
    for year, start in RETAIL_YEARS.items():
        assert starts[year].isoformat() == start
    assert {row["retail_year"] for row in days if row["retail_week"] == 53} == {2012, 2017, 2023, 2028}


def test_retail_weeks_periods_and_quarters(days: list[dict[str, Any]]) -> None:
    expected = retail_days()
    for row in days:
        found = tuple(row[f"retail_{part}"] for part in ("year", "quarter", "period", "week"))
        assert found == expected[row["date_day"]], row["date_day"]
        month = datetime.date(2001, row["retail_period"] % 12 + 1, 1)
        assert row["retail_period_name"] == month.strftime("%B")
        assert row["retail_week_start_date"].isoweekday() == 7
        assert 0 <= (row["date_day"] - row["retail_week_start_date"]).days <= 6


def test_comparable_days_are_52_weeks_back(days: list[dict[str, Any]]) -> None:
    keys = {row["date_key"] for row in days}
    for row in days:
        before = row["date_day"] - datetime.timedelta(weeks=52)
        assert row["comparable_date"] == before
        key = int(before.strftime("%Y%m%d"))
        assert row["comparable_date_key"] == (key if key in keys else -1)


def test_a_country_has_one_holiday_a_day() -> None:
    with (ROOT / "seeds" / "holidays.csv").open(encoding="utf-8", newline="") as file:
        holidays = [(row["country_code"], row["holiday_date"]) for row in csv.DictReader(file)]
    assert len(holidays) == len(set(holidays))
    assert {int(day[:4]) for _, day in holidays} == {2010, 2011, 2012, 2016, 2017, 2018, 2023, 2024, 2025}
