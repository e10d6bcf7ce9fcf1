"""What each browser lacks, and what our code does then: `python -m tests.prove.browsers.lacks`.

Asked of all of them, it writes the table of docs/browsers.md too.

The worker's rows are the choices of our own code (web/crypto), asked in that browser; the page's
rows are looked for by name. Served over TLS, since most of it is for secure pages only.
"""

import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.prove.browsers.behind_tls import terminated
from tests.prove.browsers.story import BROWSERS
from tests.prove.report import section, table
from tests.sandbox.running import ROOT, free_port

EXPLAINED = (
    "Cryptography and temporary files are the choices that our own code made in a worker of that "
    "browser; the rest is looked for by name."
)
PAGE = ROOT / "docs" / "browsers.md"
PLACE = re.compile(r"(?<= -->\n).*?(?=<!-- /lacks -->)", re.DOTALL)
PROBES = Path(__file__).with_name("probe")
PLAIN = "by plain arithmetic, the same bytes"
MEMORY = "grows in memory instead"
# name of the probe: (what it is, what for, what happens where it is missing)
MEANS = {
    "sha256": ("SHA-256", "hashes of objects", "nothing works without"),
    "hkdf": ("HKDF and HMAC", "keys of an age file", PLAIN),
    "chacha": ("ChaCha20-Poly1305", "contents of an age file", PLAIN),
    "x25519": ("X25519", "half of an envelope's key", PLAIN),
    "mlKem": ("ML-KEM-768", "the other half", PLAIN),
    "ed25519": ("Ed25519", "signatures", PLAIN),
    "temporary": ("private files, written at once", "a file until it is checked", MEMORY),
    "exportOnDisk": ("private files, written as a stream", "a copy to keep", MEMORY),
    "room": ("how much room there is", "a copy to keep", MEMORY),
    "locks": ("locks", "cleaning up beside other windows", "cleans up what others hold, too"),
    "trustedTypes": ("Trusted Types", "no text becomes a script", "the policy's other rules hold"),
    "anySignal": ("signals joined, and after a time", "cancel, and patience", "does not start"),
    "parses": ("addresses held against the rules", "links", "does not start"),
    "folders": ("folders among dropped files", "says that a folder was not added", "no word"),
    "hasSelector": ("CSS :has()", "a hint of colour", "no colour"),
    "streamsOver": ("streams given to workers", "", ""),
    "iterates": ("streams in a loop", "", ""),
    "compression": ("compression", "", ""),
    "serviceWorker": ("service workers", "", ""),
    "savePicker": ("a picker for where to save", "", ""),
    "popover": ("popovers", "", ""),
    "nesting": ("CSS nesting", "", ""),
    "base64": ("base64 of bytes", "", ""),
}
CHOICES = ("hkdf", "chacha", "x25519", "mlKem", "ed25519")


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The page of the probes at an https address."""
    for name in ("page", "worker"):
        command = [
            str(ROOT / "node_modules/.bin/esbuild"), str(PROBES / f"{name}.ts"), "--bundle",
            "--format=esm", "--target=es2023", "--keep-names", "--log-level=warning",
            f"--outfile={folder / name}.js",
        ]  # fmt: skip
        subprocess.run(command, check=True)
    html = '<!doctype html><title>Probes</title><script type="module" src="/page.js"></script>'
    (folder / "index.html").write_text(html)
    handler = partial(_Silent, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = free_port()
    with terminated(server.server_port, port, folder):
        yield f"https://localhost:{port}/"
    server.shutdown()
    server.server_close()


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


def main(names: list[str]) -> int:
    """Write the section; 1 if a browser could not be asked."""
    found: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as place:
        (Path(place) / "page").mkdir()
        with served(Path(place) / "page") as url:
            for name in names or BROWSERS:
                with BROWSERS[name](Path(place) / name) as browser:
                    browser.open(url)
                    said = browser.call("() => probe()")
                found[f"{browser.name} {browser.version}"] = said
    text = _markdown(found)
    section("lacks", "What each browser lacks", text)
    if not names:
        PAGE.write_text(PLACE.sub(lambda _: f"\n{text}\n\n", PAGE.read_text()))
    failed = {who: said["failed"] for who, said in found.items() if "failed" in said}
    sys.stderr.write("".join(f"{who}: {why}\n" for who, why in failed.items()))
    return 1 if failed else 0


def _markdown(found: dict[str, dict[str, Any]]) -> str:
    used: list[list[object]] = []
    unused: list[list[object]] = []
    for name, (what, purpose, otherwise) in MEANS.items():
        cells = [_word(name, said.get(name)) for said in found.values()]
        if purpose:
            used.append([what, purpose, *cells, otherwise])
        else:
            unused.append([what, *cells])
    of_pages = table(["what", "what for", *found, "where it is missing"], used)
    of_nobody = table(["what", *found], unused)
    return (
        f"{EXPLAINED}\n\n{of_pages}\n\nLooked for too, and used by no page of ours:\n\n{of_nobody}"
    )


def _word(name: str, is_there: object) -> str:
    words = ("native", "plain") if name in CHOICES else ("yes", "**no**")
    return words[0] if is_there else words[1]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
