"""How a batch is built: plainly, killed on the way, with a model that fails, or in parts.

Each way ends in a state that a full refresh must equal once all is delivered and built. What happened is
returned as lines for the report.
"""

import json
import random
import re
import signal
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from duckshift import processes
from duckshift.errors import UserError, first_line
from duckshift.workshop import MODELS_ONLY, Workshop, dbt_arguments

PROGRESS = re.compile(r"(\d+) of (\d+) (START|OK) (?!hook)\S+ .*?(\S+\.\S+) \.*")
HOOK = re.compile(r"\d+ of \d+ (START|OK) hook: (\S+)")
BROKEN = "\nwhere this_column_is_nowhere = 1\n"
"""Behind a model's last select; models end with `select * from <their last CTE>`."""
MOST_SECONDS_INSIDE = 0.3
SELECTIONS = 3


def build_arguments(workshop: Workshop, target: str) -> tuple[str, ...]:
    """Return the arguments of dbt for building all models."""
    return dbt_arguments(target, "build", *MODELS_ONLY, *workshop.options)


def build_plainly(workshop: Workshop, target: str) -> None:
    """Build all models."""
    workshop.build(target, *MODELS_ONLY)


def build_once(workshop: Workshop, target: str, choice: random.Random, number: int) -> list[str]:
    """Build all models, of which there is nothing to tell."""
    del choice, number
    build_plainly(workshop, target)
    return []


def build_killed(workshop: Workshop, target: str, choice: random.Random, number: int) -> list[str]:
    """Kill one or two builds at moments of choice, then run again plainly."""
    del number
    steps = []
    for _ in range(choice.randint(1, 2)):
        killed = kill_at(workshop, target, choice.uniform(-0.1, 1.1), choice.random())
        found = f", {check_after_kill(workshop.database)}" if target == "duckdb" else ""
        steps.append(killed + found)
    build_plainly(workshop, target)
    return steps


def kill_at(workshop: Workshop, target: str, share: float, inside: float) -> str:
    """Start a build and kill it (SIGKILL) when this share of its nodes has begun; return what was killed.

    Below 0 it is killed in the hook before the first node, above 1 behind the last. With `inside` below a
    half a node has just ended, else one runs, since a part of MOST_SECONDS_INSIDE.
    """
    last = "nothing"
    with workshop.start(target, processes.DBT, *build_arguments(workshop, target)) as running:
        assert running.stdout is not None
        for line in running.stdout:
            if not (found := _moment(line)):
                continue
            now, what, last = found
            if now >= share and (not 0 <= share <= 1 or (what == "START") == (inside >= 0.5)):
                time.sleep(max(inside - 0.5, 0) * 2 * MOST_SECONDS_INSIDE)
                break
        running.send_signal(signal.SIGKILL)
        running.stdout.read()
    ended = running.wait()
    if ended != -signal.SIGKILL:
        return f"a build ended with status {ended} before it could be killed"
    return f"a build was killed when the last it had said was {last}"


def _moment(line: str) -> tuple[float, str, str] | None:
    """Return how far a build is (0 to 1 for nodes), whether something starts or ended, and its name."""
    if found := PROGRESS.search(line):
        number, total, what, name = found.groups()
        return int(number) / int(total), what, f"{what} {name}"
    if found := HOOK.search(line):
        what, name = found.groups()
        return (0.0 if "on-run-start" in name else 1.1), what, f"{what} {name}"
    return None


def check_after_kill(database: Path) -> str:
    """Open a DuckDB file after its writer was killed and see that no landing file is loaded in part.

    A file is loaded in part if bronze holds fewer or more records of it than were found in it, or records
    without the header record that says that it was loaded. Raises UserError for what is wrong.
    """
    if not database.exists():
        return "no database yet"
    try:
        with duckdb.connect(str(database), read_only=True) as connection:
            tables = connection.execute(
                "select table_name from duckdb_tables() where schema_name = 'bronze' order by table_name"
            ).fetchall()
            if not tables:
                return "nothing loaded yet"
            loaded = " union all ".join(
                f"select _file, _status from bronze.{name}" for (name,) in tables if "__" in name
            )
            broken = connection.execute(
                f"""
                select _file, records, headers, records_found
                from (
                    select
                        _file,
                        count(*) filter (_status != 'file') as records,
                        count(*) filter (_status = 'file') as headers
                    from ({loaded})
                    group by _file
                )
                left join ops.landed_objects on _file = file
                where headers != 1 or records is distinct from records_found
                """
            ).fetchall()
    except duckdb.Error as error:
        raise UserError(f"{database} cannot be read after a kill: {first_line(error)}", 1) from error
    if broken:
        raise UserError(f"{database} holds files in part after a kill, such as {broken[0]}", 1)
    return "no file in part"


def build_retried(workshop: Workshop, target: str, choice: random.Random, number: int) -> list[str]:
    """Build with a model that fails, mend it, and let `dbt retry` finish."""
    assert workshop.project is not None, "models are broken in a copy of the project only"
    model = choice.choice(_model_files(workshop.project))
    text = model.read_text(encoding="utf-8")
    model.write_text(text.rstrip() + BROKEN, encoding="utf-8")
    status, output = workshop.attempt(target, processes.DBT, *build_arguments(workshop, target))
    model.write_text(text, encoding="utf-8")
    if status == 0:
        raise workshop.failure(target, f"batch {number} was built though {model.stem} is broken", output)
    workshop.dbt(target, "retry")
    return [f"{model.stem} failed, `dbt retry` finished"]


def _model_files(project: Path) -> list[Path]:
    """Return silver's and gold's models that write a table and can be broken at their end."""
    return [
        file
        for folder in ("staging", "intermediate", "marts")
        for file in sorted((project / "models" / folder).rglob("*.sql"))
        if re.search(r"^select \* from \w+\s*\Z", file.read_text(encoding="utf-8"), re.MULTILINE)
    ]


def build_selected(workshop: Workshop, target: str, choice: random.Random, number: int) -> list[str]:
    """Build some models after others, in no order and not all of them; the first batch wholly."""
    if number == 1:
        return build_once(workshop, target, choice, number)
    nodes = _nodes(workshop.artifacts(target) / "manifest.json")
    choice.shuffle(nodes)
    steps = []
    # One part more than is built, so that some models lag a batch behind.
    for part in range(SELECTIONS):
        names = nodes[part :: SELECTIONS + 1]
        workshop.build(target, *MODELS_ONLY, "--select", *names)
        steps.append(f"--select of {len(names)} nodes, first {names[0]}")
    return steps


def _nodes(manifest: Path) -> list[str]:
    nodes = json.loads(manifest.read_text(encoding="utf-8"))["nodes"].values()
    return sorted(
        node["name"]
        for node in nodes
        if node["resource_type"] in ("model", "seed", "snapshot") and node["config"]["enabled"]
    )


BUILDS: dict[str, Callable[[Workshop, str, random.Random, int], list[str]]] = {
    "plain": build_once,
    "killed": build_killed,
    "retried": build_retried,
    "selected": build_selected,
}
