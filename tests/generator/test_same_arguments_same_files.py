"""Equal arguments give equal bytes; an interrupted generation is resumed; another one is refused."""

import hashlib
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from duckshift.errors import UserError
from duckshift.sources import generate
from duckshift.sources._engine import Plan, open_run


def contents(root: Path) -> dict[str, str]:
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in root.rglob("*")
        if path.is_file()
    }


@pytest.fixture(scope="module")
def tiny(make_landing: Callable[..., Any]) -> Any:
    return make_landing(scale=0.002, days=3)


def test_same_arguments_give_the_same_bytes(landing: Any, make_landing: Callable[..., Any]) -> None:
    again = make_landing(scale=0.02, days=30, contract_breaks=True)
    assert contents(again.root) == contents(landing.root)
    assert again.report.records == landing.report.records


def test_another_seed_gives_other_orders(tiny: Any, make_landing: Callable[..., Any]) -> None:
    other = make_landing(scale=0.002, days=3, seed=8)
    query = "select order_id, ordered_at from read_parquet('{root}/shop/orders/**/*.parquet')"
    assert tiny.rows(query) != other.rows(query)


def test_a_resumed_generation_completes_what_is_missing_and_leaves_the_rest(
    tiny: Any, tmp_path: Path
) -> None:
    root = tmp_path / "landing"
    shutil.copytree(tiny.root, root)
    whole = contents(root)
    lost = [name for name in whole if name != "_truth/parameters.json"][::3]
    kept = next(name for name in whole if name not in lost)
    for name in lost:
        (root / name).unlink()
    before = (root / kept).stat().st_mtime_ns
    generate(root, scale=0.002, days=3)
    assert contents(root) == whole
    assert (root / kept).stat().st_mtime_ns == before


def test_another_generation_is_refused(tiny: Any) -> None:
    before = contents(tiny.root)
    with pytest.raises(UserError, match="holds other files"):
        generate(tiny.root, scale=0.002, days=4)
    assert contents(tiny.root) == before


def test_a_folder_with_foreign_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("keep me")
    with pytest.raises(UserError, match="holds other files"):
        generate(tmp_path, scale=0.002, days=1)
    assert [entry.name for entry in tmp_path.iterdir()] == ["letter.txt"]


@pytest.mark.parametrize("arguments", [{"scale": 0.0}, {"scale": -1.0}, {"days": 0}])
def test_senseless_arguments_are_refused(tmp_path: Path, arguments: dict[str, Any]) -> None:
    with pytest.raises(UserError, match="must be"):
        generate(tmp_path, **arguments)


def test_chance_is_the_md5_of_seed_stream_and_number(tmp_path: Path) -> None:
    plan = Plan(scale=0.01, days=1, seed=42, start=date(2024, 1, 1), faults=True, contract_breaks=False)
    with open_run(plan, tmp_path, lambda _: None) as run:
        [(found,)] = run.rows("select u('orders', 17)")
    low_half = hashlib.md5(b"42:orders:17").digest()[8:]
    assert found == (int.from_bytes(low_half, "little") >> 11) / 2**53
