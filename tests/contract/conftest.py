"""A house whose way to Graph leads through a recorder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server import migrations
from tests.contract.recorder import Recorder, recording
from tests.house import House, furnished
from tests.sandbox.running import Sandbox


@pytest.fixture
def recorder(microsoft: Sandbox) -> Iterator[Recorder]:
    with recording(microsoft.url) as running:
        yield running


@pytest.fixture
def recorded(recorder: Recorder, microsoft: Sandbox, tmp_path: Path) -> Iterator[House]:
    """Our server and worker; Entra is the sandbox's own, Graph is the recorder."""
    url = f"sqlite:///{tmp_path / 'letterlock.db'}"
    migrations.upgrade(url)
    yield from furnished(url, microsoft, tmp_path, graph_url=recorder.url)
