"""The little of systemd that the operator's guide needs: starts what a unit's ExecStart says."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

MACHINE = Path(os.environ["MACHINE"])


def main(verb: str, *units: str) -> int:
    if verb == "daemon-reload":
        return 0
    return max(start(unit) for unit in units if unit != "--now")


def start(name: str) -> int:
    unit = MACHINE / "units" / (name if "." in name else f"{name}.service")
    entries = read(unit)
    if unit.suffix == ".timer":
        return 0 if (unit.with_suffix(".service")).is_file() else 1
    given = Path(entries["EnvironmentFile"]).read_text()
    settings = dict(entry.split("=", 1) for entry in shlex.split(given))
    command = shlex.split(entries["ExecStart"])
    own = os.environ | settings
    if entries["Type"] == "oneshot":
        return subprocess.run(
            command, cwd=entries["WorkingDirectory"], env=own, check=False
        ).returncode
    with (MACHINE / f"{unit.stem}.log").open("w") as log:
        child = subprocess.Popen(
            command, cwd=entries["WorkingDirectory"], env=own, stdout=log, stderr=log,
            start_new_session=True,
        )  # fmt: skip
    unit.with_suffix(".pid").write_text(str(child.pid))
    return 0


def read(unit: Path) -> dict[str, str]:
    words = unit.read_text()
    for name, own in json.loads(os.environ["MACHINE_NAMES"]).items():
        words = words.replace(name, own)
    lines = (line.partition("=") for line in words.splitlines() if not line.startswith("#"))
    return {name: value for name, _, value in lines if value}


sys.exit(main(*sys.argv[1:]))
