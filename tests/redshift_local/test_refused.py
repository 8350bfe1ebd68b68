"""What Redshift does not have is refused, and the error names it (refused.yml)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redshift_connector
import yaml
from tests.redshift_servers import RedshiftServer

REFUSED: list[dict[str, str]] = yaml.safe_load(
    Path(__file__).with_name("refused.yml").read_text(encoding="utf-8")
)

TABLES = """
    create table refused.orders (
        id int, customer varchar(20), amount decimal(18, 2), ordered_on date, ordered_at timestamp
    );
    create table refused.changes (id int, amount decimal(18, 2))
"""


@pytest.fixture(scope="module")
def cursor(redshift_server: RedshiftServer) -> Iterator[Any]:
    with redshift_server.connect() as connection:
        cursor = connection.cursor()
        cursor.execute("create schema refused")
        for statement in TABLES.split(";"):
            cursor.execute(statement)
        cursor.execute("set search_path to refused")
        yield cursor


@pytest.mark.parametrize("case", [pytest.param(case, id=case["construct"]) for case in REFUSED])
def test_it_is_refused_by_name(cursor: Any, case: dict[str, str]) -> None:
    with pytest.raises(redshift_connector.error.ProgrammingError) as failed:
        cursor.execute(case["sql"])
    message = failed.value.args[0]["M"]
    assert case["error"].lower() in message.lower()
    # A limit of this server is no statement about Redshift.
    assert "limit of the local Redshift server" not in message


def test_the_list_is_long_and_documented() -> None:
    assert len(REFUSED) >= 40
    assert len({case["construct"] for case in REFUSED}) == len(REFUSED)
    assert all(case["page"] for case in REFUSED)
