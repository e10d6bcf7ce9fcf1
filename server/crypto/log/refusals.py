"""Why something of the key log is not believed. Source: docs/spec/log.md section 9."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Literal

from server.crypto.errors import CryptoError, Refusal

Code = Literal[
    "inclusion-wrong",
    "consistency-wrong",
    "tile-malformed",
    "bundle-malformed",
    "note-malformed",
    "note-signature",
    "checkpoint-malformed",
    "checkpoint-origin",
    "witness-missing",
    "log-rolled-back",
    "log-split",
    "event-malformed",
    "event-chain",
    "event-rolled-back",
    "answer-malformed",
    "answer-signature",
    "answer-address",
    "commitment-wrong",
    "key-not-logged",
]

SENTENCES: Final[dict[Code, str]] = {
    "inclusion-wrong": "The entry is not proved to be in the log.",
    "consistency-wrong": "The log is not proved to have only grown since it was last seen.",
    "tile-malformed": "A tile of the log has the wrong size.",
    "bundle-malformed": "The entries of the log are not well formed.",
    "note-malformed": "A signed note is not well formed.",
    "note-signature": "A signed note is not signed by the key that is known.",
    "checkpoint-malformed": "The log's checkpoint is not well formed.",
    "checkpoint-origin": "The checkpoint is of another log.",
    "witness-missing": "Too few of the known witnesses have signed the checkpoint.",
    "log-rolled-back": "The log is shorter than it was when last seen.",
    "log-split": "The log is as long as when last seen, and not the same.",
    "event-malformed": "An entry of the log is not well formed.",
    "event-chain": "An entry does not follow the one before it of the same person.",
    "event-rolled-back": "The entry given is older than one that was seen before.",
    "answer-malformed": "The answer about the log is not well formed.",
    "answer-signature": "The answer about the log is not signed by the firm's directory.",
    "answer-address": "The answer about the log is about another address.",
    "commitment-wrong": "The entry belongs to another person.",
    "key-not-logged": "The key given is not the one in the log.",
}


class LogRefused(CryptoError):
    """Trust no key on the word of this log: show the sentence, keep what was given as evidence."""

    def __init__(self, code: Code) -> None:
        super().__init__(SENTENCES[code])
        self.code = code


@contextmanager
def refusing(code: Code) -> Iterator[None]:
    """Whatever a parser or check underneath does not accept is this refusal."""
    try:
        yield
    except (Refusal, ValueError) as error:
        raise LogRefused(code) from error
