"""docs/security/keys.md names every label and every primitive that stands in the code."""

import ast
import re
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = ROOT / "docs/security/keys.md"
LIBRARIES: Final = ("nacl", "cryptography.hazmat", "hashlib", "hmac", "secrets")
LABEL: Final = re.compile(r"letterlock/[a-z/-]+/v[0-9]+")
PACKAGE: Final = re.compile(r"from \"((?:@noble|@scure)/[a-z-]+|hash-wasm|age-encryption)")
# Shapes and errors, beside the primitives that they belong to.
HELPERS: Final = {"RawEncoder", "AEAD", "KDF", "KEM"}


def sources() -> dict[str, str]:
    """Every file of ours that a server or a browser runs."""
    scripts = [
        path
        for folder in ("web", "addin")
        for path in (ROOT / folder).rglob("*.ts")
        if not {"node_modules", "test", "scripts", "dist"} & set(path.parts)
    ]
    files = [*(ROOT / "server").rglob("*.py"), *scripts]
    return {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in files}


def labels(source: str) -> set[str]:
    """The labels in a file."""
    return set(LABEL.findall(source))


def primitives(path: str, source: str) -> set[str]:
    """What a file takes from libraries of cryptography."""
    if path.endswith(".ts"):
        return set(PACKAGE.findall(source))
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names if name.name in LIBRARIES}
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(LIBRARIES):
            found |= {name.name for name in node.names}
    # A public key goes with its private one, opening with sealing.
    twins = {
        name.replace("PublicKey", "PrivateKey").replace("_decrypt", "_encrypt") for name in found
    }
    return {name for name in twins if not name.endswith(("Error", "_ALG")) and name not in HELPERS}


def unnamed(names: set[str], page: str) -> set[str]:
    """Those of the names that the page does not have, between backquotes."""
    return {name for name in names if f"`{name}`" not in page}


def test_every_label_in_the_code_stands_in_the_inventory() -> None:
    page, found = PAGE.read_text(encoding="utf-8"), set[str]()
    for source in sources().values():
        found |= labels(source)
    assert unnamed(found, page) == set()
    assert labels(page) - found == set()


def test_every_primitive_in_the_code_stands_in_the_inventory() -> None:
    page, found = PAGE.read_text(encoding="utf-8"), set[str]()
    for path, source in sources().items():
        found |= primitives(path, source)
    assert {"hmac", "ChaCha20Poly1305", "SigningKey", "@noble/ciphers", "hash-wasm"} <= found
    assert unnamed(found, page) == set()


def test_a_new_label_and_a_new_primitive_are_found() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert unnamed(labels('DOMAIN = "letterlock/planted/v1"'), page) == {"letterlock/planted/v1"}
    planted = "from cryptography.hazmat.primitives.ciphers.algorithms import TripleDES"
    assert unnamed(primitives("server/x.py", planted), page) == {"TripleDES"}
    script = 'import { sha1 } from "@noble/planted/legacy.js"'
    assert unnamed(primitives("web/x.ts", script), page) == {"@noble/planted"}
