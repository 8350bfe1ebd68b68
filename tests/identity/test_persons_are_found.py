"""Records of one person are found, and of two are not: against the truth, and by other roads than the SQL."""

import csv
from collections import defaultdict
from collections.abc import Mapping
from itertools import combinations

import pytest
from tests.warehouse.building import Warehouse

Pair = tuple[str, str]

# The rules with Jaro-Winkler for names, which DuckDB has and Redshift has not.
BY_JARO_WINKLER = """
    with compared as (
        select pairs.*, a.first_name as a_first, b.first_name as b_first, a.last_name as a_last,
            b.last_name as b_last,
            pairs.birth_date_comparison = 'same' as is_born_the_same,
            pairs.birth_date_comparison = 'other' as is_born_otherwise,
        from silver.int_identity__score_pairs as pairs
        inner join vault.vault_person_records as a on pairs.record_id = a.record_id
        inner join vault.vault_person_records as b on pairs.other_record_id = b.record_id
    ),
    alike as (
        select *, jaro_winkler_similarity(a_first, b_first) as first_alike,
            jaro_winkler_similarity(a_last, b_last) as last_alike,
            least(jaro_winkler_similarity(a_first, b_last), jaro_winkler_similarity(a_last, b_first))
                as exchanged_alike,
            left(a_first, 1) = left(b_first, 1) as has_initial,
            least(len(a_first), len(b_first)) = 1 as is_initial,
        from compared
    )
    select record_id, other_record_id
    from alike
    where is_linked or (not is_born_otherwise and (
        (has_same_email and (has_initial or exchanged_alike >= 0.85))
        or (has_same_phone and (exchanged_alike >= 0.85
            or (has_initial and (is_initial or first_alike >= 0.8 or last_alike >= 0.85))))
        or (has_same_home and is_born_the_same and has_initial)
    ))
"""


def pairs(group_of: Mapping[str, str]) -> set[Pair]:
    """Return the pairs of records that are in one group."""
    groups = defaultdict(list)
    for record, group in group_of.items():
        groups[group].append(record)
    return {pair for members in groups.values() for pair in combinations(sorted(members), 2)}


def connected(records: set[str], matches: set[Pair]) -> dict[str, str]:
    """Return the group of each record, by following matches until nothing changes."""
    neighbours = defaultdict(set)
    for one, other in matches:
        neighbours[one].add(other)
        neighbours[other].add(one)
    group_of: dict[str, str] = {}
    for start in sorted(records):
        waiting = [start]
        while waiting:
            record = waiting.pop()
            if record not in group_of:
                group_of[record] = start
                waiting.extend(neighbours[record])
    return group_of


@pytest.fixture(scope="module")
def persons(found: Warehouse) -> dict[str, str]:
    """Person by record, as the map says."""
    return {
        str(record): str(person)
        for record, person in found.rows(
            "select record_id, master_customer_id from gold.bridge_customer_records"
        )
    }


@pytest.fixture(scope="module")
def matches(found: Warehouse) -> set[Pair]:
    """The pairs that a rule says are one person."""
    return {
        (str(one), str(other))
        for one, other in found.rows(
            "select record_id, other_record_id from silver.int_identity__score_pairs"
            " where match_rule is not null"
        )
    }


def test_precision_and_recall_of_pairs(found: Warehouse, persons: dict[str, str]) -> None:
    with (found.landing / "_truth" / "persons.csv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        person_of = {f"{row['source']}:{row['record_id']}": row["person_id"] for row in rows}
    assert set(persons) <= set(person_of)
    found_pairs = pairs(persons)
    true_pairs = pairs({record: person_of[record] for record in persons})
    assert len(true_pairs) > 500
    assert len(found_pairs & true_pairs) / len(found_pairs) >= 0.995
    assert len(found_pairs & true_pairs) / len(true_pairs) >= 0.995


def test_persons_are_the_connected_groups_of_the_matches(persons: dict[str, str], matches: set[Pair]) -> None:
    assert pairs(persons) == pairs(connected(set(persons), matches))


def test_another_measure_of_names_finds_the_same_persons(found: Warehouse, persons: dict[str, str]) -> None:
    also = {(str(one), str(other)) for one, other in found.rows(BY_JARO_WINKLER)}
    mine, others = pairs(persons), pairs(connected(set(persons), also))
    assert len(mine ^ others) / len(mine | others) <= 0.005


def test_similarity_is_that_of_dice(found: Warehouse) -> None:
    rows = found.rows(
        "select a.last_name, b.last_name, pairs.last_name_similarity"
        " from silver.int_identity__score_pairs as pairs"
        " inner join vault.vault_person_records as a on pairs.record_id = a.record_id"
        " inner join vault.vault_person_records as b on pairs.other_record_id = b.record_id"
        " where a.last_name is not null and b.last_name is not null"
    )
    assert rows

    def bigrams(text: str) -> set[str]:
        marked = f"<{text}>"
        return {marked[n : n + 2] for n in range(len(marked) - 1)}

    for one, other, similarity in rows:
        own, others = bigrams(one), bigrams(other)
        assert float(similarity) == pytest.approx(
            2 * len(own & others) / (len(own) + len(others)), abs=0.00005
        )
