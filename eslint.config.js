/**
 * How TypeScript is written here, and which package may know which.
 *
 * The fences are a contract: tests/architecture/test_fences.py plants a violation of each and
 * expects this file to say no. Python's half of it is import-linter in pyproject.toml.
 */

import js from "@eslint/js"
import { defineConfig } from "eslint/config"
import tseslint from "typescript-eslint"

/** Globals that only a page has. What crypto does must also run in a worker and in Node. */
const DOM = [
  "window", "document", "navigator", "location", "history", "screen", "localStorage",
  "sessionStorage", "indexedDB", "caches", "customElements", "Document", "DocumentFragment",
  "Element", "HTMLElement", "Node", "DOMParser", "MutationObserver", "alert", "confirm", "prompt",
  "requestAnimationFrame", "getComputedStyle", "matchMedia",
]
const NETWORK = ["fetch", "Request", "XMLHttpRequest", "WebSocket", "EventSource", "WebTransport"]
const OFFICE = ["Office", "OfficeRuntime", "OfficeExtension", "Word", "Excel", "Outlook"]

/** Ways around a ban on globals. */
const HOLDERS = ["globalThis", "self"]

/**
 * The rules of one fence.
 *
 * @param {object} fence
 * @param {string[]} [fence.globals] - banned by name, as members of the global object, and as types
 * @param {string} [fence.instead] - what to say about them
 * @param {{ regex: string, message: string }[]} fence.imports - banned specifiers, in each form an
 * import can take
 * @returns {import("eslint").Linter.RulesRecord}
 */
function fence({ globals = [], instead: message = "", imports }) {
  const bans = globals.map((name) => ({ name, message }))
  const members = HOLDERS.flatMap((object) =>
    globals.map((property) => ({ object, property, message })),
  )
  const types = globals.map((name) => ({
    selector: `TSQualifiedName > Identifier.left[name="${name}"]`,
    message,
  }))
  const late = imports.flatMap(({ regex, message }) => {
    const source = `[source.value=/${regex.replaceAll("/", String.raw`\u002f`)}/]`
    return ["ImportExpression", "TSImportType"].map((form) => ({ selector: form + source, message }))
  })
  return {
    "no-restricted-globals": ["error", ...bans],
    "no-restricted-properties": ["error", ...members],
    "no-restricted-imports": ["error", { patterns: imports }],
    "no-restricted-syntax": ["error", ...types, ...late],
  }
}

/**
 * Bans a way into another package that does not go by its name.
 *
 * @param {string[]} folders - folders of other packages
 */
function byNameOnly(folders) {
  return {
    regex: String.raw`^(\.\./)+([^.]+/)*(${folders.join("|")})/`,
    message: "Fence: another package is imported by its name, never by its path.",
  }
}

/** @param {string[]} names */
function stranger(names) {
  return {
    regex: `^@letterlock/(${names.join("|")})(/|$)`,
    message: "Fence: pages, offline reader, pane and sandbox are strangers; share through @letterlock/kit.",
  }
}

export default defineConfig(
  { ignores: ["**/dist/", "**/node_modules/", ".venv/", ".data/"] },
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  js.configs.recommended,

  {
    name: "letterlock/typescript",
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: {
        projectService: true,
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      // A number in a sentence is what it looks like; the rule is for objects and undefined.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // `const { gone: _, ...rest } = x` is how a member is left out.
      "@typescript-eslint/no-unused-vars": ["error", { ignoreRestSiblings: true }],
      // node:test collects its tests itself; the promise it returns is for nested tests.
      "@typescript-eslint/no-floating-promises": [
        "error",
        {
          allowForKnownSafeCalls: [
            { from: "package", name: ["test", "it", "describe", "suite"], package: "node:test" },
          ],
        },
      ],
      "max-lines": ["error", { max: 400 }],
      "max-lines-per-function": ["error", { max: 30 }],
    },
  },
  {
    name: "letterlock/lists",
    // A describe is a list of tests and a vector script a list of cases; nobody must follow them.
    files: ["**/*.test.ts", "web/crypto/scripts/**/*.ts"],
    rules: { "max-lines-per-function": "off" },
  },

  {
    name: "letterlock/fence-crypto",
    files: ["web/crypto/src/**/*.ts"],
    rules: fence({
      globals: [...DOM, ...NETWORK, ...OFFICE],
      instead: "Fence: crypto takes bytes and gives values; it knows no DOM, no network, no Office.",
      imports: [
        byNameOnly(["kit", "pages", "offline", "addin", "sandbox", "node_modules"]),
        {
          // noble, and scure which is its encodings, are what age files stand on.
          regex: String.raw`^(?!\.{1,2}/|@noble/|@scure/base$)`,
          message: "Fence: crypto imports noble only.",
        },
      ],
    }),
  },
  {
    name: "letterlock/fence-argon2",
    // The one script that may compile WebAssembly, in a worker of its own.
    files: ["web/crypto/src/argon2.ts"],
    rules: fence({
      globals: [...DOM, ...NETWORK, ...OFFICE],
      instead: "Fence: crypto takes bytes and gives values; it knows no DOM, no network, no Office.",
      imports: [{ regex: String.raw`^(?!\./|hash-wasm$)`, message: "Fence: the password's worker imports hash-wasm and its own package." }],
    }),
  },
  {
    name: "letterlock/fence-kit",
    files: ["web/kit/src/**/*.ts"],
    rules: fence({
      globals: OFFICE,
      instead: "Fence: the kit is shared with the portal; Office belongs to addin/.",
      imports: [
        byNameOnly(["crypto", "pages", "offline", "addin", "sandbox"]),
        {
          regex: "^(@letterlock/(pages|offline|addin|sandbox-office)(/|$)|@azure/|@microsoft/)",
          message: "Fence: the kit knows neither pages nor pane, and no Office.",
        },
      ],
    }),
  },
  {
    name: "letterlock/fence-pages",
    files: ["web/pages/src/**/*.ts"],
    rules: fence({
      globals: OFFICE,
      instead: "Fence: the portal has nothing to do with Office.",
      imports: [
        byNameOnly(["crypto", "kit", "offline", "addin", "sandbox"]),
        stranger(["offline", "addin", "sandbox-office"]),
      ],
    }),
  },
  {
    name: "letterlock/fence-offline",
    files: ["web/offline/src/**/*.ts"],
    rules: fence({
      globals: [...NETWORK, ...OFFICE],
      instead: "Fence: the offline reader has no way to a network.",
      imports: [
        byNameOnly(["crypto", "kit", "pages", "addin", "sandbox"]),
        stranger(["pages", "addin", "sandbox-office"]),
      ],
    }),
  },
  {
    name: "letterlock/fence-addin",
    files: ["addin/**/*.ts"],
    rules: fence({
      imports: [
        byNameOnly(["web", "crypto", "kit", "pages", "sandbox"]),
        stranger(["pages", "offline", "sandbox-office"]),
      ],
    }),
  },
  {
    name: "letterlock/fence-advice",
    files: ["addin/advice/**/*.ts"],
    // It reads letters: what it could tell, it could tell somebody.
    rules: fence({
      globals: [...DOM, ...NETWORK, ...OFFICE],
      instead: "Fence: the advice takes a letter and gives sentences; it has no page and no network.",
      imports: [{
        regex: String.raw`^(?!\./|\.\./detect/)`,
        message: "Fence: the advice imports itself and the detectors.",
      }],
    }),
  },
  {
    name: "letterlock/fence-sandbox",
    files: ["sandbox/office/**/*.ts"],
    // It plays Microsoft's side: what it shared with us would be proved by itself.
    rules: fence({
      imports: [
        byNameOnly(["web", "addin"]),
        { regex: "^@letterlock/", message: "Fence: the sandbox stands alone." },
      ],
    }),
  },

  {
    name: "letterlock/fence-guard",
    files: ["addin/guard/**/*.ts", "addin/detect/**/*.ts"],
    // Classic Outlook's engine has none of a page's globals, and what a mail says stays here.
    rules: fence({
      globals: [...DOM, ...NETWORK, "TextEncoder", "TextDecoder", "crypto", "atob", "btoa", "clearTimeout"],
      instead: "Fence: the guard has the language of 2016, Office and setTimeout, and no network.",
      imports: [{ regex: String.raw`^(?!\./|\.\./detect/)`, message: "Fence: the guard imports itself and the detectors." }],
    }),
  },
  {
    name: "letterlock/scripts",
    files: ["web/*.mjs", "web/offline/*.mjs", "eslint.config.js"],
    languageOptions: { globals: { console: "readonly", process: "readonly", URL: "readonly" } },
  },
)
