"""What is never written in this code, and that each would be seen if it were.

Dangerous calls have safe neighbours: parameters instead of text in SQL, an argument list instead
of a shell, JSON instead of pickle, text nodes instead of markup. Where a rule needs an exception,
it stands here with its reason.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
NEVER_CALLED: Final = {
    "eval", "exec", "compile", "__import__", "os.system", "os.popen", "pickle.load", "pickle.loads",
    "marshal.loads", "shelve.open", "yaml.load", "Markup", "markupsafe.Markup",
    "render_template_string", "hashlib.md5", "hashlib.sha1", "ssl._create_unverified_context",
}  # fmt: skip
NEVER_IMPORTED: Final = {"pickle", "marshal", "shelve", "telnetlib", "xml", "markupsafe", "yaml"}
# file -> why a dangerous thing may stand there
EXCEPTIONS: Final = {
    (
        "server/base/postgresql.py",
        "sql",
    ): "names of tables of our own metadata, when walls are built",
    ("server/base/database.py", "sql"): "one of two constants, by the engine's name",
    (
        "server/base/mailboxes.py",
        "random",
    ): "when a failing mailbox is tried again; nothing to guess",
    (
        "web/pages/src/needs/needs.ts",
        "numbers that can be guessed",
    ): "the key of a call that is a note; browsers too old for randomUUID",
    ("web/crypto/src/age/bech32.ts", "a property by a computed name"): "an array's index, a number",
    ("web/kit/src/editor/tables.ts", "a property by a computed name"): "an array's index, a number",
    (
        "web/crypto/src/shape.ts",
        "a property by a computed name",
    ): "names of the shape itself, which are ours",
    ("server/commands/family.py", "subprocess"): "our own commands, as a list, without a shell",
}
IN_SCRIPTS: Final = {
    "markup": r"\.(?:inner|outer)HTML\s*\+?=(?!=)|insertAdjacentHTML|document\.write",
    "code from text": r"\beval\(|new Function\(|set(?:Timeout|Interval)\(\s*[\"'`]|javascript:(?!\W)",
    "numbers that can be guessed": r"Math\.random",
    "a message to another window": r"\b(?:window|parent|opener|top|contentWindow)!?\??\.postMessage",
    "a message from another window": r"\b(?:window|globalThis)\.(?:addEventListener\(\s*[\"']message[\"']|onmessage)",
    "a secret that stays": r"\b(?:localStorage|sessionStorage)\.setItem\([^)]*(?:token|secret|password|seed)",
    "a cookie by script": r"document\.cookie\s*=",
    # A name from outside could be __proto__; maps and Object.fromEntries have no such trap.
    "a property by a computed name": r"[\w\])]\[[A-Za-z_$][\w.$]*\]\s*(?:\?\?|\|\|)?=(?![=>])|__proto__",
}  # fmt: skip
IN_TEMPLATES: Final = {
    "unescaped": r"\|\s*safe\b|autoescape\s+false",
    "inline script": r"<script(?![^>]*\bsrc=)(?![^>]*application/json)|\son[a-z]+=\"",
    "another site's file": r"(?:src|<link[^>]*href)=\"(?:https?:)?//",
}


def python_dangers(source: str) -> Iterator[str]:
    """The dangerous things of one Python file, by name."""
    tree = ast.parse(source)
    has_text = re.search(r"^from sqlalchemy import \(?[^)]*\btext\b", source, re.MULTILINE)
    sql = {"exec_driver_sql", *(["text"] if has_text else [])}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            modules = (
                [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else [n.name for n in node.names]
            )
            names = {module.partition(".")[0] for module in modules}
            yield from sorted(names & (NEVER_IMPORTED | {"subprocess", "random"}))
        if isinstance(node, ast.Call):
            yield from _called(node, sql)


def _called(node: ast.Call, sql: set[str]) -> Iterator[str]:
    name = ast.unparse(node.func)
    if name in NEVER_CALLED:
        yield name
    if name.rpartition(".")[2] in sql and node.args and not _is_constant(node.args[0]):
        yield "sql"
    for given in node.keywords:
        value = ast.unparse(given.value)
        if (given.arg, value) in {
            ("shell", "True"),
            ("verify", "False"),
            ("resolve_entities", "True"),
        }:
            yield f"{given.arg}={value}"
        if given.arg in {"follow_redirects", "allow_redirects"} and value != "False":
            yield "redirects"
        if given.arg == "verify_signature" or (given.arg == "options" and "verify_" in value):
            yield "a token that is not checked"
    if name.endswith("XMLParser") and "resolve_entities=False" not in ast.unparse(node):
        yield "an XML parser that may read files"


def _is_constant(node: ast.expr) -> bool:
    """Whether an SQL text is written out, and not put together."""
    return isinstance(node, ast.Constant | ast.Name | ast.Attribute)


def dangers(path: str, source: str) -> list[str]:
    """What is dangerous in one file and has no exception."""
    if path.endswith(".py"):
        return [name for name in python_dangers(source) if (path, name) not in EXCEPTIONS]
    return [name for name in others(path, source) if (path, name) not in EXCEPTIONS]


def others(path: str, source: str) -> list[str]:
    """The dangerous things of a script or a template, by name."""
    rules = IN_SCRIPTS if path.endswith(".ts") else IN_TEMPLATES
    lines = [
        line for line in source.splitlines() if not line.lstrip().startswith(("*", "//", "/*"))
    ]
    return [name for name, rule in rules.items() if any(re.search(rule, line) for line in lines)]


def files() -> list[Path]:
    """All code that a server or a browser runs."""
    scripts = [
        path
        for folder in ("web", "addin")
        for path in (ROOT / folder).rglob("*.ts")
        if not {"node_modules", "test", "scripts", "dist"} & set(path.parts)
    ]
    return [*(ROOT / "server").rglob("*.py"), *scripts, *(ROOT / "web/templates").rglob("*.html")]


def test_no_file_holds_what_is_never_written() -> None:
    found = {}
    for path in files():
        name = str(path.relative_to(ROOT))
        if bad := dangers(name, path.read_text(encoding="utf-8")):
            found[name] = bad
    assert found == {}


def test_every_exception_is_still_needed() -> None:
    for path, name in EXCEPTIONS:
        source = (ROOT / path).read_text(encoding="utf-8")
        found = python_dangers(source) if path.endswith(".py") else others(path, source)
        assert name in set(found), path


@pytest.mark.parametrize(
    ("path", "source", "name"),
    [
        ("server/x.py", "from sqlalchemy import text\nconnection.execute(text(f'SELECT {name}'))", "sql"),
        ("server/x.py", "connection.exec_driver_sql('SELECT ' + name)", "sql"),
        ("server/x.py", "from sqlalchemy import text\ntext('SELECT %s' % name)", "sql"),
        ("server/x.py", "eval(words)", "eval"),
        ("server/x.py", "import pickle", "pickle"),
        ("server/x.py", "import subprocess", "subprocess"),
        ("server/x.py", "from random import choice", "random"),
        ("server/x.py", "run(words, shell=True)", "shell=True"),
        ("server/x.py", "session.get(url, verify=False)", "verify=False"),
        ("server/x.py", "session.get(url, allow_redirects=True)", "redirects"),
        ("server/x.py", "hashlib.md5(data)", "hashlib.md5"),
        ("server/x.py", "render_template_string(words)", "render_template_string"),
        ("server/x.py", "etree.XMLParser(no_network=True)", "an XML parser that may read files"),
        ("server/x.py", "jwt.decode(t, options={'verify_exp': False})", "a token that is not checked"),
        ("web/x.ts", "box.innerHTML = text", "markup"),
        ("web/x.ts", "eval(text)", "code from text"),
        ("web/x.ts", "const code = Math.random()", "numbers that can be guessed"),
        ("web/x.ts", "window.parent.postMessage(text, '*')", "a message to another window"),
        ("web/x.ts", "window.addEventListener('message', hear)", "a message from another window"),
        ("web/x.ts", "localStorage.setItem('a', token)", "a secret that stays"),
        ("web/x.ts", "document.cookie = 'a=b'", "a cookie by script"),
        ("web/x.ts", "found[name] = value", "a property by a computed name"),
        ("web/x.ts", "deep.found[key.of] ??= {}", "a property by a computed name"),
        ("web/templates/x.html", "<p>{{ name|safe }}</p>", "unescaped"),
        ("web/templates/x.html", "<script>go()</script>", "inline script"),
        ("web/templates/x.html", '<a onclick="go()">', "inline script"),
        ("web/templates/x.html", '<script src="https://cdn.example/x.js"></script>', "another site's file"),
    ],
)  # fmt: skip
def test_each_of_them_is_seen(path: str, source: str, name: str) -> None:
    assert name in dangers(path, source)
