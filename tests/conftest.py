"""Options and fixtures of all suites."""

from pathlib import Path

import pytest
from tests.golden import Golden
from tests.parity.proof import Proof, session_proof


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden", action="store_true", help="write golden files anew, to be reviewed as a diff"
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with parity, which takes longest, so that it does not end alone; who else reads it comes last."""
    place = {"test_parity.py": 0, "test_golden_ddl.py": 2}
    items.sort(key=lambda item: place.get(item.path.name, 1))


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """The golden files beside a test module, in its folder `golden`."""
    return Golden(Path(request.path).parent / "golden", request.config.getoption("--update-golden"))


@pytest.fixture(scope="session")
def proof(tmp_path_factory: pytest.TempPathFactory) -> Proof:
    """One run of `duckshift parity`, shared by all processes of the session."""
    return session_proof(tmp_path_factory)
