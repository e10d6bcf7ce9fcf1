"""Reads the letters, says what is wrong with them and counts their labels: python check.py."""

import json
import re
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
LABELS = [
    "greeting",
    "no_greeting",
    "jargon",
    "long_sentence",
    "capitals",
    "blame",
    "urgency",
    "unanswered",
    "complaint_incomplete",
    "late_evening",
    "wrong_recipient",
    "reply_all",
    "personal_data",
    "channel_confidential",
    "channel_plain",
    "channel_call",
]
FIELDS = [
    "id",
    "sender",
    "to",
    "cc",
    "subject",
    "text",
    "hour",
    "weekday",
    "kind",
    "last",
    "reply_all",
    "firm_domains",
    "client_record",
    "glossary",
    "labels",
]
IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b")
CARD = re.compile(r"(?<![A-Z0-9-] )(?<![\w-])\d{4} \d{4} \d{4} \d{4}(?! ?\d)")
STEUER_ID = re.compile(r"(?<!\d)\d{11}(?!\d)")
AHV = re.compile(r"756\.\d{4}\.\d{4}\.\d{2}")

Letter = dict[str, Any]


def iban(text: str) -> bool:
    plain = text.replace(" ", "")
    return int("".join(str(int(sign, 36)) for sign in plain[4:] + plain[:4])) % 97 == 1


def card(text: str) -> bool:
    digits = [int(sign) for sign in text if sign.isdigit()]
    doubled = [2 * n - 9 * (n > 4) if i % 2 else n for i, n in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0


def steuer_id(text: str) -> bool:
    product = 10
    for sign in text[:10]:
        product = ((int(sign) + product) % 10 or 10) * 2 % 11
    return (11 - product) % 10 == int(text[10])


def ahv(text: str) -> bool:
    digits = [int(sign) for sign in text if sign.isdigit()]
    return sum(n * (3 if i % 2 else 1) for i, n in enumerate(digits)) % 10 == 0


NUMBERS = ((IBAN, iban), (CARD, card), (STEUER_ID, steuer_id), (AHV, ahv))


def valid_number(letter: Letter) -> bool:
    return any(
        valid(text) for pattern, valid in NUMBERS for text in pattern.findall(letter["text"])
    )


def stranger(letter: Letter) -> bool:
    addresses = [person["address"] for person in letter["to"] + letter["cc"]]
    return any(
        address not in letter["client_record"]
        and address.split("@")[1] not in letter["firm_domains"]
        for address in addresses
    )


def outside_hours(letter: Letter) -> bool:
    return letter["hour"] >= 20 or letter["hour"] < 7 or letter["weekday"] in {0, 6}


def in_range(letter: Letter) -> bool:
    return (
        letter["hour"] in range(24)
        and letter["weekday"] in range(7)
        and len(letter["glossary"]) in range(5, 16)
        and letter["kind"] in {"ordinary", "complaint", "reply"}
        and all(letter[name] for name in ("to", "subject", "text", "firm_domains"))
    )


# What must hold when a label is true.
NEEDS: dict[str, Callable[[Letter], bool]] = {
    "late_evening": outside_hours,
    "reply_all": lambda letter: letter["reply_all"] and len(letter["to"] + letter["cc"]) > 1,
    "complaint_incomplete": lambda letter: letter["kind"] == "complaint",
    "no_greeting": lambda letter: letter["kind"] == "ordinary",
    "unanswered": lambda letter: bool(letter["last"]),
    "channel_plain": lambda letter: (
        not (letter["labels"]["channel_confidential"] or letter["labels"]["personal_data"])
    ),
}
# What makes a label true by itself.
MAKES: dict[str, Callable[[Letter], bool]] = {
    "wrong_recipient": stranger,
    "personal_data": valid_number,
}


def faults(letter: Letter, near: list[str]) -> list[str]:
    labels = letter["labels"]
    if list(letter) != FIELDS or list(labels) != LABELS or not in_range(letter):
        return ["does not have the form agreed"]
    return [
        *(f"{name} is a near miss and true" for name in near if labels[name]),
        *(
            f"{name} cannot be true"
            for name, holds in NEEDS.items()
            if labels[name] > holds(letter)
        ),
        *(f"{name} must be true" for name, holds in MAKES.items() if holds(letter) > labels[name]),
        *(["a reply to nothing"] if letter["kind"] == "reply" and not letter["last"] else []),
    ]


def report(language: str, near: dict[str, list[str]]) -> tuple[list[str], list[str]]:
    lines = (HERE / f"{language}.jsonl").read_text(encoding="utf-8").splitlines()
    letters = [json.loads(line) for line in lines]
    ids = [letter["id"] for letter in letters]
    wrong = [
        f"{letter['id']} {fault}"
        for letter in letters
        for fault in faults(letter, near.get(letter["id"], []))
    ]
    if ids != [f"{language}-{n:03d}" for n in range(1, len(ids) + 1)]:
        wrong.append(f"{language}: ids are not unique and in order")
    true = Counter(name for letter in letters for name in LABELS if letter["labels"][name])
    missed = Counter(name for letter in ids for name in near.get(letter, []))
    none = sum(not any(letter["labels"].values()) for letter in letters)
    counts = [f"{language}: {len(letters)} letters, {none} without any label"]
    counts += [f"  {name:22}{true[name]:4} true{missed[name]:4} near misses" for name in LABELS]
    return wrong, counts


def main() -> int:
    near = json.loads((HERE / "near.json").read_text(encoding="utf-8"))
    both = [report(language, near) for language in ("en", "de")]
    for wrong, counts in both:
        sys.stdout.write("\n".join(wrong + counts) + "\n")
    return 1 if any(wrong for wrong, _ in both) else 0


if __name__ == "__main__":
    sys.exit(main())
