"""`gemel evaluate`: the figures of a run, on its own test items or on other data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from gemel.cli.options import JsonOption
from gemel.cli.output import print_figures, print_json
from gemel.evaluation.protocol import PROTOCOLS, ProtocolName

if TYPE_CHECKING:
    from gemel.measure.answer import Answer
    from gemel.progress import Progress

OPTIONS = dict.fromkeys(name for known in PROTOCOLS.values() for name in known.options)
"""The options that only some protocols heed."""


def _or(words: Sequence[str]) -> str:
    """Join words as in `a, b or c`."""
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last


def evaluate(
    context: typer.Context,
    run: Annotated[
        Path | None,
        typer.Argument(
            metavar="RUN",
            help="A run, or a matcher folder to measure on DATA; none with --method hausdorff.",
        ),
    ] = None,
    data: Annotated[
        str | None,
        typer.Argument(
            metavar="DATA",
            help="A folder, a table or a built-in name; for lake-runs an archive.  "
            "[default: the run's own test items]",
        ),
    ] = None,
    protocol: Annotated[
        ProtocolName,
        typer.Option(metavar="P", help=f"What to measure: {_or(list(PROTOCOLS))}."),
    ] = "verification",
    method: Annotated[
        Literal["network", "hausdorff"],
        typer.Option(
            metavar="M", help="network, or hausdorff: a baseline for lake-runs without learning."
        ),
    ] = "network",
    pairs: Annotated[
        Literal["sampled", "consecutive", "by-group"] | None,
        typer.Option(
            metavar="WHICH",
            help="Verification: pairs sampled, consecutive or by-group.  [default: the recipe's]",
        ),
    ] = None,
    ways: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=2,
            help="Few-shot, sequences: number of labels in a task.  [default: 20, 5; a memory's]",
        ),
    ] = None,
    shots: Annotated[
        int | None,
        typer.Option(metavar="K", min=1, help="Few-shot: examples of each label.  [default: 1, 5]"),
    ] = None,
    target: Annotated[
        str | None,
        typer.Option(
            metavar="TARGET",
            help="Verification: the threshold, by eer, far=0.01, …  [default: the recipe's]",
        ),
    ] = None,
    within_group: Annotated[
        bool | None,
        typer.Option("--within-group", help="Few-shot: take all labels of a task from one group."),
    ] = None,
    makers: Annotated[
        Literal["any", "two"] | None,
        typer.Option(
            metavar="WHOSE",
            help="Few-shot: two takes the examples from one maker (drawer, camera) and the "
            "queries from another.  [default: any]",
        ),
    ] = None,
    small_groups: Annotated[
        Literal["skip", "fewer-ways"] | None,
        typer.Option(
            metavar="FATE",
            help="With --makers two and --within-group: what to do with groups of fewer labels "
            "than --ways, skip or fewer-ways.  [default: skip]",
        ),
    ] = None,
    references: Annotated[
        int | None,
        typer.Option(
            metavar="K", min=1, help="References: number of references per label.  [default: 5]"
        ),
    ] = None,
    aggregate: Annotated[
        Literal["mean", "min"] | None,
        typer.Option(
            metavar="HOW",
            help="References: take the mean or min of the distances to them.  [default: mean]",
        ),
    ] = None,
    relative: Annotated[
        Literal["no", "difference", "part", "ratio"] | None,
        typer.Option(
            metavar="HOW",
            help="References: subtract the distance between references (difference) or three "
            "quarters of it (part), or divide by it (ratio).  [default: no]",
        ),
    ] = None,
    fixed_threshold: Annotated[
        float | None,
        typer.Option(
            "--threshold",
            metavar="DISTANCE",
            help="Verification: also give the accuracy at this distance.",
        ),
    ] = None,
    prior: Annotated[
        float | None,
        typer.Option(
            metavar="SHARE",
            help="Verification: share of all pairs that are the same.  [default: the recipe's]",
        ),
    ] = None,
    most_pairs: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=3,
            help="Compare at most N pairs.  [default: the recipe's, or as many as the figures "
            "need; 20,000 with a joint tie, which scores each by itself]",
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(metavar="S", min=0, help="Seed of pairs and tasks.  [default: the run's]"),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Measure how well a run tells same from different, with 95 % intervals."""
    from gemel.measure.runs import measure
    from gemel.progress import shown_progress

    asked = {name: context.params[name] for name in OPTIONS}
    _refuse_unused(protocol, asked)
    progress = shown_progress()
    if method == "hausdorff":
        answer = _by_hausdorff(protocol, run, progress)
    elif run is None:
        raise typer.BadParameter("say which run to measure")
    else:
        answer = measure(run, data, protocol, asked, progress)
    for sentence in answer.notices:
        progress.say(sentence)
    if json:
        print_json(answer.tree())
    else:
        print_figures(answer.tree())


def _by_hausdorff(protocol: ProtocolName, run: Path | None, progress: Progress) -> Answer:
    from gemel.measure.lake_runs import measure_hausdorff

    if protocol != "lake-runs":
        raise typer.BadParameter("--method hausdorff goes with --protocol lake-runs")
    if run is not None:
        raise typer.BadParameter("--method hausdorff measures no run: leave out RUN")
    return measure_hausdorff(progress)


def _refuse_unused(protocol: ProtocolName, asked: Mapping[str, object]) -> None:
    """Raise BadParameter for an option that the protocol would ignore."""
    for name, value in asked.items():
        if value is not None and name not in PROTOCOLS[protocol].options:
            option = name.removeprefix("fixed_").replace("_", "-")
            heeding = [known for known, it in PROTOCOLS.items() if name in it.options]
            raise typer.BadParameter(
                f"--{option} goes with --protocol {_or(heeding)}, got --protocol {protocol}"
            )
    between_makers = asked["makers"] == "two" and asked["within_group"]
    if asked["small_groups"] is not None and not between_makers:
        raise typer.BadParameter("--small-groups goes with --makers two and --within-group")
