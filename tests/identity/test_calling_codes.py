"""The calling codes behind telephone numbers are those of ITU-T E.164."""

import csv

from tests.warehouse.building import ROOT

# List of ITU-T Recommendation E.164 assigned country codes, for the countries in which the retailer sells.
ASSIGNED = {
    "AT": "43", "AU": "61", "BE": "32", "CA": "1", "CH": "41", "CZ": "420", "DE": "49", "DK": "45",
    "ES": "34", "FI": "358", "FR": "33", "GB": "44", "GR": "30", "HU": "36", "IE": "353", "IT": "39",
    "JP": "81", "LU": "352", "NL": "31", "NO": "47", "PL": "48", "PT": "351", "RO": "40",
    "SE": "46", "US": "1",
}  # fmt: skip
# Zones of the numbering plan whose codes have three digits; elsewhere they have two, 1 and 7 one.
THREE_DIGITS = "21 22 23 24 25 26 29 35 37 38 42 50 59 67 68 69 80 85 87 88 89 96 97 99"


def seeded(name: str) -> list[dict[str, str]]:
    with (ROOT / "seeds" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_countries_of_the_retailer_have_their_codes() -> None:
    codes = {row["country_code"]: row["calling_code"] for row in seeded("calling_codes")}
    assert {country: codes[country] for country in ASSIGNED} == ASSIGNED


def test_no_code_can_be_taken_for_the_beginning_of_another() -> None:
    for row in seeded("calling_codes"):
        code = row["calling_code"]
        size = 1 if code[0] in "17" else 3 if code[:2] in THREE_DIGITS.split() else 2
        assert len(code) == size, row


def test_every_country_has_a_code() -> None:
    codes = [row["country_code"] for row in seeded("calling_codes")]
    assert sorted(codes) == sorted(row["country_code"] for row in seeded("countries"))
