"""What the settings of one side of a pair have to agree in: what is read, and what encodes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gemel.recipe.augmentation import AugmentChoice, AugmentSetting, SeriesAugmentSetting
from gemel.recipe.network import EncoderChoice
from gemel.recipe.objective import BatchChoice
from gemel.recipe.picture_encoders import PictureSetting
from gemel.recipe.reading import InputSetting, TextReading
from gemel.recipe.sequence_encoders import SEQUENCE_ENCODERS, SentenceTransformer, SequenceSetting


def series_throughout(side: Mapping[str, Any]) -> dict[str, Any]:
    """Where series are read, the stem and the augmentation that are not named are theirs.

    Beside an encoder of other items they stay: it is the encoder that is then told to be wrong.
    """
    read, encoder = side.get("input"), side.get("encoder", {})
    if not isinstance(read, Mapping) or read.get("kind") != "series":
        return dict(side)
    if not isinstance(encoder, Mapping) or str(encoder.get("name")) not in SEQUENCE_ENCODERS:
        return dict(side)
    augment, stem = side.get("augment", {}), encoder.get("stem", {})
    if isinstance(augment, Mapping):
        augment = {"kind": "series", **augment}
    if isinstance(stem, Mapping):
        encoder = {**encoder, "stem": {"kind": "samples", **stem}}
    return {**side, "augment": augment, "encoder": encoder}


def read_as_the_model(side: Mapping[str, Any]) -> dict[str, Any]:
    """Where a pretrained model encodes texts, they are read by its own tokenizer."""
    read, encoder = side.get("input"), side.get("encoder")
    if (
        isinstance(encoder, Mapping)
        and encoder.get("name") == "sentence-transformer"
        and isinstance(read, Mapping)
        and read.get("kind") == "text"
    ):
        return {**side, "input": {**read, "model": encoder.get("folder")}}
    return dict(side)


def check_takes(reading: InputSetting, encoder: EncoderChoice, prefix: str = "") -> None:
    """Raises ValueError where the encoder takes no items of the kind that is read.

    `prefix` is what the settings' names begin with: `right.` on that side.
    """
    if (reading.kind == "image") != isinstance(encoder, PictureSetting):
        wanted = "pictures" if reading.kind == "image" else "sequences"
        raise ValueError(
            f"{prefix}encoder.name={encoder.name} takes no items of the kind {reading.kind}: "
            f"choose another recipe, an encoder of {wanted}, or another "
            f"{prefix}input.kind"
        )
    if isinstance(encoder, SentenceTransformer):
        if not isinstance(reading, TextReading):
            raise ValueError(
                f"{prefix}encoder.name=sentence-transformer takes texts, and items of the kind "
                f"{reading.kind} are read: choose another encoder"
            )
        return
    stem = encoder.stem.kind if isinstance(encoder, SequenceSetting) else None
    if stem is not None and (reading.kind == "series") != (stem == "samples"):
        raise ValueError(
            f"{prefix}encoder.stem.kind={stem} takes no items of the kind {reading.kind}: leave "
            f"{prefix}encoder.stem out"
        )


def check_augments(reading: InputSetting, augment: AugmentChoice, prefix: str = "") -> None:
    """Raises ValueError where the augmentation is of items of another kind."""
    if isinstance(augment, SeriesAugmentSetting) and reading.kind != "series":
        raise ValueError(
            f"{prefix}augment.kind=series changes no items of the kind {reading.kind}: leave "
            f"{prefix}augment.kind out"
        )
    if reading.kind == "text" and augment != AugmentSetting():
        raise ValueError(
            f"{prefix}augment changes pictures or series, and texts stay as they are: leave "
            f"{prefix}augment out"
        )


def check_turns(reading: InputSetting, batch: BatchChoice) -> None:
    """Raises ValueError where new labels are to be made of old ones and no pictures are read."""
    for key in ("turned", "overlaid"):
        if getattr(batch, key, False) and reading.kind != "image":
            raise ValueError(
                f"batch.{key} makes new labels of pictures, and items of the kind {reading.kind} "
                f"are read: leave batch.{key} out"
            )
