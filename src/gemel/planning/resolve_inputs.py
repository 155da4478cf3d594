"""Resolve the input settings of a recipe to an input; `auto` is decided by the data."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import assert_never

import numpy as np

from gemel.arrays import Side, evenly_spaced
from gemel.data import Dataset, SplitConfig, split
from gemel.data.one_side import on_side
from gemel.errors import ItemError, RecipeError
from gemel.inputs import (
    ImageInput,
    Input,
    Inputs,
    Raw,
    SeriesInput,
    TextInput,
    learn_tokenizer,
    model_tokenizer,
    plain_text,
    propose_image_input,
    propose_series_input,
    text_digest,
)
from gemel.inputs.series import left_out
from gemel.measure.prepare import redivided
from gemel.planning.glove import glove_words
from gemel.recipe.reading import ImageReading, InputSetting, SeriesReading, TextReading
from gemel.recipe.schema import Recipe

LOOKED_AT = 64
"""Items to look at before an input for all of them is proposed."""


def resolve_input(setting: InputSetting, dataset: Dataset, config: SplitConfig, seed: int) -> Input:
    """The input for a dataset; a vocabulary is learned from the training part alone.

    Raises RecipeError where the recipe reads another kind of item.
    """
    if setting.kind != dataset.kind:
        raise RecipeError(
            f"the recipe reads items of the kind {setting.kind}, and {dataset.name} holds items of "
            f"the kind {dataset.kind}: choose another recipe, or, for a table whose cells were "
            f"read as the wrong kind, add --kind {setting.kind}"
        )
    match setting:
        case ImageReading():
            return _image_input(setting, dataset)
        case TextReading():
            return _text_input(setting, dataset, config, seed)
        case SeriesReading():
            return _series_input(setting, dataset)
        case other:
            assert_never(other)


def resolve_inputs(recipe: Recipe, dataset: Dataset) -> Inputs:
    """The inputs of both sides, one object unless the recipe or the dataset has two."""
    check_sides(recipe, dataset)
    if dataset.unlike is not None:
        left, right = (on_side(dataset, side) for side in ("left", "right"))
        settings = (recipe.input, recipe.right_side.input)
        first, second = (
            resolve_input(setting, part, recipe.split, recipe.seed)
            for setting, part in zip(settings, (left, right), strict=True)
        )
        return first, second
    own = resolve_input(recipe.input, dataset, recipe.split, recipe.seed)
    if recipe.right is None or recipe.right.input == recipe.input:
        return own, own
    return own, resolve_input(recipe.right.input, dataset, recipe.split, recipe.seed)


def check_sides(recipe: Recipe, dataset: Dataset) -> None:
    """Raise RecipeError where the recipe cannot take different items on the two sides."""
    unlike = dataset.unlike
    if unlike is None:
        return
    left, right = recipe.input.kind, recipe.right_side.input.kind
    if "text" in {left, right}:
        raise RecipeError(
            "texts can only be compared with texts so far, and the two sides hold different items: "
            "choose data of pictures and series"
        )
    if recipe.tie == "shared" or right == dataset.kind:
        reads = f"this recipe reads the kind {left} on the left and {right} on the right"
        if recipe.tie == "shared":
            reads = "a shared tie encodes both sides alike"
        pictures_left = dataset.kind == "image"
        start, encoder = ("default", "resnet1d") if pictures_left else ("series-default", "compact")
        traces = "--recipe drawing-to-strokes for pen traces, or " if pictures_left else ""
        raise RecipeError(
            f"{reads}, and {dataset.name} has items of the kind {dataset.kind} on "
            f"the left and {unlike.right_kind} on the right: use {traces}--recipe {start} with "
            f"tie=separate, right.input.kind={unlike.right_kind} and right.encoder.name={encoder}"
        )


def resolved(setting: InputSetting, input: Input) -> InputSetting:
    """The setting with `auto` replaced by what was taken from the data."""
    if isinstance(input, SeriesInput):
        return setting.model_copy(update={"channels": input.channels, "normalise": input.normalise})
    if not isinstance(input, ImageInput):
        return setting
    colour = "rgb" if input.channels == 3 else "grey"
    return setting.model_copy(update={"size": (input.height, input.width), "colour": colour})


def _image_input(setting: ImageReading, dataset: Dataset) -> ImageInput:
    proposed = propose_image_input(_looked_at(dataset), setting.most_pixels)
    chosen = proposed.model_dump() | {"fit": setting.fit}
    if setting.size != "auto":
        chosen |= {"height": setting.size[0], "width": setting.size[1]}
    if setting.colour != "auto":
        chosen["channels"] = 3 if setting.colour == "rgb" else 1
    return ImageInput.model_validate(chosen)


def _series_input(setting: SeriesReading, dataset: Dataset) -> SeriesInput:
    chosen = propose_series_input(_looked_at(dataset)).model_dump()
    given = setting.model_dump(exclude={"kind"}).items()
    chosen |= {key: value for key, value in given if value != "auto"}
    return SeriesInput.model_validate(chosen)


def unread_notices(recipe: Recipe, dataset: Dataset) -> tuple[str, ...]:
    """Sentences about channels that only some sequences have, and columns without numbers."""
    sides: dict[Side, InputSetting] = {"left": recipe.input}
    if dataset.unlike is not None:
        sides["right"] = recipe.right_side.input
    of_some: list[str] = []
    wordy: list[str] = []
    timed = False
    for side, setting in sides.items():
        if isinstance(setting, SeriesReading) and setting.channels == "auto":
            found = left_out(_looked_at(on_side(dataset, side)))
            of_some += found.of_some
            wordy += found.wordy
            timed = timed or found.timed
    notices = []
    if of_some:
        notices.append(
            f"Channels that only some sequences have are not read: {', '.join(of_some[:8])}. To "
            "read one, give it to all, or name it in input.channels."
        )
    if wordy:
        of_time = (
            " If one is the time, call it time and write numbers or dates such as "
            "2024-05-31T10:00:00.250, which are read as seconds; input.along=time then reads equal "
            "steps of it, each input.every long."
        )
        notice = f"Columns without numbers are not read: {', '.join(wordy[:8])}."
        notices.append(notice if timed else notice + of_time)
    return tuple(notices)


def _looked_at(dataset: Dataset) -> Iterator[Raw]:
    """At most `LOOKED_AT` raw items, evenly spaced; the pack will list those that are missing."""
    for index in evenly_spaced(len(dataset), LOOKED_AT):
        with suppress(ItemError):
            yield dataset.items.raw(int(index))


def _text_input(
    setting: TextReading, dataset: Dataset, config: SplitConfig, seed: int
) -> TextInput:
    if setting.model is not None:
        return TextInput(tokenizer=model_tokenizer(setting.model), most_tokens=setting.most_tokens)
    texts = [_text_or_none(dataset, index) for index in range(len(dataset))]
    readable = np.array([text is not None for text in texts])
    digests = np.array([list(text_digest(text or "")) for text in texts], np.uint8)
    # The digests are those of the pack, so this is the split that training will have.
    train = split(redivided(dataset, config), config, digests, readable, seed).train
    tokenizer = learn_tokenizer(
        (texts[index] or "" for index in train),
        setting.tokens,
        setting.vocabulary,
        setting.least_count,
        more=glove_words() if setting.words_of == "glove" else (),
    )
    return TextInput(tokenizer=tokenizer, most_tokens=setting.most_tokens)


def _text_or_none(dataset: Dataset, index: int) -> str | None:
    try:
        return plain_text(dataset.items.raw(index))
    except ItemError:
        return None  # the pack will list it
