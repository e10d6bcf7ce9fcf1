"""Who may call whom, as import-linter reads it from pyproject.toml.

Green on the tree, and red for a planted violation of each contract: a rule that nobody has seen
refusing may have stopped reading the code long ago.
"""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")
CONTRACTS = {
    contract["id"]: contract
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
        "importlinter"
    ]["contracts"]
}

# (contract, file, line): the line is added at the end of the file, which may be new.
PLANTS = [
    ("floors", "server/base/planted.py", "from server.people import service"),
    ("floors", "server/people/service.py", "from server.messages import service as up"),
    ("floors", "server/crypto/padding.py", "from server.base import ids"),
    ("floors", "server/mail/planted.py", "from server import graph"),
    ("floors", "server/planted/__init__.py", ""),  # a new slice that nobody has given a floor
    ("inside", "server/firms/models.py", "from server.firms import service"),
    ("inside", "server/messages/ports.py", "from server.messages import store"),
    ("adapters", "server/mail/planted.py", "from server.messages import service"),
    ("adapters", "server/graph/planted.py", "from server.people import models"),
    ("pure", "server/crypto/planted.py", "import flask"),
    ("pure", "server/crypto/planted.py", "from server.base import settings"),
    ("no-http", "server/firms/service.py", "import flask"),
    ("no-http", "server/messages/store.py", "import requests"),
    ("no-sandbox", "server/base/planted.py", "import sandbox"),
    ("sandbox-alone", "sandbox/planted.py", "from server.crypto import padding"),
]
# Every contract of privacy, slice by slice: an adapter reaches for each protected module.
PLANTS += [
    (name, "server/graph/planted.py", f"import {module}")
    for name, contract in CONTRACTS.items()
    if contract["type"] == "protected"
    for module in contract["protected_modules"]
]


def lint(tree: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LINT_IMPORTS, "--no-cache", "--no-logo"],
        cwd=tree,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


def test_the_tree_keeps_every_contract() -> None:
    report = lint(ROOT)
    assert report.returncode == 0, report.stdout + report.stderr
    assert f"Contracts: {len(CONTRACTS)} kept, 0 broken." in report.stdout


@pytest.mark.parametrize(("name", "file", "line"), PLANTS)
def test_a_planted_violation_turns_red_and_names_its_contract(
    tmp_path: Path, name: str, file: str, line: str
) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in ("server", "sandbox"):
        shutil.copytree(
            ROOT / package,
            tmp_path / package,
            ignore=shutil.ignore_patterns("__pycache__", "dist", "node_modules"),
        )
    planted = tmp_path / file
    planted.parent.mkdir(exist_ok=True)
    with planted.open("a", encoding="utf-8") as source:
        source.write(f"\n{line}\n")
    report = lint(tmp_path)
    assert report.returncode == 1, report.stdout + report.stderr
    assert f"{CONTRACTS[name]['name']} BROKEN" in report.stdout


def test_every_contract_has_been_seen_refusing() -> None:
    assert {name for name, _, _ in PLANTS} == set(CONTRACTS)
