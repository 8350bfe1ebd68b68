"""Options and fixtures of all suites."""

from pathlib import Path

import pytest
from tests.golden import Golden
from tests.parity.proof import Proof, session_proof

TESTS = Path(__file__).resolve().parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden", action="store_true", help="write golden files anew, to be reviewed as a diff"
    )


LONGEST_FIRST = (
    "parity/test_parity.py",
    "warehouse/test_accounting.py",
    "replay/test_any_delivery.py",
    "ci/test_pull_requests.py",
    "snapshots/test_dumps.py",
    "real_data/test_olist.py",
    "real_data/test_online_retail.py",
    "docs_site/test_in_the_browser.py",
    "runs/test_run_lock.py",
    "physical/test_joins.py",
    "warehouse/test_bad_input.py",
    "warehouse/test_quarantine.py",
    "runs/test_outdated_models.py",
    "runs/test_run_ids.py",
    "warehouse/test_as_of.py",
    "identity/test_persons_are_found.py",
    "warehouse/test_web_events.py",
)
READERS_LAST = ("warehouse", "docs_site", "real_data", "conventions", "parity/test_golden_ddl.py")
"""What is built once for all processes: a second one would wait for the first."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let pytest-xdist begin with what takes longest, so that no process ends alone, and end with readers."""

    def place(item: pytest.Item) -> int:
        module = item.path.relative_to(TESTS).as_posix()
        if module in LONGEST_FIRST:
            return LONGEST_FIRST.index(module)
        return len(LONGEST_FIRST) + module.startswith(READERS_LAST)

    items.sort(key=place)


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """The golden files beside a test module, in its folder `golden`."""
    return Golden(Path(request.path).parent / "golden", request.config.getoption("--update-golden"))


@pytest.fixture(scope="session")
def proof(tmp_path_factory: pytest.TempPathFactory) -> Proof:
    """One run of `duckshift parity`, shared by all processes of the session."""
    return session_proof(tmp_path_factory)
