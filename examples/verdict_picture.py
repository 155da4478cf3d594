"""Draw docs/verdict.svg: two pairs of digits unseen in the demo's training, and the verdicts.

make demo && .venv/bin/python examples/verdict_picture.py
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits

import gemel
from gemel.matcher import Matcher

PIXEL, GAP = 11, 250


def digit(values: np.ndarray, x: int, y: int) -> str:
    """An 8x8 digit as squares, dark on light."""
    squares = [
        f'<rect x="{x + PIXEL * column}" y="{y + PIXEL * row}" width="{PIXEL}" height="{PIXEL}" '
        f'fill="#1c2b3a" fill-opacity="{value / 16:.2f}"/>'
        for row, line in enumerate(values)
        for column, value in enumerate(line)
        if value
    ]
    side = 8 * PIXEL
    paper = f'<rect x="{x - 8}" y="{y - 8}" width="{side + 16}" height="{side + 16}" rx="8" '
    return paper + 'fill="#f6f4ee" stroke="#c9c4b8"/>' + "".join(squares)


def row(matcher: Matcher, left: np.ndarray, right: np.ndarray, y: int) -> str:
    verdict = matcher.compare(*(side.astype(np.float32) / 16 for side in (left, right)))
    word, colour = ("same", "#1a7f4b") if verdict.same else ("different", "#b3471d")
    middle = 40 + 8 * PIXEL + GAP // 2
    text = f'<text x="{middle}" text-anchor="middle" font-family="system-ui, sans-serif"'
    probability = f"p(same) = {verdict.probability:.2f}"
    return (
        digit(left, 40, y)
        + digit(right, 40 + 8 * PIXEL + GAP, y)
        + f'{text} y="{y + 38}" font-size="24" font-weight="600" fill="{colour}">{word}</text>'
        + f'{text} y="{y + 62}" font-size="14" fill="#6b7280">{probability}</text>'
        + f'{text} y="{y + 82}" font-size="12" fill="#8b93a0">distance {verdict.distance:.2f}, '
        f"threshold {verdict.threshold:.2f}</text>"
    )


def main() -> None:
    data = load_digits()
    sevens, eights = (data.images[data.target == label] for label in (7, 8))
    matcher = gemel.load("demo/run")
    rows = row(matcher, sevens[0], sevens[3], 24) + row(matcher, sevens[0], eights[0], 144)
    width = 80 + 16 * PIXEL + GAP
    Path("docs/verdict.svg").write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} 256" width="{width}" '
        f'role="img" aria-label="Two pairs of digits with their verdicts">{rows}</svg>\n',
        "utf-8",
    )


if __name__ == "__main__":
    main()
