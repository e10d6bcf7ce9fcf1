"""Stock `age` with post-quantum keys: one that is installed, or Debian's, fetched for the tests.

`python tests/stock_age.py` is a step of the set-up: it finds one or fetches one. Fetching needs
no root: the package's two programs are unpacked into `.setup/stock-age`.
"""

import io
import lzma
import os
import platform
import shutil
import ssl
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import httpx

FOLDER = Path(__file__).parents[1] / ".setup" / "stock-age"
PROGRAMS = ("age", "age-keygen")
SORRY = (
    "No age with post-quantum keys (1.3 or newer) was found or fetched{why}. "
    "Install one (brew install age, apt-get install age, or go install filippo.io/age/cmd/...@v1.3.2) "
    "or set LETTERLOCK_AGE to the path of one, with age-keygen beside it, and run make again.\n"
)


@dataclass(frozen=True)
class Package:
    """Debian's package of age 1.3.2: SHA-256 for us, SHA-1 as snapshot.debian.org names files."""

    architecture: str
    sha256: str
    sha1: str

    @property
    def addresses(self) -> tuple[str, str]:
        """Debian's archive, and its snapshots for when the archive has gone on."""
        return (
            f"https://deb.debian.org/debian/pool/main/a/age/age_1.3.2-1_{self.architecture}.deb",
            f"https://snapshot.debian.org/file/{self.sha1}",
        )


AMD64 = Package(
    "amd64",
    "ef3b46000103bb3a3ab0376c47b147c07a8459a21f2ca88a15ad0bc6c8dfddf6",
    "d27157b6c05206702bfe8efa255342e8a58b2946",
)
ARM64 = Package(
    "arm64",
    "c30a961455158e5b906c4e8fae8c1d2f5a7abffa1771c84c6284beb78dd926d3",
    "644f8bc04c7d4b4c046a7edba5ecd21eebd70427",
)
PACKAGES = {"x86_64": AMD64, "amd64": AMD64, "aarch64": ARM64, "arm64": ARM64}


class NotToBeHad(Exception):
    """No stock age with post-quantum keys on this machine; the text says what to do."""


@dataclass(frozen=True)
class StockAge:
    """An `age` program, with `age-keygen` beside it."""

    path: Path

    @property
    def version(self) -> str:
        """Such as `1.3.2`."""
        return self._run("age", ["--version"]).decode().strip().removeprefix("v")

    def new_identity(self) -> str:
        """A post-quantum identity, `AGE-SECRET-KEY-PQ-1…`."""
        lines = self._run("age-keygen", ["-pq"]).decode().splitlines()
        return next((line for line in lines if line.startswith("AGE-SECRET-KEY-PQ-1")), "")

    def encrypt(self, recipients: Sequence[str], content: bytes) -> bytes:
        """Encrypt to any number of recipients."""
        with _text_file(recipients) as path:
            return self._run("age", ["-R", path], content)

    def decrypt(self, identity: str, file: bytes) -> bytes:
        """Decrypt with one identity.

        Raises:
            CalledProcessError: It does not open.
        """
        with _text_file([identity]) as path:
            return self._run("age", ["-d", "-i", path], file)

    def _run(self, program: str, arguments: list[str], given: bytes = b"") -> bytes:
        command = [str(self.path.with_name(program)), *arguments]
        return subprocess.run(command, input=given, capture_output=True, check=True).stdout


def find() -> StockAge:
    """The one to use: LETTERLOCK_AGE alone if it is set, else ours, else one on the PATH.

    Raises:
        NotToBeHad: None of them has post-quantum keys.
    """
    for path in _places():
        stock = StockAge(path)
        if _is_post_quantum(stock):
            return stock
    raise NotToBeHad(SORRY.format(why=""))


def install() -> int:
    """Find one, or fetch Debian's."""
    try:
        find()
    except NotToBeHad:
        try:
            _fetch()
            find()
        except (NotToBeHad, OSError) as error:
            sys.stderr.write(SORRY.format(why=f" ({error})" if isinstance(error, OSError) else ""))
            return 1
    return 0


def _places() -> Iterator[Path]:
    if named := os.environ.get("LETTERLOCK_AGE"):
        yield Path(named)
        return
    yield FOLDER / "age"
    if on_path := shutil.which("age"):
        yield Path(on_path)


def _is_post_quantum(stock: StockAge) -> bool:
    try:
        return bool(stock.new_identity()) and bool(stock.version)
    except (OSError, subprocess.CalledProcessError):  # before 1.3 `-pq` is unknown
        return False


def _fetch() -> None:
    if "LETTERLOCK_AGE" in os.environ:
        raise OSError("what LETTERLOCK_AGE names is none")
    package = PACKAGES.get(platform.machine().lower())
    if package is None or sys.platform != "linux":
        raise OSError("there is no package for this kind of machine")
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, program in _unpack(_download(package)):
        place = FOLDER / name
        place.write_bytes(program)
        place.chmod(0o755)


def _download(package: Package) -> bytes:
    trusted = ssl.create_default_context()
    for address in package.addresses:
        try:
            answer = httpx.get(address, verify=trusted, timeout=60, follow_redirects=True)
        except httpx.HTTPError:
            continue
        if sha256(answer.content).hexdigest() == package.sha256:
            return answer.content
    raise OSError("neither deb.debian.org nor snapshot.debian.org gave the package that we know")


def _unpack(package: bytes) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(fileobj=io.BytesIO(lzma.decompress(_member(package, "data.tar.xz")))) as tar:
        for name in PROGRAMS:
            file = tar.extractfile(f"./usr/bin/{name}")
            if file is None:
                raise OSError("the package does not hold age")
            yield name, file.read()


def _member(package: bytes, wanted: str) -> bytes:
    """A file of an `ar` archive: 60 bytes of header before each, and even addresses."""
    at = 8
    while at < len(package):
        header = package[at : at + 60]
        size = int(header[48:58])
        if header[:16].decode("ascii").strip().rstrip("/") == wanted:
            return package[at + 60 : at + 60 + size]
        at += 60 + size + size % 2
    raise OSError(f"the package holds no {wanted}")


@contextmanager
def _text_file(lines: Sequence[str]) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "keys.txt"
        path.write_text("".join(f"{line}\n" for line in lines))
        yield str(path)


if __name__ == "__main__":
    sys.exit(install())
