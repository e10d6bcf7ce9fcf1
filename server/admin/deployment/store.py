"""The scripts as they were written: each begins below the values that a firm's copy starts with."""

from pathlib import Path
from typing import Final

_SCRIPTS: Final = Path(__file__).resolve().parent / "scripts"


def script(name: str) -> str:
    """The text of a script, such as `registration`."""
    return (_SCRIPTS / f"{name}.ps1").read_text(encoding="utf-8")
