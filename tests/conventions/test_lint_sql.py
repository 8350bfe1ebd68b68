"""The lint step does not take a file that sqlfluff skipped for a clean one."""

import subprocess
from typing import Any

import pytest
from tests.conventions.conftest import ROOT

from duckshift import lint_sql
from duckshift.lint_sql import FOLDERS, problems, sql_files


def result(path: str, segments: int, *violations: dict[str, Any]) -> dict[str, Any]:
    return {"filepath": path, "violations": list(violations), "statistics": {"raw_segments": segments}}


def test_a_violation_is_a_line_with_its_place() -> None:
    violation = {"start_line_no": 3, "start_line_pos": 5, "code": "LT01", "description": "Expected a space."}
    assert problems([result("a.sql", 9, violation)], {"a.sql"}) == ["a.sql:3:5 LT01 Expected a space."]


def test_what_takes_minutes_says_so_before_it_begins(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = "tests/dbt/ops/assert_every_record_is_accounted_for.sql"
    before = []

    def sqlfluff(_: object, *arguments: str) -> subprocess.CompletedProcess[str]:
        before.append(capsys.readouterr().out)
        return subprocess.CompletedProcess(arguments, 0, "[]", "")

    monkeypatch.setattr(lint_sql, "sqlfluff", sqlfluff)
    assert lint_sql.main([file]) == 1
    assert before == ["sqlfluff: compiling and reading 1 files, which takes minutes\n"]
    assert capsys.readouterr().out == f"{file}: skipped, see `dbt compile`\n"


def test_a_skipped_file_is_a_problem() -> None:
    looked_at, skipped = result("a.sql", 9), result("b.sql", 0)
    assert problems([looked_at], {"a.sql"}) == []
    assert problems([looked_at, skipped], {"a.sql", "b.sql", "c.sql"}) == [
        "b.sql: skipped, see `dbt compile`",
        "c.sql: skipped, see `dbt compile`",
    ]


def test_all_models_and_tests_are_linted() -> None:
    files = sql_files(ROOT, list(FOLDERS))
    assert {path.relative_to(ROOT).as_posix() for path in (ROOT / "models").rglob("*.sql")} <= files
    assert "tests/dbt/ops/assert_every_record_is_accounted_for.sql" in files
    assert "tests/dbt/generic/unique_combination.sql" not in files
