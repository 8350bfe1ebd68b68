"""What CI knows of production: manifest, run results and DuckDB file of the last good build of main.

A state is a folder of its own, outside of `target/`. `current` in it is a link that is replaced when the new
files are complete: who reads meanwhile has the old ones, and a promotion that fails leaves them.
"""

import hashlib
import json
import re
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import yaml

from duckshift.ci.folders import claimed
from duckshift.errors import UserError, first_line
from duckshift.status import outdated_models

CURRENT = "current"
MANIFEST, RESULTS, FACTS = "manifest.json", "run_results.json", "state.json"
KEPT = 2
"""Promotions that are kept: the current one, and the one that a check under way may still read."""
PROMOTION = re.compile(r"\.?\d{8}T\d{12}Z")
"""Names of the folders of promotions, with a point before them as long as they are incomplete."""
PARTIAL_ARGUMENTS = ("defer", "empty", "sample")
"""Options of dbt with which tables are not those of production, or not with all their rows."""
BUILT = ("model", "seed", "snapshot")
GOOD = ("success", "pass", "warn", "no-op")

Manifest = dict[str, Any]


@dataclass(frozen=True)
class State:
    """The state of production."""

    folder: Path
    """Where the files are: what `current` pointed to."""
    manifest: Manifest
    facts: dict[str, Any]

    @property
    def database(self) -> Path:
        """The DuckDB file, which is only read."""
        return self.folder / str(self.facts["database"])

    @property
    def outdated(self) -> list[str]:
        """Models whose rows other code worked out, because nobody has built them with --full-refresh."""
        return list(self.facts.get("outdated", []))

    @property
    def full_seconds(self) -> dict[str, float]:
        """Seconds that each node took when it was last built from nothing, or tested."""
        return dict(self.facts["full_seconds"])


def read_state(state: Path) -> State:
    """Read the current state. Raises UserError if there is none."""
    folder = state / CURRENT
    if not (folder / FACTS).is_file():
        raise UserError(
            f"{state} holds no state of production: make it with `duckshift ci promote` after a build"
        )
    folder = folder.resolve()
    found = State(folder, read_json(folder / MANIFEST), read_json(folder / FACTS))
    if found.facts["database"] and not found.database.is_file():
        raise UserError(f"{found.database} is missing: promote a good build again")
    return found


def read_json(file: Path) -> Any:
    """Read a JSON file. Raises UserError if it is none, such as one that was cut off."""
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise UserError(f"{file} is damaged, make it again: {error}") from error


def project_vars(project: Path) -> dict[str, Any]:
    """Return the vars of the project, which dbt's manifest does not hold. Raises UserError for no YAML."""
    file = project / "dbt_project.yml"
    try:
        described = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UserError(f"{file} is no YAML: {' '.join(str(error).split())}") from error
    return dict(described.get("vars") or {})


def files_around(project: Path) -> dict[str, str]:
    """Return the checksums of files that surround every build and are no part of a manifest."""
    files = [*project.glob("plugins/*.py"), project / "profiles/profiles.yml", project / "requirements.lock"]
    return {
        file.relative_to(project).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in files
        if file.is_file()
    }


def promote(
    project: Path, artifacts: Path, database: Path, state: Path, *, is_partial: bool = False
) -> State:
    """Make the build that lies in `artifacts` and `database` the state of production.

    Raises UserError, and leaves the old state, if the build failed, was no production's, left out nodes
    (unless `is_partial` says that it was meant to), or is not what the artifacts tell of.
    """
    manifest, results = _artifacts(artifacts)
    _refuse_failures(results)
    _refuse_copies(manifest, results)
    if not is_partial:
        _refuse_gaps(manifest, results)
    is_file = manifest["metadata"]["adapter_type"] == "duckdb"
    if is_file and not database.is_file():
        raise UserError(f"{database} is missing: nothing to promote")
    with claimed(state, "state"):
        name = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
        folder = state / f".{name}"
        folder.mkdir()
        try:
            invocation = str(results["metadata"]["invocation_id"])
            full, outdated = (
                _copy_database(database, folder / database.name, invocation) if is_file else (set(), [])
            )
            for file in (MANIFEST, RESULTS):
                shutil.copyfile(artifacts / file, folder / file)
            facts = {
                "promoted_at": datetime.now(UTC).isoformat(timespec="seconds"),
                "project": manifest["metadata"]["project_name"],
                "adapter": manifest["metadata"]["adapter_type"],
                # On Redshift the state is where the tables are: the manifest names their schemas.
                "database": database.name if is_file else None,
                "name": database.stem if is_file else None,
                "vars": project_vars(project),
                "files": files_around(project),
                "outdated": outdated,
                "full_seconds": _full_seconds(manifest, results, full, _former_seconds(state)),
            }
            (folder / FACTS).write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        promoted = folder.rename(state / name)
        link = state / f".{CURRENT}"
        link.unlink(missing_ok=True)
        link.symlink_to(name)
        link.replace(state / CURRENT)
        _remove_old(state, promoted)
        return read_state(state)


def _remove_old(state: Path, promoted: Path) -> None:
    """Remove promotions but the last ones, and what one that was killed has left."""
    own = [path for path in state.iterdir() if PROMOTION.fullmatch(path.name) and path != promoted]
    for old in sorted(own)[: -(KEPT - 1)]:
        shutil.rmtree(old, ignore_errors=True)


def _former_seconds(state: Path) -> dict[str, float]:
    """Return what is known of nodes so far: a state that is broken must not stand in the way of the next."""
    try:
        return dict(read_json(state / CURRENT / FACTS)["full_seconds"])
    except (OSError, UserError, KeyError, TypeError):
        return {}


def _artifacts(artifacts: Path) -> tuple[Manifest, dict[str, Any]]:
    for file in (MANIFEST, RESULTS):
        if not (artifacts / file).is_file():
            raise UserError(f"{artifacts / file} is missing: promote right after `dbt build`")
    manifest, results = read_json(artifacts / MANIFEST), read_json(artifacts / RESULTS)
    if results["args"].get("which") not in ("build", "run", "retry") or (
        manifest["metadata"]["invocation_id"] != results["metadata"]["invocation_id"]
    ):
        raise UserError(
            f"{artifacts} is not of a build but of a later command: promote right after `dbt build`"
        )
    return manifest, results


def _refuse_failures(results: dict[str, Any]) -> None:
    bad = [result["unique_id"].split(".")[2] for result in results["results"] if result["status"] not in GOOD]
    if bad:
        raise UserError(
            f"not promoted: {len(bad)} nodes of the build failed or were skipped, such as {bad[0]};"
            " the state is as it was",
            1,
        )


def _refuse_copies(manifest: Manifest, results: dict[str, Any]) -> None:
    """Refuse a build beside production, and one that has not all its rows."""
    named = [f"--{name}" for name in PARTIAL_ARGUMENTS if results["args"].get(name)]
    if named:
        raise UserError(f"not promoted: a build with {' and '.join(named)} is not all of production", 1)
    if results["args"].get("vars"):
        raise UserError(
            f"not promoted: a build with --vars ({', '.join(results['args']['vars'])}) is not what the"
            " project builds by itself, with which changes are compared",
            1,
        )
    for node in manifest["nodes"].values():
        layer = node["config"].get("schema")
        if node["resource_type"] in BUILT and layer and node["schema"] != layer:
            raise UserError(
                f"not promoted: the build is in schemas such as {node['schema']}, production in {layer}"
                " and so on: promote after a build of production",
                1,
            )


def _refuse_gaps(manifest: Manifest, results: dict[str, Any]) -> None:
    built = {result["unique_id"] for result in results["results"]}
    gaps = [
        node["name"]
        for unique_id, node in manifest["nodes"].items()
        if node["resource_type"] in BUILT and unique_id not in built
    ]
    if gaps:
        raise UserError(
            f"not promoted: the build left out {len(gaps)} nodes, such as {gaps[0]}: the state would call"
            " unchanged what was not built; --partial says that their tables are up to date",
            1,
        )


def _copy_database(database: Path, copy: Path, invocation_id: str) -> tuple[set[str], list[str]]:
    """Copy the file as it is after a checkpoint.

    Return the models that the build made from nothing, and those whose rows older code worked out.
    """
    try:
        # As long as somebody reads, DuckDB lets nobody write. The lock goes when a handle of this process on
        # the file is closed, whichever: so the file is copied after its log.
        with duckdb.connect(str(database), read_only=True):
            log = database.with_name(f"{database.name}.wal")
            if log.exists():
                shutil.copyfile(log, copy.with_name(f"{copy.name}.wal"))
            shutil.copyfile(database, copy)
        with duckdb.connect(str(copy)) as connection:
            connection.execute("checkpoint")
            runs = connection.execute(
                "select run_id from ops.runs where invocation_id = ?", [invocation_id]
            ).fetchall()
            if not runs:
                raise UserError(f"{database} does not know the build that the artifacts tell of", 1)
            built = connection.execute(
                "select model_name from ops.model_builds where run_id = ? and build_kind = 'full'",
                list(runs[0]),
            ).fetchall()
            outdated = outdated_models(lambda query: connection.execute(query).fetchall())
            return {str(row[0]) for row in built}, outdated
    except duckdb.Error as error:
        # Somebody builds right now, or it is no warehouse.
        raise UserError(f"{database} cannot be promoted: {first_line(error)}", 1) from error


def _full_seconds(
    manifest: Manifest, results: dict[str, Any], full: set[str], former: dict[str, float]
) -> dict[str, float]:
    """Return what each node takes from nothing: an incremental run says it of other nodes only."""
    seconds = {key: value for key, value in former.items() if key in manifest["nodes"]}
    for result in results["results"]:
        node = manifest["nodes"].get(result["unique_id"], {})
        is_incremental = node.get("config", {}).get("materialized") in ("incremental", "snapshot")
        if not is_incremental or node["name"] in full or result["unique_id"] not in seconds:
            seconds[result["unique_id"]] = round(float(result["execution_time"]), 3)
    return seconds
