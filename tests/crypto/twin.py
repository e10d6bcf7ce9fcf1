"""The browser's age reader, run in Node (tests/crypto/age_twin.ts)."""

import base64
import json
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

ROOT = Path(__file__).parents[2]
READERS = (1, 2, 50)
"""Numbers of readers in a file that it is tried with."""
Verb = Literal["seal", "open", "openAny"]
Task = tuple[Verb, str, bytes]


def run(tasks: Iterable[Task]) -> list[bytes | str]:
    """Do (verb, recipient or identity, bytes); each gives bytes, or the reason of its refusal."""
    asked = [
        {"verb": verb, "key": key, "bytes": base64.b64encode(data).decode()}
        for verb, key, data in tasks
    ]
    answer = subprocess.run(
        ["node", "--import", "tsx", "tests/crypto/age_twin.ts"],
        cwd=ROOT,
        input=json.dumps(asked).encode(),
        stdout=subprocess.PIPE,
        check=True,
    ).stdout
    results = json.loads(answer)
    return [
        base64.b64decode(result["bytes"]) if "bytes" in result else result["reason"]
        for result in results
    ]
