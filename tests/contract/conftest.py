"""A house whose way to Graph leads through a recorder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server import migrations
from server.app import build_parts
from server.base.settings import Settings
from server.cli import ensure_master_key
from tests.contract.recorder import Recorder, recording
from tests.house import ADDIN_ORIGIN, ORIGIN, House
from tests.sandbox.running import CLIENT, SECRET, Sandbox


@pytest.fixture
def recorder(microsoft: Sandbox) -> Iterator[Recorder]:
    with recording(microsoft.url) as running:
        yield running


@pytest.fixture
def recorded(recorder: Recorder, microsoft: Sandbox, tmp_path: Path) -> Iterator[House]:
    """Our server and worker; Entra is the sandbox's own, Graph is the recorder."""
    url = f"sqlite:///{tmp_path / 'letterlock.db'}"
    migrations.upgrade(url)
    settings = Settings(
        data=tmp_path,
        database_url=url,
        blob_url=(tmp_path / "blobs").as_uri(),
        master_key=tmp_path / "master.key",
        origin=ORIGIN,
        addin_origin=ADDIN_ORIGIN,
        authority=microsoft.url,
        graph_url=recorder.url,
        office_js=f"{microsoft.url}/office.js",
        client_id=CLIENT,
        client_secret=SECRET,
        demo=True,
    )
    ensure_master_key(settings)
    built = House(build_parts(settings), microsoft).open()
    yield built
    built.close()
    microsoft.faults(obo=None, entra=None, graph=None, delivery=None)
