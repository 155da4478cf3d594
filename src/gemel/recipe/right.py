"""The `[right]` section: settings of the right side, inherited from the left where unset."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gemel.recipe.augmentation import AugmentChoice
from gemel.recipe.network import EncoderChoice
from gemel.recipe.one_side import read_as_the_model, series_throughout
from gemel.recipe.reading import InputSetting
from gemel.recipe.setting import Setting


class RightSetting(Setting):
    """All settings of the right side, inherited ones included."""

    input: InputSetting
    encoder: EncoderChoice
    augment: AugmentChoice


def with_right(tree: Mapping[str, Any]) -> dict[str, Any]:
    """A recipe's tree with the right side complete.

    Each unset setting is inherited from the left side, with two exceptions: an encoder of another
    name, and the input and augmentation of another kind of item, start from their own defaults.
    """
    given = tree.get("right")
    if not isinstance(given, Mapping):
        return dict(tree)
    left = {part: _settings(tree, part) for part in ("input", "encoder", "augment")}
    own = {part: _settings(given, part) for part in left}
    kind = left["input"].get("kind", "image")
    same_kind = own["input"].get("kind", kind) == kind
    named = left["encoder"].get("name")
    inherited = {
        "input": left["input"] if same_kind else {},
        "encoder": left["encoder"] if own["encoder"].get("name", named) == named else {},
        "augment": left["augment"] if same_kind else {},
    }
    complete = {part: {**inherited[part], **own[part]} for part in left}
    return {**tree, "right": read_as_the_model(series_throughout({**given, **complete}))}


def _settings(tree: Mapping[str, Any], part: str) -> Mapping[str, Any]:
    found = tree.get(part, {})
    return found if isinstance(found, Mapping) else {}
