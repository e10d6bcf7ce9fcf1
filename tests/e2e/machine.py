"""A machine on which the operator's guide is followed: its own folders, and stand-ins for root's tools.

The stand-ins are small programs of `shims/`. `sudo` runs what follows; `systemctl` starts what the
unit files say; `git`, `make`, `useradd` and `chown` do nothing, because this checkout is installed.
"""

import json
import os
import re
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.sandbox.running import ROOT

GUIDE = ROOT / "docs/guides/operator.md"
SHIMS = Path(__file__).with_name("shims")
SECTION = re.compile(r"^## (\d+)\. .*$", re.MULTILINE)
BLOCK = re.compile(r"^```sh( trial)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Guide:
    """The guide's sections by number."""

    sections: dict[int, str]

    @classmethod
    def read(cls) -> "Guide":
        parts = SECTION.split(GUIDE.read_text())
        return cls({int(n): words for n, words in zip(parts[1::2], parts[2::2], strict=True)})

    def blocks(self, section: int) -> list[str]:
        """The commands of a section."""
        return [block for _, block in BLOCK.findall(self.sections[section])]

    def bold(self, section: int) -> list[str]:
        """What a section prints in bold: what one presses or chooses."""
        return re.findall(r"\*\*(.+?)\*\*", self.sections[section])


@dataclass(frozen=True)
class Machine:
    """Where it lies, and what names of the guide are called here."""

    folder: Path
    names: dict[str, str]
    groups: list[int] = field(default_factory=list)

    @classmethod
    def bare(cls, folder: Path, *, port: int, sandbox_port: int) -> "Machine":
        for part in ("bin", "units", "root", "tmp", "etc", "var"):
            (folder / part).mkdir()
        names = {
            "https://portal.hart.example": f"http://localhost:{port}",
            "https://addin.hart.example": f"http://127.0.0.1:{port}",
            "the-secret-of-section-2": "demo-secret-not-for-use",
            "/opt/letterlock/.venv/bin": str(Path(sys.executable).parent),
            "/opt/letterlock": str(ROOT),
            "/etc/systemd/system": str(folder / "units"),
            "/etc/letterlock": str(folder / "etc/letterlock"),
            "/var/": f"{folder}/var/",
            "/usr/local/bin": str(folder / "bin"),
            "/root/": f"{folder}/root/",
            "/tmp/letterlock": f"{folder}/tmp/letterlock",  # noqa: S108 the guide's, not ours
            ".venv/bin/python": sys.executable,
            "8301": str(sandbox_port),
            "8300": str(port),
        }
        return cls(folder, names)

    def here(self, words: str) -> str:
        """The guide's words with the names of this machine."""
        for name, own in self.names.items():
            words = words.replace(name, own)
        return words

    def run(self, block: str, *, fails: bool = False, **environment: str) -> str:
        """Execute a block; returns what it printed. It must end well, or with `fails` badly."""
        path = f"{SHIMS}:{self.folder / 'bin'}:{os.environ['PATH']}"
        own = {
            "PATH": path, "LETTERLOCK_ENV": str(self.folder / "etc/letterlock/letterlock.env"),
            "LETTERLOCK_HOME": str(ROOT), "MACHINE": str(self.folder),
            "MACHINE_NAMES": json.dumps(self.names), "MACHINE_PYTHON": sys.executable,
        }  # fmt: skip
        with (self.folder / "out").open("w+") as out:  # a file: children go on holding it
            shell = subprocess.Popen(
                ["bash", "-euo", "pipefail", "-c", self.here(block)],
                cwd=ROOT, env=os.environ | own | environment, stdout=out,
                stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
            self.groups.append(shell.pid)
            status = shell.wait(120)
            out.seek(0)
            said = out.read()
        assert (status != 0) is fails, said
        return said

    def switch_off(self) -> None:
        """End what is running: what systemd started, and what commands left behind."""
        started = (int(file.read_text()) for file in (self.folder / "units").glob("*.pid"))
        for group in (*started, *self.groups):
            with suppress(ProcessLookupError):
                os.killpg(group, signal.SIGTERM)
