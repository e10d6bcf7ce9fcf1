"""One sandbox for all tests of the folder; each test writes under subjects of its own."""

from collections.abc import Iterator

import pytest

from tests.sandbox.running import Sandbox, running


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with running(tmp_path_factory.mktemp("sandbox")) as started:
        yield started


@pytest.fixture
def faulty(sandbox: Sandbox) -> Iterator[Sandbox]:
    """The same sandbox; what a test sets to fail is mended after it."""
    yield sandbox
    sandbox.faults(obo=None, entra=None, graph=None, delivery=None)
