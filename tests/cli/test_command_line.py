"""The command explains itself, and what a user can mend ends in one line and an exit status."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from duckshift.ci.state import project_vars
from duckshift.cli import main
from duckshift.errors import UserError
from duckshift.settings import project_root

RATES = "fx/rates/dt=2024-01-15/rates.20240115T160000Z.csv"
GOOD_RATES = "rate_date,base_currency,quote_currency,rate\n2024-01-15,EUR,USD,1.1\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A landing root with one good file."""
    file = tmp_path / "landing" / RATES
    file.parent.mkdir(parents=True)
    file.write_text(GOOD_RATES)
    return tmp_path / "landing"


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str | Path) -> int:
    """Run the command in this process and return its exit status."""
    monkeypatch.setattr(sys, "argv", ["duckshift", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], ["generate", "land", "check-landing", "contract"]),
        (["--help"], ["generate", "land", "check-landing", "contract", "--version"]),
        (["generate", "--help"], ["--scale", "--days", "--seed", "--start", "--to", "--no-faults"]),
        (["land"], ["online-retail", "olist", "zone"]),
        (["land", "online-retail", "--help"], ["--from", "--to", "--until"]),
        (["land", "olist", "--help"], ["--from", "--to", "--until"]),
        (["check-landing", "--help"], ["ROOT", "--json", "--limit"]),
        (["contract"], ["export"]),
        (["contract", "export", "--help"], ["--check"]),
    ],
)
def test_help_names_commands_and_options(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    words: list[str],
) -> None:
    assert run(monkeypatch, *arguments) == 0
    printed = capsys.readouterr().out
    assert [word for word in words if word not in printed] == []


def test_a_landing_zone_comes_into_another_as_it_arrived(
    monkeypatch: pytest.MonkeyPatch, root: Path, tmp_path: Path
) -> None:
    later = RATES.replace("2024-01-15", "2024-02-01")
    for file in (later, "_truth/parameters.json"):
        (root / file).parent.mkdir(parents=True)
        (root / file).write_text("later")
    os.utime(root / RATES, (7, 7))
    zone = tmp_path / "zone"
    command = ("land", "zone", "--from", root, "--to", zone)
    for until, there in ((["--until", "2024-01-31"], [RATES]), ([], [RATES, later])):
        assert run(monkeypatch, *command, *until) == 0
        files = sorted(file.relative_to(zone).as_posix() for file in zone.rglob("*") if file.is_file())
        assert files == there
    assert (zone / RATES).stat().st_mtime == 7


def test_help_loads_no_heavy_module() -> None:
    program = (
        "import sys; sys.argv = ['duckshift', '--help']\n"
        "from duckshift.cli import main\n"
        "try: main()\n"
        "except SystemExit: print({'duckdb', 'dbt', 'yaml', 'numpy'} & set(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stderr == "set()\n"


def test_version_is_printed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, "--version") == 0
    assert capsys.readouterr().out.startswith("duckshift 0.")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["bild"], "(see `duckshift --help`)"),
        (["bild"], "No such command"),
        (["generate", "--scael", "1"], "No such option"),
        (["generate", "--scael", "1"], "(see `duckshift generate --help`)"),
        (["quarantine", "show", "first"], "(see `duckshift quarantine show --help`)"),
        (["generate", "--scale", "big"], "number"),
        (["generate", "--start", "2024-02-30"], "2024-02-30"),
        (["generate", "--start", "9999-12-30", "--days", "30"], "between 1900-01-01 and 2200-01-01"),
        (["land", "olist"], "--from"),
        (
            ["land", "olist", "--from", "no/such/folder"],
            "found nothing: name the one with its files",
        ),
        (["replay", "--plan", "days", "--root", "no/such"], "no/such is not a folder: name the folder that"),
        (["trace", "fct_sales"], "name either a TABLE and the KEY"),
        (["trace", "fct_sales", "1", "--line", "3"], "name either a TABLE and the KEY"),
        (["trace", "fct_sales", "--record", "fx/rates/file.csv"], "name either a TABLE and the KEY"),
        (["check-landing", "no/such/folder"], "landing root no/such/folder is not a folder"),
    ],
)
def test_a_mistake_is_one_line_and_status_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert run(monkeypatch, *arguments) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert printed.err.startswith("duckshift: ")
    assert message in printed.err


def test_a_file_in_place_of_the_landing_root_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "file"
    file.touch()
    assert run(monkeypatch, "check-landing", file) == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(
    "command", [["check-landing"], ["schema", "diff"], ["replay", "--plan", "days", "--root"]]
)
def test_a_root_without_landing_files_is_not_called_good(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], root: Path, command: list[str]
) -> None:
    (root / RATES).unlink()
    assert run(monkeypatch, *command, root) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert f"{root} holds no landing files: name the folder that holds <source>/<entity>/" in printed.err


def test_check_landing_ends_with_0_for_a_clean_root(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], root: Path
) -> None:
    assert run(monkeypatch, "check-landing", root) == 0
    assert capsys.readouterr().out == "1 file, 1 record read: all as the landing contract says\n"


def test_check_landing_takes_its_root_from_the_environment_and_ends_with_1_for_findings(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], root: Path
) -> None:
    monkeypatch.setenv("DUCKSHIFT_LANDING_ROOT", str(root))
    (root / RATES).write_text(GOOD_RATES + "31/01/2024,EUR,USD,1.1\n")
    assert run(monkeypatch, "check-landing") == 1
    assert "line 3: rate_date: date expected, found 31/01/2024" in capsys.readouterr().out


def test_check_landing_prints_json_for_programs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], root: Path
) -> None:
    assert run(monkeypatch, "check-landing", root, "--json") == 0
    assert json.loads(capsys.readouterr().out) == {
        "root": str(root),
        "files": 1,
        "records": 1,
        "rejected_records": 0,
        "held_files": [],
        "findings": [],
    }


def test_a_reader_that_leaves_early_is_no_error(root: Path) -> None:
    for number in range(500):  # their lines are more than the 64 kB that a pipe holds
        (root / f"{number:0100}.txt").touch()
    command = (
        f"'{sys.executable}' -c 'from duckshift.cli import main; main()' check-landing --limit 500 '{root}'"
    )
    done = subprocess.run(["bash", "-c", f"{command} | head -1"], capture_output=True, text=True, check=True)
    assert done.stderr == ""


def test_an_export_that_is_not_current_is_one_line_and_status_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    shutil.copytree(project_root() / "contracts", tmp_path / "contracts")
    (tmp_path / "dbt_project.yml").touch()
    monkeypatch.chdir(tmp_path)
    assert run(monkeypatch, "contract", "export", "--check") == 1
    printed = capsys.readouterr()
    assert printed.err.count("\n") == 1
    assert "models/bronze/fx/_fx__sources.yml" in printed.err
    assert run(monkeypatch, "contract", "export") == 0
    assert "wrote models/bronze/fx/_fx__sources.yml" in capsys.readouterr().out
    assert run(monkeypatch, "contract", "export", "--check") == 0


@pytest.mark.parametrize(
    "text",
    [
        "schema: [broken",
        "{name: fx, customProperties: [{property: changeColumns, value: [{physicalType: date}]}]}",
        "{name: fx}",
    ],
    ids=["no YAML", "a change column without a name", "no purpose"],
)
def test_a_contract_that_is_no_contract_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str
) -> None:
    folder = tmp_path / "contracts" / "landing"
    folder.mkdir(parents=True)
    (folder / "fx.odcs.yaml").write_text(text)
    (tmp_path / "dbt_project.yml").touch()
    monkeypatch.chdir(tmp_path)
    assert run(monkeypatch, "contract", "export") == 2
    printed = capsys.readouterr().err
    assert printed.count("\n") == 1
    assert "fx.odcs.yaml is no valid data contract" in printed


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (duckdb.IOException("IO Error: No space left on device\nmore"), "IO Error: No space left on device"),
        (duckdb.ConversionException("Conversion Error: Could not convert string 'ann@example.com'"), "***"),
        (duckdb.Error(), "Error"),
    ],
)
def test_an_error_of_duckdb_that_nobody_knows_more_of_is_one_line_without_values(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: duckdb.Error, said: str
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("duckshift.schema_diff.compare_schemas", fail)
    assert run(monkeypatch, "schema", "diff") == 2
    printed = capsys.readouterr().err
    assert printed.startswith("duckshift: DuckDB cannot go on: ")
    assert printed.endswith(f"{said}\n")
    assert "ann@" not in printed
    assert printed.count("\n") == 1


def small_database(folder: Path) -> Path:
    """A file of DuckDB with a table of a few blocks."""
    file = folder / "small.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute("create table numbers as from range(1000)")
    return file


@pytest.mark.parametrize("damage", ["no DuckDB", "cut off", "overwritten"])
def test_a_warehouse_that_is_damaged_is_one_line_with_its_name_and_the_remedy(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, damage: str
) -> None:
    file = small_database(tmp_path)
    content = file.read_bytes()
    damaged = {
        "no DuckDB": b"text\n" * 1000,
        "cut off": content[:5_000],
        "overwritten": content[:12_288] + b"\xff" * (len(content) - 12_288),
    }
    file.write_bytes(damaged[damage])
    monkeypatch.setenv("DUCKSHIFT_DATABASE", str(file))
    assert run(monkeypatch, "status") == 2
    assert capsys.readouterr().err == (
        f"duckshift: {file} is damaged or no file of DuckDB: move it away and run `dbt build`, or set"
        " DUCKSHIFT_DATABASE to another file\n"
    )


def test_a_warehouse_that_a_build_writes_names_the_process_and_says_wait(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = small_database(tmp_path)
    program = "import duckdb, sys; opened = duckdb.connect(sys.argv[1]); print('open', flush=True); input()"
    monkeypatch.setenv("DUCKSHIFT_DATABASE", str(file))
    with subprocess.Popen(
        [sys.executable, "-c", program, file], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "open\n"
        assert run(monkeypatch, "status") == 2
        writer.communicate("end\n")
    assert capsys.readouterr().err == (
        f"duckshift: {file} is being written, most likely by a build (process {writer.pid}):"
        " wait until it ends\n"
    )


def test_a_manifest_that_was_cut_off_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "manifest.json").write_text('{"nodes": {')
    monkeypatch.setenv("DBT_TARGET_PATH", str(tmp_path))
    assert run(monkeypatch, "trace", "fct_sales", "1") == 2
    printed = capsys.readouterr().err
    assert printed.count("\n") == 1
    assert "manifest.json is damaged, make it again" in printed


def test_a_project_file_that_is_no_yaml_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "dbt_project.yml").write_text("vars: [broken")
    with pytest.raises(UserError, match="is no YAML") as raised:
        project_vars(tmp_path)
    assert "\n" not in str(raised.value)


def test_make_lists_its_targets() -> None:
    done = subprocess.run(["make", "-s"], cwd=project_root(), capture_output=True, text=True, check=True)
    for target in ("venv", "demo", "test", "lint", "format", "clean"):
        assert f"make {target}" in done.stdout


def test_continuous_integration_calls_the_same_targets() -> None:
    script = project_root() / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert "exec make test" in script.read_text()
    workflow = (project_root() / ".github" / "workflows" / "ci.yml").read_text()
    assert "target: [lint, test]" in workflow
    assert "make ${{ matrix.target }}" in workflow
