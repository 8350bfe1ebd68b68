"""Tests that a change removes, or that find less than before: a check that has them green proves less."""

from collections.abc import Iterator
from typing import Any

from duckshift.ci.changes import successor
from duckshift.ci.state import Manifest

Node = dict[str, Any]
THRESHOLDS = ("where", "limit", "fail_calc", "warn_if", "error_if")
EXPECTED = ("given", "expect", "overrides")


def find_weaker_tests(old: Manifest, new: Manifest) -> list[str]:
    """Return what became of tests that are gone, only warn now, or look at something else.

    Tests of what is gone itself do not count. Whether another argument asks for less only a reader can tell.
    """
    before, after = _by_what_they_test(old, new), _by_what_they_test(new, new)
    found: list[str] = []
    for what, tests in before.items():
        same = {test["unique_id"]: test for test in after.get(what, [])}
        left = [
            test for test in after.get(what, []) if test["unique_id"] not in {t["unique_id"] for t in tests}
        ]
        for test in tests:
            now = same.get(test["unique_id"]) or (left.pop(0) if left else None)
            if now is None:
                found.append(f"{_name(test)} was removed")
            else:
                found += [f"{_name(test)} {how}" for how in _weakened(test, now)]
    return sorted(found)


def _by_what_they_test(manifest: Manifest, new: Manifest) -> dict[tuple[str, ...], list[Node]]:
    """Return tests by what they are to show: of a generic one model, column and kind, else its own name."""
    tests: dict[tuple[str, ...], list[Node]] = {}
    for test in manifest["unit_tests"].values():
        if any(node["name"] == test["model"] for node in new["nodes"].values()):
            tests.setdefault(("unit", test["model"], test["name"]), []).append(test)
    for test in manifest["nodes"].values():
        if test["resource_type"] == "test" and (what := _what(test, manifest, new)):
            tests.setdefault(what, []).append(test)
    return tests


def _what(test: Node, manifest: Manifest, new: Manifest) -> tuple[str, ...] | None:
    generic = test.get("test_metadata")
    if not generic:
        is_whole = all(_goes_on(manifest, name, new) for name in test["depends_on"]["nodes"])
        return ("singular", test["name"]) if is_whole else None
    tested = manifest["nodes"].get(test.get("attached_node") or "")
    node = successor(tested, new) if tested else None
    column = test.get("column_name") or ""
    if tested and (node is None or (column and column not in node["columns"])):
        return None
    return (node["unique_id"] if node else "", column, generic["name"])


def _goes_on(manifest: Manifest, unique_id: str, new: Manifest) -> bool:
    node = manifest["nodes"].get(unique_id)
    return node is None or successor(node, new) is not None


def _weakened(was: Node, now: Node) -> Iterator[str]:
    if was["resource_type"] == "unit_test":
        if any(was.get(part) != now.get(part) for part in EXPECTED):
            yield "has other rows or expectations"
        return
    if was["config"]["severity"].lower() == "error" and now["config"]["severity"].lower() == "warn":
        yield "only warns now"
    for name in THRESHOLDS:
        if was["config"].get(name) != now["config"].get(name) and now["config"].get(name) is not None:
            yield f"has another `{name}`: {now['config'][name]}"
    if _arguments(was) != _arguments(now):
        yield "has other arguments" if was.get("test_metadata") else "has other SQL"


def _arguments(test: Node) -> Any:
    if not test.get("test_metadata"):
        return test["checksum"]
    return {name: value for name, value in test["test_metadata"]["kwargs"].items() if name != "model"}


def _name(test: Node) -> str:
    if test["resource_type"] == "unit_test":
        return f"unit test {test['name']} of {test['model']}"
    return f"test {test['name']}"
