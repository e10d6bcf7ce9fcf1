"""`python -m sandbox --port M --data DIR`."""

import argparse
from pathlib import Path

from sandbox.config import DEMO_SECRET, Config
from sandbox.serve import serve


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(
        prog="sandbox", description="A small Microsoft 365 on your own machine, not Microsoft's."
    )
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data", type=Path, required=True, help="folder of sandbox.db")
    parser.add_argument("--addin-url", help="the add-in's compose pane, on 127.0.0.1")
    parser.add_argument("--client-secret", default=DEMO_SECRET, help="the app's secret")
    parser.add_argument(
        "--moment", type=float, default=Config.moment, help="seconds from accepted to delivered"
    )
    parser.add_argument("--dist", type=Path, default=Config.dist, help="folder of built scripts")
    options = parser.parse_args()
    serve(Config(**vars(options)))


if __name__ == "__main__":
    main()
