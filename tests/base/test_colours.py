"""Shades that everybody can read, whatever colour a firm has."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.base.colours import EDGES, SHAPES, WORDS, Rgb, contrast, shades_of

LIGHT = ("#ffffff", "#f6f5f3")
DARK = ("#1f2227", "#16181b")
colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def rgb(text: str) -> Rgb:
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def ratio(one: str, other: str) -> float:
    return contrast(rgb(one), rgb(other))


def test_the_ratio_is_that_of_wcag() -> None:
    assert ratio("#000000", "#ffffff") == pytest.approx(21)
    assert ratio("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)  # a known near miss


@given(colours)
def test_every_colour_gives_shades_that_pass(colour: str) -> None:
    made = shades_of(colour, "#000000")
    assert (made.firm_1, made.firm_2) == (colour, "#000000")
    assert ratio(made.on, made.fill) >= WORDS
    assert ratio(made.on_dark, made.fill_dark) >= WORDS
    assert all(ratio(made.text, ground) >= WORDS for ground in LIGHT)
    assert all(ratio(made.text_dark, ground) >= WORDS for ground in DARK)
    assert all(ratio(made.edge, ground) >= EDGES for ground in LIGHT)
    assert ratio(made.fill_dark, DARK[0]) >= SHAPES
    hovered = tuple(round(part + (255 - part) * 0.12) for part in rgb(made.fill_dark))  # tokens.css
    assert contrast(hovered, rgb(made.on_dark)) >= WORDS
    assert ratio(made.fill_hover, made.on) >= WORDS


def test_a_colour_that_passes_is_taken_as_it_is() -> None:
    made = shades_of("#6d2847", "#a9c9c2")
    assert (made.fill, made.on, made.edge, made.text) == (
        "#6d2847", "#ffffff", "#6d2847", "#6d2847",
    )  # fmt: skip


@pytest.mark.parametrize("colour", ["red", "#12345", "#1234567", "#12345g", "", "#123456\n"])
def test_what_is_no_colour_is_refused(colour: str) -> None:
    with pytest.raises(ValueError, match="six hexadecimal"):
        shades_of(colour, "#000000")
    with pytest.raises(ValueError, match="six hexadecimal"):
        shades_of("#000000", colour)
