"""The state of production: promoted as a whole or not at all."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from duckshift.ci.checking import check
from duckshift.ci.state import promote, read_state
from duckshift.errors import UserError

INVOCATION = "00000000-0000-4000-8000-000000000001"
MODEL = "model.duckshift.dim_carrier"


class Build:
    """What a build leaves behind: artifacts and a warehouse."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.state = folder / "state"
        self.database = folder / "warehouse.duckdb"
        (folder / "target").mkdir()
        (folder / "dbt_project.yml").write_text("vars: {reporting_currency: EUR}\n")
        with duckdb.connect(str(self.database)) as connection:
            connection.execute("create schema ops")
            connection.execute(
                f"create table ops.runs as select 7 as run_id, '{INVOCATION}' as invocation_id"
            )
            connection.execute(
                "create table ops.model_builds as"
                " select 'dim_carrier' as model_name, 7 as run_id, 'full' as build_kind,"
                " 'a' as code_checksum, 0 as affected_key_count"
            )
        self.write("success")

    def write(
        self,
        status: str,
        *,
        invocation: str = INVOCATION,
        seconds: float = 2.0,
        adapter: str = "duckdb",
        schema: str = "gold",
        **arguments: bool | dict[str, str],
    ) -> None:
        """Write artifacts of a build of one model that ended so."""
        config = {"materialized": "incremental", "schema": "gold"}
        node = {
            "name": "dim_carrier", "resource_type": "model", "schema": schema, "config": config,
        }  # fmt: skip
        about = {"invocation_id": invocation, "project_name": "duckshift", "adapter_type": adapter}
        self._write("manifest.json", {"metadata": about, "nodes": {MODEL: node}})
        result = {"unique_id": MODEL, "status": status, "execution_time": seconds}
        given = {"which": "build", **arguments}
        ran = {"metadata": {"invocation_id": INVOCATION}, "args": given, "results": [result]}
        self._write("run_results.json", ran)

    def _write(self, name: str, what: dict[str, Any]) -> None:
        (self.folder / "target" / name).write_text(json.dumps(what))

    def promote(self) -> Path:
        """Promote it; return the folder of the state."""
        return promote(self.folder, self.folder / "target", self.database, self.state).folder

    def promotions(self) -> list[Path]:
        """Return the folders of promotions, those that are incomplete too."""
        return sorted(path for path in self.state.iterdir() if path.is_dir() and not path.is_symlink())


@pytest.fixture
def build(tmp_path: Path) -> Build:
    return Build(tmp_path)


def test_a_promotion_replaces_the_state_as_a_whole_and_keeps_the_one_before(build: Build) -> None:
    folders = [build.promote() for _ in range(3)]
    assert (build.state / "current").resolve() == folders[-1]
    assert build.promotions() == folders[1:]
    state = read_state(build.state)
    assert state.full_seconds == {MODEL: 2.0}
    assert state.facts["vars"] == {"reporting_currency": "EUR"}


def test_a_promotion_removes_nothing_but_promotions(build: Build) -> None:
    build.state.mkdir()
    (build.state / "models").mkdir()
    with pytest.raises(UserError, match="is no state folder of `duckshift ci`, and not empty"):
        build.promote()
    assert [path.name for path in build.state.iterdir()] == ["models"]
    (build.state / "models").rmdir()
    build.promote()
    for name in ("models", "2026", ".20260101T000000000000Z", "99990101T000000000000Z"):
        (build.state / name).mkdir()
    build.promote()
    build.promote()
    kept = {"models", "2026", "99990101T000000000000Z", (build.state / "current").resolve().name}
    assert {path.name for path in build.promotions()} == kept


def test_a_state_that_lost_its_file_is_mended_by_a_promotion(build: Build) -> None:
    (build.promote() / "warehouse.duckdb").unlink()
    with pytest.raises(UserError, match="promote a good build again"):
        read_state(build.state)
    build.promote()
    assert read_state(build.state).database.is_file()


def _can_write(database: Path) -> bool:
    """Whether another process may open a file for writing."""
    code = f"import duckdb; duckdb.connect({str(database)!r})"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0


def test_nobody_writes_while_the_file_is_copied(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []
    copyfile = shutil.copyfile

    def try_and_copy(source: Path, target: Path) -> None:
        if source == build.database:
            tried.append(_can_write(source))
        copyfile(source, target)

    monkeypatch.setattr(shutil, "copyfile", try_and_copy)
    build.promote()
    assert tried == [False]
    assert _can_write(build.database)


def test_seconds_of_an_incremental_build_are_not_those_from_nothing(build: Build) -> None:
    build.promote()
    with duckdb.connect(str(build.database)) as connection:
        connection.execute("update ops.model_builds set build_kind = 'incremental'")
    build.write("success", seconds=0.1)
    build.promote()
    assert read_state(build.state).full_seconds == {MODEL: 2.0}


REFUSED: dict[str, tuple[Callable[[Build], None], str]] = {
    "a failed build": (lambda build: build.write("error"), "1 nodes of the build failed or were skipped"),
    "a later command": (lambda build: build.write("success", invocation="x"), "promote right after"),
    "another file": (
        lambda build: _execute(build.database, "delete from ops.runs"),
        "does not know the build",
    ),
    "a build beside production": (
        lambda build: build.write("success", schema="ci_12_gold"),
        "schemas such as ci_12_gold, production in gold",
    ),
    "a deferred build": (lambda build: build.write("success", defer=True), "a build with --defer is not"),
    "a build without rows": (lambda build: build.write("success", empty=True), "a build with --empty is not"),
    "a build with other vars": (
        lambda build: build.write("success", vars={"as_of": "2024-01-31"}),
        r"a build with --vars \(as_of\) is not what the project builds",
    ),
    "no warehouse": (lambda build: _execute(build.database, "drop table ops.runs"), "cannot be promoted"),
    "no file": (lambda build: build.database.unlink(), "nothing to promote"),
}


def _execute(database: Path, statement: str) -> None:
    with duckdb.connect(str(database)) as connection:
        connection.execute(statement)


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_good_build_leaves_the_former_state(build: Build, name: str) -> None:
    former = build.promote()
    spoil, message = REFUSED[name]
    spoil(build)
    with pytest.raises(UserError, match=message) as refused:
        build.promote()
    assert "\n" not in str(refused.value)
    assert (build.state / "current").resolve() == former
    assert build.promotions() == [former]


def test_a_build_that_left_out_nodes_is_promoted_only_if_that_was_meant(build: Build) -> None:
    manifest = json.loads((build.folder / "target" / "manifest.json").read_text())
    manifest["nodes"]["model.duckshift.dim_date"] = manifest["nodes"][MODEL] | {"name": "dim_date"}
    (build.folder / "target" / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(UserError, match="left out 1 nodes, such as dim_date"):
        build.promote()
    assert promote(
        build.folder, build.folder / "target", build.database, build.state, is_partial=True
    ).full_seconds == {MODEL: 2.0}


def test_rows_that_older_code_worked_out_are_known_of_the_state(build: Build) -> None:
    assert read_state(_promoted(build)).outdated == []
    _execute(
        build.database,
        "insert into ops.model_builds (run_id, model_name, build_kind, code_checksum, affected_key_count)"
        " values (1, 'fct_sales', 'full', 'old', 0), (2, 'fct_sales', 'incremental', 'new', 3)",
    )
    assert read_state(_promoted(build)).outdated == ["fct_sales"]


def _promoted(build: Build) -> Path:
    build.promote()
    return build.state


def test_a_state_that_was_cut_off_is_said_in_one_line(build: Build) -> None:
    (build.promote() / "manifest.json").write_text('{"nodes"')
    with pytest.raises(UserError, match=r"manifest\.json is damaged"):
        read_state(build.state)


def test_a_state_of_another_engine_is_refused_in_one_line(build: Build) -> None:
    build.write("success", adapter="redshift")
    build.promote()
    with pytest.raises(UserError, match="the state is of a build on redshift, this check builds on duckdb"):
        check(build.folder, build.state, build.folder / "work", progress=print)


def test_without_a_state_the_remedy_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="make it with `duckshift ci promote` after a build"):
        read_state(tmp_path)
