"""`gemel evaluate`: the figures of a run, on its own test items or on other data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from gemel.cli.output import JsonOption, print_figures, print_json

if TYPE_CHECKING:
    from gemel.measure.protocols import Question
    from gemel.run import Run


def evaluate(
    run: Annotated[Path | None, typer.Argument(help="A run; none is needed with --method.")] = None,
    data: Annotated[
        str | None,
        typer.Argument(
            help="A folder, a table or a built-in name. [default: the run's own test items]"
        ),
    ] = None,
    protocol: Annotated[
        Literal["verification", "few-shot", "retrieval", "lake-runs"],
        typer.Option(help="The way to measure."),
    ] = "verification",
    method: Annotated[
        Literal["network", "hausdorff"],
        typer.Option(help="hausdorff: a baseline without learning, for lake-runs."),
    ] = "network",
    pairs: Annotated[
        Literal["sampled", "consecutive"] | None,
        typer.Option(help="Which pairs verification looks at. [default: the recipe's]"),
    ] = None,
    ways: Annotated[int | None, typer.Option(help="Labels to choose from in few-shot.")] = None,
    shots: Annotated[int | None, typer.Option(help="Examples of each label in few-shot.")] = None,
    target: Annotated[str | None, typer.Option(help="Which threshold: eer, far=0.01, …")] = None,
    within_group: Annotated[
        bool, typer.Option("--within-group", help="Few-shot among labels of one group.")
    ] = False,
    threshold: Annotated[
        float | None, typer.Option(help="Also say the accuracy at this distance.")
    ] = None,
    prior: Annotated[
        float | None, typer.Option(help="Share of all pairs that are the same.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Of pairs and episodes. [default: the run's]")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Measure how well a run tells same from different, with 95 % intervals."""
    from gemel.measure.runs import measure_hausdorff, measure_run
    from gemel.progress import shown_progress
    from gemel.run import Run

    if method == "hausdorff":
        if protocol != "lake-runs":
            raise typer.BadParameter("--method hausdorff goes with --protocol lake-runs")
        answer = measure_hausdorff()
    elif run is None:
        raise typer.BadParameter("say which run to measure")
    else:
        opened = Run.opened(run)
        asked = question(
            opened,
            pairs=pairs,
            fixed_threshold=threshold,
            ways=ways,
            shots=shots,
            within_group=within_group,
            target=target,
            prior=prior,
            seed=seed,
        )
        answer = measure_run(opened, data, protocol, asked, shown_progress())
    if json:
        print_json(answer.tree())
    else:
        print_figures(f"{answer.protocol} on {answer.data}", answer.tree()["metrics"])


def question(run: Run, **asked: Any) -> Question:
    """What was asked for, and the run's own recipe for the rest."""
    from gemel.measure.protocols import Question
    from gemel.recipe import load_recipe

    recipe = load_recipe(run.recipe)
    own = {
        "pairs": recipe.evaluation.pairs,
        "fixed_threshold": recipe.evaluation.fixed_threshold,
        "seed": recipe.seed,
    }
    return Question(**(own | {key: value for key, value in asked.items() if value is not None}))
