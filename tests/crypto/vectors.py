"""The vectors that both implementations read."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "vectors"


def load(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text())
    return found


def named(cases: list[dict[str, Any]]) -> dict[str, Any]:
    """Arguments of parametrize: the cases, under their names."""
    return {"argvalues": cases, "ids": [case.get("name", str(n)) for n, case in enumerate(cases)]}
