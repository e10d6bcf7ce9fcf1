"""Every library is pinned, with its hash and from its registry: the lock files are the inventory."""

import json
import re
from pathlib import Path
from typing import Any, Final

import pytest

ROOT: Final = Path(__file__).parents[2]
LOCKS: Final = ("requirements/dev.lock", "requirements/server.lock")
NPM: Final = ("package-lock.json", "tests/prove/azurite/package-lock.json")
REGISTRY: Final = "https://registry.npmjs.org/"


def python_faults(lock: str) -> list[str]:
    """Lines of a lock of pip's that name a package without a version or a SHA-256."""
    entries = re.split(r"\n(?=\S)", re.sub(r"^\s*#.*\n?", "", lock, flags=re.MULTILINE))
    pinned = re.compile(
        r"[A-Za-z0-9._\[\],-]+==\S+(?: ;[^\\]*)?(?: \\\n +--hash=sha256:[0-9a-f]{64})+"
    )
    return [entry.split("\n")[0] for entry in entries if entry.strip() and not pinned.match(entry)]


def npm_faults(lock: dict[str, Any]) -> list[str]:
    """Packages of a lock of npm's that come from elsewhere than its registry, or without a SHA-512."""
    return [
        name
        for name, facts in lock["packages"].items()
        if "node_modules/" in name and not facts.get("link")
        and not (
            str(facts.get("resolved", REGISTRY)).startswith(REGISTRY)
            and str(facts.get("integrity", "")).startswith("sha512-")
        )
    ]  # fmt: skip


def test_every_package_is_pinned_by_its_hash_and_comes_from_a_registry() -> None:
    for name in LOCKS:
        lock = (ROOT / name).read_text(encoding="utf-8")
        assert lock.count("--hash=sha256:") > 40
        assert python_faults(lock) == [], name
    for name in NPM:
        found = json.loads((ROOT / name).read_text(encoding="utf-8"))
        assert len(found["packages"]) > 20
        assert npm_faults(found) == [], name


@pytest.mark.parametrize("line", ["flask==3.1.3\n", "flask\n", "git+https://git.example/flask\n"])
def test_a_package_without_version_or_hash_is_found(line: str) -> None:
    assert python_faults(f"a==1 \\\n    --hash=sha256:{'0' * 64}\n{line}") == [line.strip()]


@pytest.mark.parametrize(
    "facts",
    [
        {"resolved": "https://evil.example/x.tgz", "integrity": "sha512-x"},
        {"resolved": f"{REGISTRY}x/-/x-1.tgz", "integrity": "sha1-x"},
        {"resolved": "git+ssh://git@git.example/x.git", "integrity": "sha512-x"},
        {},
    ],
)
def test_a_package_from_elsewhere_is_found(facts: dict[str, str]) -> None:
    assert npm_faults({"packages": {"node_modules/x": facts}}) == ["node_modules/x"]
