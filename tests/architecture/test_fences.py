"""The TypeScript fences hold: a planted violation of each turns eslint red and names the fence.

The plants stand in a copy beside the real configuration, so that the tree stays as it is.
"""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SETTINGS = ("eslint.config.js", "tsconfig.json", "package.json")
LONG_FUNCTION = "export function f(): number[] {\n  return [\n" + "    1,\n" * 28 + "  ]\n}\n"
LONG_FILE = "export const n = 1\n" + "// line\n" * 400

# file -> (what is planted, the rule that must see it, words of its message)
PLANTS = {
    # the ground knows bytes only
    "web/crypto/src/dom.ts": ("document.title = 'x'", "no-restricted-globals", "no DOM"),
    "web/crypto/src/window.ts": ("globalThis.document.title = ''", "no-restricted-properties", "DOM"),
    "web/crypto/src/fetch.ts": ("await fetch('/x')", "no-restricted-globals", "no network"),
    "web/crypto/src/self.ts": ("await self.fetch('/x')", "no-restricted-properties", "no network"),
    "web/crypto/src/store.ts": ("localStorage.clear()", "no-restricted-globals", "no DOM"),
    "web/crypto/src/office.ts": ("void Office.onReady()", "no-restricted-globals", "no Office"),
    "web/crypto/src/office_type.ts": (
        "export type T = Office.MessageCompose", "no-restricted-syntax", "no Office"),
    "web/crypto/src/dompurify.ts": (
        "export { default } from 'dompurify'", "no-restricted-imports", "imports noble only"),
    "web/crypto/src/node.ts": (
        "export * from 'node:fs'", "no-restricted-imports", "imports noble only"),
    "web/crypto/src/kit.ts": (
        "export * from '@letterlock/kit'", "no-restricted-imports", "imports noble only"),
    "web/crypto/src/kit_path.ts": (
        "export * from '../../kit/src/index.ts'", "no-restricted-imports", "by its name"),
    "web/crypto/src/wasm.ts": (
        "export * from 'hash-wasm'", "no-restricted-imports", "imports noble only"),
    "web/crypto/src/argon2.ts": (
        "export * from 'dompurify'", "no-restricted-imports", "imports hash-wasm"),
    "web/crypto/src/later.ts": (
        "await import('dompurify')", "no-restricted-syntax", "imports noble only"),
    # the kit is shared with the portal
    "web/kit/src/office.ts": ("void Office.onReady()", "no-restricted-globals", "Office belongs"),
    "web/kit/src/office_self.ts": (
        "export const o = self.Office", "no-restricted-properties", "Office belongs"),
    "web/kit/src/msal.ts": (
        "export * from '@azure/msal-browser'", "no-restricted-imports", "no Office"),
    "web/kit/src/pages.ts": ("export * from '@letterlock/pages'", "no-restricted-imports", "neither"),
    "web/kit/src/pane.ts": (
        "export * from '../../../addin/taskpane/office.ts'", "no-restricted-imports", "by its name"),
    "web/kit/src/crypto_path.ts": (
        "export * from '../../crypto/src/index.ts'", "no-restricted-imports", "by its name"),
    # pages and pane: by package name, and strangers to each other
    "web/pages/src/crypto_path.ts": (
        "export * from '../../crypto/src/seal.ts'", "no-restricted-imports", "by its name"),
    "web/pages/src/deep/kit_path.ts": (
        "export * from '../../../kit/src/api.ts'", "no-restricted-imports", "by its name"),
    "web/pages/src/addin_path.ts": (
        "export * from '../../../addin/taskpane/office.ts'", "no-restricted-imports", "by its name"),
    "web/pages/src/addin.ts": (
        "export * from '@letterlock/addin'", "no-restricted-imports", "strangers"),
    "web/pages/src/later.ts": (
        "await import('@letterlock/addin')", "no-restricted-syntax", "strangers"),
    "web/pages/src/type.ts": (
        "export type T = import('@letterlock/addin').T", "no-restricted-syntax", "strangers"),
    "web/pages/src/office.ts": ("void Office.onReady()", "no-restricted-globals", "nothing to do"),
    # the offline reader has no network, and shares through the kit
    "web/offline/src/fetch.ts": ("await fetch('/x')", "no-restricted-globals", "no way to a network"),
    "web/offline/src/socket.ts": (
        "export const s = new WebSocket('ws://x')", "no-restricted-globals", "no way to a network"),
    "web/offline/src/self.ts": (
        "await self.fetch('/x')", "no-restricted-properties", "no way to a network"),
    "web/offline/src/kit_path.ts": (
        "export * from '../../kit/src/index.ts'", "no-restricted-imports", "by its name"),
    "web/offline/src/pages.ts": (
        "export * from '@letterlock/pages'", "no-restricted-imports", "strangers"),
    "web/pages/src/offline.ts": (
        "export * from '@letterlock/offline'", "no-restricted-imports", "strangers"),
    "web/kit/src/offline.ts": (
        "export * from '@letterlock/offline'", "no-restricted-imports", "neither"),
    "addin/taskpane/crypto_path.ts": (
        "export * from '../../web/crypto/src/seal.ts'", "no-restricted-imports", "by its name"),
    "addin/taskpane/pages.ts": (
        "export * from '@letterlock/pages'", "no-restricted-imports", "strangers"),
    "addin/taskpane/pages_path.ts": (
        "export * from '../../web/pages/src/pages/reader.ts'", "no-restricted-imports", "by its name"),
    # the advice reads letters, and has nobody to tell
    "addin/advice/asks.ts": ("await fetch('/x')", "no-restricted-globals", "no network"),
    "addin/advice/beacon.ts": ("self.navigator.sendBeacon('/x')", "no-restricted-properties", "no network"),
    "addin/advice/page.ts": ("document.title = 'x'", "no-restricted-globals", "no page"),
    "addin/advice/kit.ts": (
        "export * from '@letterlock/kit'", "no-restricted-imports", "the detectors"),
    "addin/advice/pane.ts": (
        "export * from '../taskpane/office.ts'", "no-restricted-imports", "the detectors"),
    # the sandbox plays Microsoft's side
    "sandbox/office/src/kit.ts": (
        "export * from '@letterlock/kit'", "no-restricted-imports", "stands alone"),
    # the guard runs where there is no page, and asks nobody
    "addin/guard/page.ts": ("document.title = 'x'", "no-restricted-globals", "language of 2016"),
    "addin/guard/storage.ts": ("localStorage.clear()", "no-restricted-globals", "language of 2016"),
    "addin/guard/asks.ts": ("await fetch('/x')", "no-restricted-globals", "no network"),
    "addin/guard/pane.ts": (
        "export * from '../taskpane/office.ts'", "no-restricted-imports", "imports itself"),
    "addin/guard/kit.ts": (
        "export * from '@letterlock/kit'", "no-restricted-imports", "imports itself"),
    "addin/detect/asks.ts": ("await self.fetch('/x')", "no-restricted-properties", "no network"),
    # size
    "web/kit/src/long_function.ts": (LONG_FUNCTION, "max-lines-per-function", "Maximum allowed is 30"),
    "web/pages/src/long_file.ts": (LONG_FILE, "max-lines", "Maximum allowed is 400"),
}  # fmt: skip

# What each side may do; without these a fence that refuses everything would pass.
ALLOWED = {
    "web/crypto/src/allowed.ts": "export { base64 } from '@scure/base'\n"
    "export { ed25519 } from '@noble/curves/ed25519.js'\nexport * from './seal.ts'\n",
    "web/crypto/src/seal.ts": "export const digest = crypto.subtle\n",
    "web/crypto/test/allowed.test.ts": "import { test } from 'node:test'\ntest('x', () => undefined)\n",
    "web/kit/src/allowed.ts": "export type { Refusal } from '@letterlock/crypto'\n"
    "export const title = (): string => document.title\n",
    "web/pages/src/pages/allowed.ts": "export type { Refusal } from '@letterlock/crypto'\n"
    "export * from '../deep/allowed.ts'\nexport * from '@letterlock/kit/code'\n",
    "web/pages/src/deep/allowed.ts": "export const get = (): Promise<Response> => fetch('/x')\n",
    "web/offline/src/allowed.ts": "export type { Refusal } from '@letterlock/crypto'\n"
    "export * from '@letterlock/kit/dom'\nexport const title = (): string => document.title\n",
    "addin/taskpane/allowed.ts": "export type { Refusal } from '@letterlock/crypto'\n"
    "export const ready = (): Promise<unknown> => Office.onReady()\n",
    "addin/advice/allowed.ts": "export * from './letter.ts'\nexport * from '../detect/index.ts'\n",
    "addin/guard/allowed.ts": "export * from './rules.ts'\nexport * from '../detect/index.ts'\n"
    "Office.actions.associate('x', () => undefined)\n",
}


@pytest.fixture(scope="module")
def complaints(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[str | None, str]]]:
    """What eslint says of each planted file, as (rule, message)."""
    place = tmp_path_factory.mktemp("fences")
    for name in SETTINGS:
        shutil.copy(ROOT / name, place / name)
    (place / "node_modules").symlink_to(ROOT / "node_modules")
    planted = {path: plant for path, (plant, _, _) in PLANTS.items()} | ALLOWED
    for path, content in planted.items():
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_text(content.rstrip("\n") + "\n", encoding="utf-8")
    eslint = place / "node_modules" / "eslint" / "bin" / "eslint.js"
    run = subprocess.run(
        ["node", str(eslint), ".", "--format", "json"],
        cwd=place, capture_output=True, text=True, check=False, timeout=110,
    )  # fmt: skip
    assert run.returncode == 1, run.stderr
    return {
        str(Path(file["filePath"]).resolve().relative_to(place.resolve())): [
            (message["ruleId"], message["message"]) for message in file["messages"]
        ]
        for file in json.loads(run.stdout)
    }


@pytest.mark.parametrize("path", PLANTS)
def test_a_planted_violation_turns_red_and_names_its_rule(
    complaints: dict[str, list[tuple[str | None, str]]], path: str
) -> None:
    _, rule, words = PLANTS[path]
    assert [text for found, text in complaints[path] if found == rule and words in text]


@pytest.mark.parametrize("path", ALLOWED)
def test_what_is_allowed_stays_green(
    complaints: dict[str, list[tuple[str | None, str]]], path: str
) -> None:
    assert complaints[path] == []
