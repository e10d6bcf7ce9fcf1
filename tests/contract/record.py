"""Record the talks with Entra anew: `python -m tests.contract.record`, then look at the difference."""

import tempfile
from pathlib import Path

from tests.contract.entra_flows import FLOWS, TAPES, live
from tests.sandbox.running import running


def main() -> None:
    """Write a tape for each flow, and nothing else into the folder."""
    TAPES.mkdir(exist_ok=True)
    for old in TAPES.glob("*.yaml"):
        old.unlink()
    with tempfile.TemporaryDirectory() as data, running(Path(data)) as sandbox:
        for name in FLOWS:
            (TAPES / f"{name}.yaml").write_text(live(name, sandbox))


if __name__ == "__main__":
    main()
