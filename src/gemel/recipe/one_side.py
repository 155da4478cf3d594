"""Checks and defaults for one side of a pair: its input, encoder and augmentation must agree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gemel.recipe.augmentation import AugmentChoice, AugmentSetting, SeriesAugmentSetting
from gemel.recipe.batches import BatchChoice
from gemel.recipe.network import EncoderChoice
from gemel.recipe.picture_encoders import PictureSetting
from gemel.recipe.reading import InputSetting, TextReading
from gemel.recipe.sequence_encoders import SEQUENCE_ENCODERS, SentenceTransformer, SequenceSetting


def series_throughout(side: Mapping[str, Any]) -> dict[str, Any]:
    """Default the stem and the augmentation of a side that reads series to those for series.

    Nothing changes beside a picture encoder: `check_takes` then refuses the encoder itself.
    """
    read, encoder = side.get("input"), side.get("encoder", {})
    if not isinstance(read, Mapping) or read.get("kind") != "series":
        return dict(side)
    name = str(encoder.get("name")) if isinstance(encoder, Mapping) else ""
    if name not in SEQUENCE_ENCODERS | {"sentence-transformer"}:
        return dict(side)
    augment, stem = side.get("augment", {}), encoder.get("stem", {})
    if isinstance(augment, Mapping):
        augment = {"kind": "series", **augment}
    if name in SEQUENCE_ENCODERS and isinstance(stem, Mapping):
        encoder = {**encoder, "stem": {"kind": "samples", **stem}}
    return {**side, "augment": augment, "encoder": encoder}


def read_as_the_model(side: Mapping[str, Any]) -> dict[str, Any]:
    """Let the texts of a pretrained sentence model be read by its own tokenizer."""
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
    """Raise ValueError where the encoder does not take the kind of item that is read.

    `prefix` goes before the names of settings in the message: `right.` for the right side.
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
    """Raise ValueError where the augmentation is for another kind of item than is read."""
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
    """Raise ValueError where a batch turns or overlays items that are no pictures."""
    for key in ("turned", "overlaid"):
        if getattr(batch, key, False) and reading.kind != "image":
            raise ValueError(
                f"batch.{key} makes new labels of pictures, and items of the kind {reading.kind} "
                f"are read: leave batch.{key} out"
            )
