"""Houses with letters in them, and other places to which they move."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from server.app import build_parts
from server.base.ids import new_id
from server.base.settings import Settings
from server.base.tenancy import all_firms
from server.commands.backup import BackedUp, backup
from server.commands.restore import Restored, restore
from server.crypto.age import decrypt
from server.crypto.identity import Identity, Recipient
from tests.commands.letters import Letters, write_letters
from tests.house import House
from tests.sandbox.running import Sandbox

Opened = Callable[[Settings], House]


@dataclass(frozen=True)
class Keeper:
    """A key pair for backups, and a folder for them; `path` is the file with the identity."""

    folder: Path
    recipient: Recipient
    identity: Identity
    path: Path

    def backup(self, house: House) -> BackedUp:
        """A backup of a house in a new file."""
        return backup(house.parts.settings, self.folder / f"{new_id()}.age", self.recipient)

    def restore(self, settings: Settings, file: Path) -> Restored:
        """Restore it."""
        return restore(settings, file, self.identity)

    def plain(self, file: Path) -> bytes:
        """The tar file in a backup."""
        return decrypt(self.identity, file.read_bytes())


@pytest.fixture
def letters(house: House) -> Letters:
    """Two letters of `house` that were sent, one with a file too large for its row."""
    return write_letters(house)


@pytest.fixture
def opened(microsoft: Sandbox) -> Iterator[Opened]:
    """Opens a house on what is there, and closes it at the end."""
    with ExitStack() as stack:

        @contextmanager
        def open_(settings: Settings) -> Iterator[House]:
            house = House(build_parts(settings), microsoft).open()
            with all_firms("a test looks at everything"):
                yield house
            house.close()

        yield lambda settings: stack.enter_context(open_(settings))


@pytest.fixture
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Settings of an empty place, on SQLite, with the master key of the test's house."""
    name = "house" if "house" in request.fixturenames else "sqlite_house"
    house: House = request.getfixturevalue(name)
    folder = tmp_path / "elsewhere"
    return replace(
        house.parts.settings,
        data=folder,
        database_url=f"sqlite:///{folder / 'letterlock.db'}",
        blob_url=(folder / "blobs").as_uri(),
    )


@pytest.fixture
def keeper(tmp_path: Path) -> Keeper:
    """Who makes backups and restores them."""
    identity = Identity.new()
    path = tmp_path / "identity.txt"
    path.write_text(f"# for backups\n{identity.text}\n")
    return Keeper(tmp_path, identity.recipient, identity, path)
