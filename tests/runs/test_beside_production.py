"""A build that defers to production on Redshift; on DuckDB tests/ci has builds of the warehouse itself."""

import shutil

from tests.runs.conftest import SCHEMA, OnRedshift

FAR_AHEAD = 9_000_000_000
TARGET = "ci_1"


def test_it_adopts_control_tables_and_its_schemas_go_when_they_are_old(on_redshift: OnRedshift) -> None:
    on_redshift.succeeds("build", "--select", "factors", "raw_events", "points", "totals")
    on_redshift.run(f"insert into {{ops}}.runs values ({FAR_AHEAD}, 'another', 'build', '2026-01-01')")
    runs = on_redshift.run_ids()
    state = on_redshift.folder / "state"
    shutil.copytree(on_redshift.folder / "target", state)
    profile = on_redshift.folder / "profiles.yml"
    text = profile.read_text(encoding="utf-8")
    own = text[text.index(f"    {SCHEMA}:\n") :]
    beside = own.replace(f"    {SCHEMA}:\n", f"    {TARGET}:\n").replace(
        f"schema: {SCHEMA}", f"schema: {TARGET}"
    )
    profile.write_text(f"{text}\n{beside}", encoding="utf-8")
    deferred = ("--defer", "--favor-state", "--state", str(state))
    on_redshift.succeeds("build", "--select", "totals", *deferred, "--target", TARGET)
    # Both read one production: the same rows, from its table of points, with its salt.
    for own_table, table in (("ci_1.totals", "{schema}.totals"), ("ci_1_vault.salt", f"{SCHEMA}_vault.salt")):
        assert on_redshift.rows(f"select * from {own_table}") == on_redshift.rows(f"select * from {table}")
    adopted = [row[0] for row in on_redshift.rows("select run_id from ci_1_ops.runs order by run_id")]
    assert adopted == [*runs, FAR_AHEAD + 1]
    assert on_redshift.run_ids() == runs
    kept = on_redshift.succeeds("run-operation", "drop_ci_schemas", "--target", TARGET)
    assert kept.lines("dropped nothing")
    # As if all that had been long ago.
    on_redshift.run("update ci_1_ops.runs set started_at = '2026-01-01'")
    gone = on_redshift.succeeds("run-operation", "drop_ci_schemas", "--target", TARGET)
    assert gone.lines("dropped ci_1, ci_1_ops, ci_1_vault")
    assert on_redshift.run_ids() == runs
