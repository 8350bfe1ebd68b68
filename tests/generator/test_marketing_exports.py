"""The exports of marketing: campaigns that the web knows, and spend that is restated for three days."""

import csv
import gzip
import json
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

Exports = dict[str, list[dict[str, str]]]


def exports(landing: Any, entity: str) -> Exports:
    """Return rows by file; fields beyond the header under the key None."""
    found = {}
    for path in sorted((landing.root / "marketing" / entity).rglob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            found[str(path.relative_to(landing.root))] = list(csv.DictReader(file))
    return found


@pytest.fixture(scope="module")
def spend(landing: Any) -> Exports:
    return exports(landing, "ad_spend")


@pytest.fixture(scope="module")
def campaigns(landing: Any) -> dict[str, dict[str, str]]:
    """Campaigns as the last export has them."""
    return {row["campaign_id"]: row for rows in exports(landing, "campaigns").values() for row in rows}


def test_each_export_has_the_three_days_before_it(spend: Exports) -> None:
    for file, rows in spend.items():
        day = date.fromisoformat(file.split("dt=")[1][:10])
        days = {date.fromisoformat(row["spend_date"]) for row in rows}
        assert days == {
            day - timedelta(days=age)
            for age in (1, 2, 3)
            if date(2024, 1, 1) <= day - timedelta(days=age) <= date(2024, 1, 30)
        }


def test_spend_grows_from_export_to_export(landing: Any, spend: Exports) -> None:
    versions = defaultdict(list)
    for rows in spend.values():
        for row in rows:
            if None not in row and row["spend_amount"][0].isdigit():
                versions[row["campaign_id"], row["spend_date"]].append(Decimal(row["spend_amount"]))
    assert all(amounts == sorted(amounts) for amounts in versions.values())
    changed = sum(amounts[0] < amounts[-1] for amounts in versions.values())
    assert changed > len(versions) / 2
    currency_of = {row["campaign_id"]: row["currency_code"] for rows in spend.values() for row in rows}
    total: defaultdict[str, Decimal] = defaultdict(Decimal)
    for (campaign, _), amounts in versions.items():
        total[currency_of[campaign]] += amounts[-1]
    assert total == {
        name.removeprefix("ad_spend."): value
        for name, value in landing.figures.items()
        if name.startswith("ad_spend.")
    }


def test_a_day_without_export_has_no_file(landing: Any) -> None:
    missing = landing.faults_of("missing_export")
    assert {fault["entity"] for fault in missing} == {"campaigns", "ad_spend"}
    assert not any((landing.root / fault["file"]).exists() for fault in missing)


def test_spend_is_of_known_campaigns_but_for_the_noted_ones(
    landing: Any, spend: Exports, campaigns: dict[str, dict[str, str]]
) -> None:
    unknown = {
        f"{row['campaign_id']}|{row['spend_date']}"
        for rows in spend.values()
        for row in rows
        if row["campaign_id"] not in campaigns
    }
    assert unknown == {fault["record_key"] for fault in landing.faults_of("unknown_campaign")}


def test_the_webs_campaigns_are_campaigns_and_have_no_more_sessions_than_clicks(
    landing: Any, spend: Exports, campaigns: dict[str, dict[str, str]]
) -> None:
    by_link = {row["utm_campaign"]: key for key, row in campaigns.items()}
    assert len(by_link) == len(campaigns)
    clicks: dict[tuple[str, str], int] = {}
    for rows in spend.values():
        for row in rows:
            if None not in row:
                clicks[row["campaign_id"], row["spend_date"]] = int(row["clicks"])
    arrivals: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for path in (landing.root / "web").rglob("*.gz"):
        for line in gzip.decompress(path.read_bytes()).decode(errors="replace").splitlines():
            if '"utm"' not in line or "}{" in line:
                continue
            try:
                event = json.loads(line)
                campaign = by_link[event["context"]["utm"]["campaign"].lower()]
            except (ValueError, TypeError):
                continue
            day = event["event_at"][:10]
            arrivals[campaign, day].add(event["visitor_id"])
            row = campaigns[campaign]
            # A session that ends with an order began a little before, perhaps the evening before.
            assert row["start_date"] <= day or day == "2024-01-01"
    settled = {key: people for key, people in arrivals.items() if key[1] <= "2024-01-27"}
    assert settled
    exceeding = [key for key, people in settled.items() if len(people) > clicks.get(key, 0)]
    assert len(exceeding) <= len(settled) / 50
