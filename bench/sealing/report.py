from pathlib import Path
from typing import Any


def write(path: Path, result: dict[str, Any], others: dict[str, dict[str, Any]]) -> None:
    pass
