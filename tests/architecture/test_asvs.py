"""docs/security/asvs.toml answers every requirement of OWASP ASVS 5.0, levels 1 and 2, and truthfully.

An answer is a test that there is, a chapter of a document that there is, or a reason: nothing is
left out, nothing is answered twice, and the counts at the top are those of the answers.
"""

import ast
import csv
import hashlib
import re
import tomllib
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest

ROOT: Final = Path(__file__).parents[2]
ASVS: Final = ROOT / "docs/security/asvs.toml"
STANDARD: Final = ROOT / "tests/data/asvs/5.0.0.csv"
STANDARD_SHA256: Final = "414b68a495c6b2d80cad2bb2120d924a9b076c83b80719a66f64284245528d9d"
WAYS: Final = ("tests", "documents", "deviation", "absent", "open")
# Sections of the standard that ask for a document; nowhere else is one an answer.
OF_DOCUMENTS: Final = {f"V{chapter}.1" for chapter in (2, 3, 5, 6, 7, 8, 11, 13, 14, 15, 16)}
SHORTEST: Final = 40  # characters of a reason
LONGEST: Final = 160  # of what a requirement says
NAMED: Final = re.compile(r"`((?:tests|web|addin)/[^`:]+\.(?:py|test\.ts))(?:::([^`]+))?`")

Answers = dict[str, Any]


def levels() -> dict[str, int]:
    """The level of each requirement of the standard."""
    with STANDARD.open(encoding="utf-8", newline="") as file:
        return {row["id"]: int(row["level"]) for row in csv.DictReader(file)}


def answers() -> Answers:
    """What we say, with `counts` at the top."""
    return tomllib.loads(ASVS.read_text(encoding="utf-8"))


@cache
def names_in(path: str) -> frozenset[str]:
    """The names of the tests in a file, of either language; none where there is no such file."""
    file = ROOT / path
    if not file.is_file():
        return frozenset()
    source = file.read_text(encoding="utf-8")
    if path.endswith(".py"):
        tree = ast.parse(source)
        return frozenset(
            node.name
            for node in tree.body
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
        )
    said = re.findall(r"\b(?:test|it)\(\s*([\"'`])((?:\\.|(?!\1).)*)\1", source, re.DOTALL)
    return frozenset(words for _, words in said)


@cache
def chapters_of(path: str) -> frozenset[str]:
    """The headings of a document, as a link names them."""
    file = ROOT / path
    if not file.is_file():
        return frozenset()
    heads = re.findall(r"^#+ (.*)$", file.read_text(encoding="utf-8"), re.MULTILINE)
    return frozenset(re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads)


def faults(said: Answers) -> list[str]:
    """What is wrong with the answers, one line for each fault."""
    known, given = levels(), {name: answer for name, answer in said.items() if name != "counts"}
    found = [f"{name}: not answered" for name in known if known[name] < 3 and name not in given]
    for name, answer in given.items():
        if name not in known:
            found.append(f"{name}: not in the standard")
        elif answer.get("level") != known[name]:
            found.append(f"{name}: its level is {known[name]}")
        found += [f"{name}: {fault}" for fault in _faults_of(name, answer)]
    counts = Counter(way for answer in given.values() for way in WAYS if way in answer)
    if said.get("counts") != {way: counts[way] for way in WAYS}:
        found.append(f"counts: they are {dict(counts)}")
    return found


def _faults_of(name: str, answer: Answers) -> list[str]:
    found = []
    if unknown := answer.keys() - {"level", "says", *WAYS}:
        found.append(f"unknown members {sorted(unknown)}")
    says = answer.get("says", "")
    if not says or len(says) > LONGEST or "\n" in says:
        found.append("`says` is one line")
    ways = [way for way in WAYS if way in answer]
    if len(ways) != 1:
        return [*found, f"answered by {ways}, and not in one way"]
    way, value = ways[0], answer[ways[0]]
    if way in {"deviation", "absent", "open"}:
        return found if len(value.strip()) >= SHORTEST else [*found, f"`{way}` gives no reason"]
    if way == "documents" and name.rpartition(".")[0] not in OF_DOCUMENTS:
        found.append("the requirement asks for more than a document")
    if not value or len(set(value)) < len(value):
        found.append(f"`{way}` is empty, or names one twice")
    for place in value:
        path, _, what = place.partition("::" if way == "tests" else "#")
        there = names_in(path) if way == "tests" else chapters_of(path)
        if what not in there:
            found.append(f"there is no {place}")
    return found


def test_the_list_of_requirements_is_that_of_the_standard() -> None:
    assert hashlib.sha256(STANDARD.read_bytes()).hexdigest() == STANDARD_SHA256
    assert Counter(levels().values()) == {1: 70, 2: 183, 3: 92}


def test_every_requirement_of_levels_1_and_2_is_answered_once_and_truthfully() -> None:
    assert faults(answers()) == []


def test_requirements_of_level_3_about_keys_and_sign_in_were_chosen_too() -> None:
    chosen = {name.partition(".")[0] for name in answers() if levels().get(name) == 3}
    assert {"V6", "V7", "V8", "V11"} <= chosen


def missing_tests(page: str) -> list[str]:
    """The tests that a page names, as `file::test[case]` or as `file`, and that there are not."""
    return [
        f"{path}::{name}"
        for path, name in NAMED.findall(page)
        if not {name, name.partition("[")[0]} & ({""} | names_in(path)) or not names_in(path)
    ]


def test_every_test_that_a_page_on_security_names_is_there() -> None:
    pages = [*(ROOT / "docs/security").glob("*.md"), ROOT / "SECURITY.md"]
    said = {page.name: page.read_text(encoding="utf-8") for page in pages}
    assert len(NAMED.findall(said["threat-model.md"])) > 40
    assert {name: gone for name, page in said.items() if (gone := missing_tests(page))} == {}
    planted = "`tests/people/test_codes.py::test_x` and `tests/people/no.py`"
    assert len(missing_tests(planted)) == 2


def with_change(change: Callable[[Answers], Any]) -> list[str]:
    said = answers()
    change(said)
    return faults(said)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda said: said.pop("V6.3.1"), "V6.3.1: not answered"),
        (lambda said: said.update({"V6.99.1": said["V6.3.1"]}), "V6.99.1: not in the standard"),
        (lambda said: said["V6.3.1"].update(level=3), "V6.3.1: its level is 1"),
        (lambda said: said["V6.3.1"]["tests"].append("tests/people/test_codes.py::test_x"),
         "V6.3.1: there is no tests/people/test_codes.py::test_x"),
        (lambda said: said["V6.3.1"]["tests"].append("tests/people/no.py::test_x"),
         "V6.3.1: there is no tests/people/no.py::test_x"),
        (lambda said: said["V6.3.1"]["tests"].append("web/kit/test/webauthn.test.ts::is a dream"),
         "V6.3.1: there is no web/kit/test/webauthn.test.ts::is a dream"),
        (lambda said: said["V6.3.1"]["tests"].clear(), "V6.3.1: `tests` is empty"),
        (lambda said: said["V6.3.1"].update(absent="we have no such thing, and never shall have one"),
         "V6.3.1: answered by ['tests', 'absent']"),
        (lambda said: said["V6.3.1"].pop("tests"), "V6.3.1: answered by []"),
        (lambda said: said["V6.3.3"].update(deviation="   "), "V6.3.3: `deviation` gives no reason"),
        (lambda said: said["V6.3.3"].update(says=""), "V6.3.3: `says` is one line"),
        (lambda said: said["V2.1.3"].update(documents=["docs/spec/http.md#no-such-chapter"]),
         "V2.1.3: there is no docs/spec/http.md#no-such-chapter"),
        (lambda said: said.update({"V6.3.3": {
            "level": 2, "says": "two factors", "documents": ["docs/spec/http.md#5-limits"]}}),
         "V6.3.3: the requirement asks for more than a document"),
        (lambda said: said["counts"].update(open=0, tests=1), "counts: they are"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_answer_is_found(
    change: Callable[[Answers], Any], fault: str
) -> None:
    assert any(line.startswith(fault) for line in with_change(change))
