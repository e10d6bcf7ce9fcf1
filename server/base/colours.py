"""Shades of a firm's colours that pass WCAG 2.2 AA in both themes.

Contrast is that of WCAG 2.2 (success criteria 1.4.3 for words, 1.4.11 for edges of controls).
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

Rgb: TypeAlias = tuple[int, int, int]

WORDS: Final = 4.5
EDGES: Final = 3.0
SHAPES: Final = 2.0  # by night: a button is known by its words, its shape only has to be seen
_WHITE: Final = (255, 255, 255)
_BLACK: Final = (0, 0, 0)
# Paper, desk and ink of web/styles/tokens.css, section 1 and its dark twin.
_INK: Final = (0x1D, 0x24, 0x30)
_PAPER: Final = _WHITE
_DESK: Final = (0xF6, 0xF5, 0xF3)
_DARK_PAPER: Final = (0x1F, 0x22, 0x27)
_DARK_DESK: Final = (0x16, 0x18, 0x1B)
_TINT: Final = 0.035  # of the firm's colour on the desk
_DARK_TINT: Final = 0.05
_STEP: Final = 0.02
_HOVER: Final = 0.2
_DARK_HOVER: Final = 0.12  # of white, in tokens.css
_FORM: Final = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True, slots=True)
class Shades:
    """`#rrggbb` for base.mail.Brand; `firm_1` and `firm_2` as they were given."""

    firm_1: str
    firm_2: str
    fill: str
    fill_hover: str
    on: str
    edge: str
    text: str
    fill_dark: str
    on_dark: str
    text_dark: str


def shades_of(first: str, second: str) -> Shades:
    """What buttons, their words and links wear, so that everybody can read them.

    Args:
        first: The colour of buttons and links, `#rrggbb`; taken as it is wherever it passes.
        second: Shown in the painted edge only.

    Raises:
        ValueError: One of them is no colour of that form.
    """
    own = _parse(first)
    _parse(second)
    fill = _until(own, _BLACK, lambda shade: _bears(shade) is not None)
    on = _bears(fill) or _WHITE
    desk, dark_desk = _mix(_DESK, own, _TINT), _mix(_DARK_DESK, own, _DARK_TINT)
    lit = _until(own, _WHITE, _lit)
    return Shades(
        firm_1=first.lower(),
        firm_2=second.lower(),
        fill=_text(fill),
        fill_hover=_text(_mix(fill, _BLACK if on == _WHITE else _WHITE, _HOVER)),
        on=_text(on),
        edge=_text(_until(fill, _BLACK, _stands_out((_PAPER, desk), EDGES))),
        text=_text(_until(own, _BLACK, _stands_out((_PAPER, desk), WORDS))),
        fill_dark=_text(lit),
        on_dark=_text(_bears(lit) or _INK),
        text_dark=_text(_until(own, _WHITE, _stands_out((_DARK_PAPER, dark_desk), WORDS))),
    )


def contrast(one: Rgb, other: Rgb) -> float:
    """The contrast ratio of two colours, 1 to 21."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _bears(shade: Rgb) -> Rgb | None:
    """White or ink, whichever can be read on a shade; None if neither can."""
    return next((words for words in (_WHITE, _INK) if contrast(shade, words) >= WORDS), None)


def _lit(shade: Rgb) -> bool:
    """Whether a button of this shade can be seen and read by night, with the pointer on it too."""
    words = _bears(shade)
    if words is None or contrast(shade, _DARK_PAPER) < SHAPES:
        return False
    return contrast(_mix(shade, _WHITE, _DARK_HOVER), words) >= WORDS


def _stands_out(grounds: Sequence[Rgb], ratio: float) -> Callable[[Rgb], bool]:
    return lambda shade: all(contrast(shade, ground) >= ratio for ground in grounds)


def _until(colour: Rgb, end: Rgb, passes: Callable[[Rgb], bool]) -> Rgb:
    """The first shade on the way from `colour` to `end` that passes; `end` always does."""
    shades = (_mix(colour, end, step * _STEP) for step in range(round(1 / _STEP) + 1))
    return next((shade for shade in shades if passes(shade)), end)


def _mix(colour: Rgb, other: Rgb, share: float) -> Rgb:
    red, green, blue = (
        round(own + (more - own) * share) for own, more in zip(colour, other, strict=True)
    )
    return red, green, blue


def _luminance(colour: Rgb) -> float:
    """Relative luminance of WCAG 2.2."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 sRGB's curve
        for part in (value / 255 for value in colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _parse(text: str) -> Rgb:
    if not _FORM.fullmatch(text):
        raise ValueError("a colour is # and six hexadecimal digits")
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def _text(colour: Rgb) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
