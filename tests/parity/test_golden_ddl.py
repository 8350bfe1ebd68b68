"""What dbt-redshift sends for one node of each kind, recorded by the server and compared with reviewed files.

A change of macros, adapter or dbt that changes a statement shows here as a diff; `pytest tests/parity
--update-golden` accepts it.
"""

import pytest
from tests.golden import Golden, statements_of
from tests.parity.proof import Proof

NODES = {
    "seed.sql": "seed.duckshift.channels",
    "view.sql": "model.duckshift.stg_fx__rates",
    "table.sql": "model.duckshift.int_money__daily_rates",
    "table_with_contract.sql": "model.duckshift.fct_payments",
    "incremental.sql": "model.duckshift.bronze_fx__rates",
    "summary.sql": "model.duckshift.ops_store_deliveries",
    "snapshot.sql": "snapshot.duckshift.snp_supplier__price_list",
}


@pytest.mark.parametrize(("name", "node"), NODES.items(), ids=NODES)
def test_the_statements_of_a_node_are_the_reviewed_ones(
    proof: Proof, golden: Golden, name: str, node: str
) -> None:
    assert proof.status == 0, proof.output
    text = statements_of(proof.statements(), node)
    assert text, f"dbt sent nothing for {node}"
    golden.check(name, text)
