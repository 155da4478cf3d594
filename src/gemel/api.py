"""`gemel.train`: training as one call, which `gemel train` uses too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gemel.errors import MissingExtra, RecipeError
from gemel.progress import Silent, shown_progress
from gemel.recipe.changes import key_and_value
from gemel.whole_file import user_path

if TYPE_CHECKING:
    from gemel.inputs import Kind
    from gemel.run import Run


LENGTHS = ("training.minutes", "training.epochs")
"""The two settings for the length of a training, of which only one may be given."""


def train(
    data: str | Path | None,
    *,
    recipe: str | Path | None = None,
    out: str | Path | None = None,
    minutes: float | None = None,
    epochs: int | None = None,
    seed: int | None = None,
    settings: Mapping[str, Any] | Sequence[str] = (),
    resume: bool = False,
    devices: int | str = "auto",
    kind: Kind | None = None,
    quiet: bool = False,
) -> Run:
    """Train a matcher on a folder, a table or a built-in data set, and return its run.

    `recipe` is a name or a TOML file, by default what suits the data, and `out` the folder of the
    run, by default runs/DATA. `settings` changes single settings of the recipe:
    {"loss.temperature": 0.2} or ["loss.temperature=0.2"]. Give `minutes` of wall-clock time or
    `epochs`, or neither for the recipe's own length. `resume` continues the unfinished run of these
    data, or the one in `out`, for which `data` may be None. `kind` (image, text or series) says
    what the cells of a table hold, where they would be mistaken for something else. `devices` is 1
    or "auto" so far. `quiet` shows no progress and no notices.

    Needs the extra `train`, and raises `MissingExtra` without it. Raises `DataError` or
    `RecipeError` for unsuitable data or settings, `RunError` where `out` is in use or there is
    nothing to resume, `ExportError` where the exported networks do not answer as the trained ones,
    `TypeError` for data that are neither a path nor a name.

    >>> run = train("digits", out="runs/mine", epochs=1, settings={"encoder.width": 4}, quiet=True)
    >>> run.report.is_file()
    True
    """
    from gemel.data.open import refuse_values

    try:
        from gemel.training.request import TrainingRequest
        from gemel.training.train import train as carry_out
    except ModuleNotFoundError as error:
        raise MissingExtra(str(error.name), "train", "training") from error
    if data is not None:
        refuse_values(data)
    if minutes is not None and epochs is not None:
        raise RecipeError(f"give minutes or epochs, not both: got {minutes} and {epochs}")
    asked = {"training.minutes": minutes, "training.epochs": epochs, "seed": seed}
    said = [(key, _plain(key, value)) for key, value in asked.items() if value is not None]
    own = _changes(settings)
    _refuse_two_lengths(said, own)
    request = TrainingRequest(
        # Absolute, so that Path("digits") means a folder and not the built-in name.
        data=str(data.absolute()) if isinstance(data, Path) else data,
        recipe=None if recipe is None else str(recipe),
        changes=[*said, *own],
        out=None if out is None else user_path(out),
        resume=resume,
        devices=devices,
        kind=kind,
    )
    return carry_out(request, Silent() if quiet else shown_progress())


def _changes(settings: Mapping[str, Any] | Sequence[str]) -> list[tuple[str, Any]]:
    """(key, value) of each setting; raises `RecipeError` for neither a mapping nor `key=value`."""
    if isinstance(settings, Mapping):
        return [(str(key), _plain(key, value)) for key, value in settings.items()]
    words = list(settings) if isinstance(settings, Iterable) else [settings]
    if isinstance(settings, str) or not all(isinstance(each, str) for each in words):
        raise RecipeError(f"settings are a mapping or a list of key=value, got {settings!r}")
    return [key_and_value(each) for each in words]


def _refuse_two_lengths(said: Sequence[tuple[str, Any]], own: Sequence[tuple[str, Any]]) -> None:
    """Raise RecipeError where the length of the training is given twice."""
    lengths = [f"{key}={value}" for key, value in said if key in LENGTHS]
    lengths += {
        length: f"{key}={value}" for key, value in own for length in _lengths_in(key, value)
    }.values()
    if len(lengths) > 1:
        raise RecipeError(f"give the length of a training once: got {' and '.join(lengths)}")


def _lengths_in(key: str, value: Any) -> list[str]:
    """Those of `LENGTHS` that a setting assigns, directly or as part of the whole section."""
    section = value if key == "training" and isinstance(value, Mapping) else {}
    within = {f"training.{name}": each for name, each in section.items()} | {key: value}
    return [length for length in LENGTHS if within.get(length) is not None]


def _plain(key: str, value: Any) -> Any:
    """A value in TOML's types; None within a mapping drops its key."""
    match value:
        case Mapping():
            return {str(k): _plain(key, own) for k, own in value.items() if own is not None}
        case list() | tuple():
            return [_plain(key, each) for each in value]
        case np.generic():
            return value.item()
        case Path():
            return str(value)
        case None | str() | bool() | int() | float():
            return value
    raise RecipeError(
        f"{key} takes a string, a number, a boolean, or a list or a mapping of these, got "
        f"{type(value).__name__}"
    )
