"""`python -m duckshift.lint_sql [PATH ...] [--fix]`: sqlfluff over models, snapshots and dbt tests.

sqlfluff skips a file that does not compile, with exit status 0. Here that is a failure, so "clean" means
that every file was looked at. Neither warehouse nor landing zone is needed or touched: models compile against
an empty database below target/lint.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from duckshift.settings import project_root

FOLDERS = ("models", "snapshots", "tests/dbt")
# The body of a generic test is a macro, which sqlfluff cannot compile; tests/conventions looks at both.
NOT_COMPILED = "tests/dbt/generic"

# A parse tree lives until its file is done: looking for garbage in it took a third of the time.
PROGRAM = "import gc; gc.set_threshold(100_000, 20, 20); from sqlfluff.cli.commands import cli; cli()"


def sql_files(root: Path, paths: list[str]) -> set[str]:
    """Return the SQL files at or below `paths` that sqlfluff must look at, relative to the project."""
    found = set()
    for path in paths:
        files = [root / path] if path.endswith(".sql") else sorted((root / path).rglob("*.sql"))
        found |= {file.relative_to(root).as_posix() for file in files}
    return {file for file in found if not file.startswith(f"{NOT_COMPILED}/")}


def environment(root: Path) -> dict[str, str]:
    """Return the environment in which models compile against nothing."""
    folder = root / "target" / "lint"
    folder.mkdir(parents=True, exist_ok=True)
    database = folder / "lint.duckdb"
    for left_over in (database, folder / "lint.duckdb.wal"):
        left_over.unlink(missing_ok=True)
    return {
        **os.environ,
        "DBT_PROFILES_DIR": str(root / "profiles"),
        "DBT_TARGET_PATH": str(folder),
        "DBT_LOG_PATH": str(folder),
        "DUCKSHIFT_TARGET": "duckdb",
        "DUCKSHIFT_DATABASE": str(database),
        "DUCKSHIFT_LANDING_ROOT": str(folder / "landing"),
        "DUCKSHIFT_PROJECT_ROOT": str(root),
    }


def sqlfluff(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run sqlfluff on two processors in the project's folder."""
    command = [sys.executable, "-c", PROGRAM, *arguments, "--processes", "2"]
    return subprocess.run(
        command, cwd=root, env=environment(root), capture_output=True, text=True, check=False
    )


def problems(results: list[dict[str, Any]], expected: set[str]) -> list[str]:
    """Return a line per violation, and one per file that sqlfluff did not look at.

    A file that is skipped is reported as one without violations in which nothing was read.
    """
    lines = []
    looked_at = set()
    for result in results:
        path = Path(result["filepath"]).as_posix()
        for item in result["violations"]:
            place = f"{path}:{item['start_line_no']}:{item['start_line_pos']}"
            lines.append(f"{place} {item['code']} {item['description']}")
        if result["violations"] or result["statistics"]["raw_segments"]:
            looked_at.add(path)
    return lines + [f"{path}: skipped, see `dbt compile`" for path in sorted(expected - looked_at)]


def main(arguments: list[str]) -> int:
    """Lint (or with --fix mend) the SQL at the given paths, by default all; return the exit status."""
    root = project_root()
    paths = [argument for argument in arguments if argument != "--fix"] or list(FOLDERS)
    if "--fix" in arguments:
        done = sqlfluff(root, "fix", *paths)
        print(done.stdout)
        return done.returncode
    expected = sql_files(root, paths)
    print(f"sqlfluff: compiling and reading {len(expected)} files, which takes minutes", flush=True)
    done = sqlfluff(root, "lint", *paths, "--format", "json")
    try:
        results = json.loads(done.stdout)
    except json.JSONDecodeError:
        print(done.stdout, done.stderr, sep="\n", file=sys.stderr)
        return 2
    found = problems(results, expected)
    if not found:
        print(f"sqlfluff: {len(expected)} files are clean")
        return 0
    print("\n".join(found))
    # What the database said of a skipped file stands only here, among messages about leaks of its driver.
    warnings = re.findall(r"^WARNING .* fatal .*\n(?:  .*\n)*", done.stderr, re.MULTILINE)
    print("".join(warnings), end="", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
