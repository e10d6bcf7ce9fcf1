"""Gives the page of the bench to any browser, and takes its result.

`python bench/sealing/serve.py --port 8600 --results bench/sealing/results`, then open
http://localhost:8600/?post=firefox there: it writes results/firefox.json. The page's title is
"done" (or "failed") at the end. Build it first: `node bench/sealing/build.mjs`.
"""

import argparse
import json
import re
import sys
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

DIST = Path(__file__).parent / "dist"
RESULTS = Path(__file__).parent / "results"
NAME = re.compile(r"/results/([a-z0-9-]{1,40})")
LARGEST = 16 * 1024 * 1024


class Page(SimpleHTTPRequestHandler):
    """The two files of the page, isolated, so that the clock steps by microseconds."""

    def __init__(self, *args: object, results: Path | None = None, **kwargs: object) -> None:
        self.results = results
        super().__init__(*args, directory=str(DIST), **kwargs)  # type: ignore[arg-type]

    def end_headers(self) -> None:
        self.send_header("Cross-Origin-Opener-Policy", "same-origin")
        self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def do_POST(self) -> None:
        name = NAME.fullmatch(self.path)
        length = int(self.headers.get("Content-Length", "0"))
        if name is None or self.results is None or length > LARGEST:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        result = json.loads(self.rfile.read(length))
        self.results.mkdir(parents=True, exist_ok=True)
        (self.results / f"{name[1]}.json").write_text(json.dumps(result))
        self.send_response(HTTPStatus.NO_CONTENT)
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        """Silent: whoever measures does not want lines."""


def serve(port: int = 0, results: Path | None = None) -> ThreadingHTTPServer:
    """A server on loopback; the caller runs and closes it. Port 0 takes a free one."""
    return ThreadingHTTPServer(("127.0.0.1", port), partial(Page, results=results))


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    arguments.add_argument("--port", type=int, default=8600)
    arguments.add_argument("--results", type=Path, default=RESULTS)
    given = arguments.parse_args()
    with serve(given.port, given.results) as server:
        print(f"http://localhost:{server.server_port}/?post=<name of the browser>", flush=True)
        server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
