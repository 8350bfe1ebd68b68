"""How macros are laid out: one per file, dispatch in macros/dialect only, and a form that people can read."""

import re
from pathlib import Path

import pytest
from tests.conventions.conftest import ROOT, Node, Project

GENERIC_TESTS = ROOT / "tests" / "dbt" / "generic"
FILES = [*sorted((ROOT / "macros").rglob("*.sql")), *sorted(GENERIC_TESTS.glob("*.sql"))]
LINE_LENGTH = 110

# What dbt itself calls, by name.
CALLED_BY_DBT = {
    "generate_schema_name",
    "get_incremental_recompute_sql",
    "materialization_incremental_duckdb",
    "materialization_incremental_redshift",
    "materialization_snapshot_default",
    "materialization_summary_duckdb",
    "materialization_summary_redshift",
    "snapshot_get_time",
}

# What dbt itself dispatches, by name: here are only the variants.
DISPATCHED_BY_DBT = {"create_table_as"}

# Operations that people call: `dbt run-operation physical_changes`.
CALLED_BY_PEOPLE = {"drop_ci_schemas", "maintain", "physical_changes", "release_run_lock"}

# Written and proven (tests/cdc) before the models that will call them.
AWAITED = {"number_sessions"}

SQL_WORDS = re.compile(
    r"\b(SELECT|FROM|WHERE|GROUP|ORDER|HAVING|JOIN|LEFT|INNER|CROSS|UNION|ALL|CASE|WHEN|THEN|ELSE|END|AND|OR|NOT"
    r"|NULL|IS|IN|AS|ON|CAST|COALESCE|COUNT|SUM|MIN|MAX|OVER|PARTITION|BY|INSERT|INTO|CREATE|TABLE|DELETE|UPDATE"
    r"|VALUES|DISTINCT|WITH|TRUE|FALSE|BETWEEN|LIKE|EXISTS|VARCHAR|BIGINT|INTEGER|DECIMAL|TIMESTAMP|DATE)\b"
)


COMMENTS = (r"{#.*?#}", r"--[^\n]*")
TEXTS = (r"'(?:\\.|[^'\\\n])*'", r'"(?:\\.|[^"\\\n])*"')


def blanked(path: Path, *patterns: str) -> str:
    """Return the text of a file with what the patterns match blanked out, lines kept."""
    text = path.read_text(encoding="utf-8")

    def blank(match: re.Match[str]) -> str:
        return re.sub(r"[^\n]", " ", match.group())

    for pattern in patterns:
        text = re.sub(pattern, blank, text, flags=re.DOTALL)
    return text


def own_name(macro: Node) -> str:
    """Return the name without what dbt and dispatch put around it."""
    name = re.sub(r"^(duckdb|redshift)__", "", macro["name"])
    return re.sub(r"^test_", "", name) if "tests/" in macro["original_file_path"] else name


def test_one_macro_per_file_and_it_bears_the_file_name(project: Project) -> None:
    for macro in project.macros:
        stem = Path(macro["original_file_path"]).stem
        assert own_name(macro) in (stem, f"{stem}_default"), macro["original_file_path"]


def test_a_difference_between_engines_has_both_variants_and_never_one_for_postgres(project: Project) -> None:
    names = {macro["name"] for macro in project.macros}
    assert not {name for name in names if name.startswith(("postgres__", "default__"))}
    dispatched = {own_name(macro) for macro in project.macros if "adapter.dispatch(" in macro["macro_sql"]}
    variants = {name for name in names if re.match("(duckdb|redshift)__", name)}
    assert variants == {
        f"{engine}__{name}" for engine in ("duckdb", "redshift") for name in dispatched | DISPATCHED_BY_DBT
    }
    in_dialect = {path.stem for path in (ROOT / "macros" / "dialect").glob("*.sql")}
    assert in_dialect <= dispatched
    # Physical design is no dialect, because DuckDB has none, nor is listing files: on Redshift the list comes
    # from outside; and only one of them keeps a second run out by itself.
    in_physical = {path.stem for path in (ROOT / "macros" / "physical").rglob("*.sql")}
    assert dispatched - in_dialect - in_physical == {"ensure_no_other_run", "refresh_landed_objects"}


def test_dispatch_names_the_project(project: Project) -> None:
    for macro in project.macros:
        for call in re.findall(r"adapter\.dispatch\(([^)]*)\)", macro["macro_sql"]):
            assert call == f"'{macro['name']}', 'duckshift'"


def test_every_macro_is_used(project: Project) -> None:
    texts = [macro["macro_sql"] for macro in project.macros]
    texts += [node.get("raw_code") or "" for node in project.nodes("model", "snapshot", "test", "operation")]
    hooks = (node["config"][when] for node in project.models for when in ("pre-hook", "post-hook"))
    texts += {hook["sql"] for of_model in hooks for hook in of_model}
    generic = {test["test_metadata"]["name"] for test in project.tests if test.get("test_metadata")}
    unused = []
    for macro in project.macros:
        name = macro["name"]
        if re.match("(duckdb|redshift)__", name) or name in CALLED_BY_DBT | CALLED_BY_PEOPLE | AWAITED:
            continue
        if name.removeprefix("test_") in generic:
            continue
        # Once where it is defined, and again where it is called or handed on.
        if sum(len(re.findall(rf"(?<!\w){name}(?!\w)", text)) for text in texts) < 2:
            unused.append(macro["original_file_path"])
    assert not unused


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_macro_says_first_what_it_gives_unless_its_name_does(path: Path) -> None:
    """Macros longer than a few lines need more than their description in YAML."""
    text = path.read_text(encoding="utf-8")
    if len(text.splitlines()) > 12:
        head = "\n".join(text.splitlines()[:5])
        assert "{#-" in head or "\n    -- " in head


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_lines_are_short_and_indented_by_four_spaces(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "\t" not in text
    assert text.endswith("\n") and not text.endswith("\n\n")
    for number, line in enumerate(text.splitlines(), 1):
        assert line == line.rstrip(), number
        assert len(line) <= LINE_LENGTH, number
    for number, line in enumerate(blanked(path, *COMMENTS).splitlines(), 1):
        indent = len(line) - len(line.lstrip())
        assert not line.strip() or indent % 4 == 0, f"line {number} is indented by {indent}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_keywords_are_in_lower_case_and_operators_as_in_models(path: Path) -> None:
    code = blanked(path, *COMMENTS, *TEXTS)
    assert not SQL_WORDS.findall(code)
    assert "<>" not in code
    assert "::" not in code
    assert not re.search(r"\bconcat\(", code)
