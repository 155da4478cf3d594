"""What the right side has of its own; where it is silent, the left side's settings hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gemel.recipe.augmentation import AugmentChoice
from gemel.recipe.network import EncoderChoice
from gemel.recipe.one_side import read_as_the_model, series_throughout
from gemel.recipe.reading import InputSetting
from gemel.recipe.setting import Setting


class RightSetting(Setting):
    """Every setting of the right side, those that it has from the left one among them."""

    input: InputSetting
    encoder: EncoderChoice
    augment: AugmentChoice


def with_right(tree: Mapping[str, Any]) -> dict[str, Any]:
    """A recipe's tree with the right side complete.

    Settings are taken from the left one by one. An encoder of another name starts with its own,
    and items of another kind are read and augmented in their own way.
    """
    given = tree.get("right")
    if not isinstance(given, Mapping):
        return dict(tree)
    left = {part: _settings(tree, part) for part in ("input", "encoder", "augment")}
    own = {part: _settings(given, part) for part in left}
    kind = left["input"].get("kind", "image")
    like = own["input"].get("kind", kind) == kind
    named = left["encoder"].get("name")
    inherited = {
        "input": left["input"] if like else {},
        "encoder": left["encoder"] if own["encoder"].get("name", named) == named else {},
        "augment": left["augment"] if like else {},
    }
    complete = {part: {**inherited[part], **own[part]} for part in left}
    return {**tree, "right": read_as_the_model(series_throughout({**given, **complete}))}


def _settings(tree: Mapping[str, Any], part: str) -> Mapping[str, Any]:
    found = tree.get(part, {})
    return found if isinstance(found, Mapping) else {}
