"""`gemel compare`: the verdict on two items."""

from __future__ import annotations

from os.path import isfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gemel.cli.options import JsonOption, RunArgument
from gemel.cli.output import print_json, print_wrapped
from gemel.counting import count

if TYPE_CHECKING:
    from gemel.matcher.verdict import Verdict


def compare(
    run: RunArgument,
    left: Annotated[
        str,
        typer.Argument(metavar="A", help="An item: a file, or the text itself (or a .txt file)."),
    ],
    right: Annotated[str, typer.Argument(metavar="B", help="The other item.")],
    target: Annotated[
        str | None,
        typer.Option(
            metavar="TARGET",
            help="The threshold to decide by: eer, far=0.01, …  [default: the recipe's]",
        ),
    ] = None,
    prior: Annotated[
        float | None,
        typer.Option(
            metavar="SHARE",
            help="Share of all pairs that are the same. Changes the probability, not "
            "the threshold.  [default: the recipe's]",
        ),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Say whether two items are the same, how sure that is, and how often it is wrong."""
    from gemel.matcher import load

    matcher = load(run)
    verdict = matcher.compare(_item(left), _item(right), target=target, prior=prior)
    if json:
        print_json(verdict.model_dump(exclude_none=True))
        return
    for sentence in (*sentences(verdict), matcher.side_notice):
        if sentence:
            print_wrapped(sentence)


def _item(argument: str) -> str | Path:
    """A .txt argument as a Path, to be read; texts above 128 KB do not fit into an argument.

    A single word ending in .txt counts as a file name even if there is no such file.
    """
    if argument == "-":
        raise typer.BadParameter("- would be standard input, which is not read: name a file")
    named = argument.lower().endswith(".txt") and (isfile(argument) or " " not in argument)
    return Path(argument) if named else argument


def sentences(verdict: Verdict) -> list[str]:
    """The verdict in words: decision, probability, distance and error rates at the threshold."""
    word, relation = ("same", "≤") if verdict.same else ("different", ">")
    prior = "half" if verdict.prior == 0.5 else _percent(verdict.prior)
    aim = "equal error rates" if verdict.target == "eer" else verdict.target
    distance, threshold = _told_apart(verdict.distance, verdict.threshold)
    lines = [
        f"{word}   p(same) = {_percent(verdict.probability)} where {prior} of all pairs are",
        f"distance {distance} {relation} threshold {threshold}",
        f"At this threshold, set for {aim}, {_rate(verdict.far, verdict.far_interval)} of "
        f"different pairs{_forged(verdict)} are accepted as the same and "
        f"{_rate(verdict.frr, verdict.frr_interval)} of matching pairs are rejected, measured "
        f"on {verdict.impostors:,} different and {verdict.genuine:,} matching pairs of "
        f"{_measured(verdict.labels)}.",
    ]
    if verdict.score is not None:
        lines.insert(2, f"score {verdict.score:.2f}, on the scale of the pairs it learned from.")
    if verdict.same != (verdict.probability >= 0.5):
        lines.append(
            f"The threshold, set for {aim}, and the probability, where {prior} of all pairs are "
            "the same, disagree: the verdict follows the threshold."
        )
    return lines


def _told_apart(distance: float, threshold: float) -> tuple[str, str]:
    """Both with four decimals; with the nine digits of a float32 if these are the same and they
    are not.
    """
    written = f"{distance:z.4f}", f"{threshold:z.4f}"
    if distance != threshold and written[0] == written[1]:
        return f"{distance:.9g}", f"{threshold:.9g}"
    return written


def _forged(verdict: Verdict) -> str:
    """The false-accept rate of skilled forgeries, which may be far above the overall rate."""
    if verdict.far_skilled is None:
        return ""
    rate = _rate(verdict.far_skilled, verdict.far_skilled_interval)
    return f", and {rate} of the skilled forgeries among them,"


def _rate(share: float, interval: tuple[float, float] | None) -> str:
    if interval is None:
        return _percent(share)
    low, high = map(_end, interval)
    return f"{_percent(share)} (95 % interval {low}–{high})"


def _end(share: float) -> str:
    """An end of an interval, in percent; a small one has a digit that is not 0."""
    return f"{share * 100:.1g}" if 0 < share < 0.0005 else f"{share * 100:.1f}"


def _measured(labels: int | None) -> str:
    return "validation" if labels is None else count(labels, "validation label")


def _percent(share: float) -> str:
    """A percentage that shows 0 % and 100 % only for exactly that."""
    if 0 < share < 0.001:
        return "below 0.1 %"
    return "above 99.9 %" if 0.999 < share < 1 else f"{share * 100:.1f} %"
