"""The contract between recipes and parts: for every part a setting class with its very settings."""

from __future__ import annotations

import inspect
from typing import get_args

import pytest

from gemel.augment import AffineRange, Augment
from gemel.encoders import ENCODERS
from gemel.errors import RecipeError
from gemel.losses import LOSSES
from gemel.memories import MEMORIES
from gemel.metrics import METRICS
from gemel.readers import READERS
from gemel.recipe.augmentation import AugmentSetting, GroupAugmentSetting
from gemel.recipe.files import load_recipe
from gemel.recipe.losses import LossChoice
from gemel.recipe.network import EncoderChoice, Mann, MetricChoice, ReaderChoice

GIVEN = {"self", "input_shape", "statistics", "size", "stem", "model"}
"""What an encoder or a reader is made from beside its settings."""
TORCHS = {"args", "kwargs"}
"""What a part without settings takes: it has no constructor of its own."""
DERIVED = {"learned_scale", "similar"}
"""What the recipe's other parts decide."""


def settings_of(choice) -> dict[str, type]:
    union = get_args(choice)[0]
    return {get_args(kind.model_fields["name"].annotation)[0]: kind for kind in get_args(union)}


def keywords(part) -> dict[str, object]:
    parameters = inspect.signature(part.__init__).parameters
    return {
        name: parameter.default
        for name, parameter in parameters.items()
        if name not in GIVEN | DERIVED | TORCHS
    }


def fields(kind) -> dict[str, object]:
    own = {"name", "pixels", "stem", "folder"}
    return {name: field.default for name, field in kind.model_fields.items() if name not in own}


@pytest.mark.parametrize(
    ("registry", "choice"),
    [(ENCODERS, EncoderChoice), (LOSSES, LossChoice), (READERS, ReaderChoice)],
    ids=["enc", "loss", "reader"],
)
def test_every_part_has_a_setting_class_with_its_settings_and_defaults(registry, choice):
    settings = settings_of(choice)
    assert set(settings) == set(registry)
    for name, part in registry.items():
        assert fields(settings[name]) == keywords(part), name


def test_every_metric_may_be_chosen_with_its_settings_and_defaults():
    named = {
        name: kind
        for kind in get_args(get_args(MetricChoice)[0])
        for name in get_args(kind.model_fields["name"].annotation)
    }
    assert set(named) == set(METRICS)
    for name, part in METRICS.items():
        own = {key: value for key, value in keywords(part).items() if key != "map_size"}
        assert fields(named[name]) == own, name


def test_every_memory_has_a_setting_class_with_its_settings_and_defaults():
    settings = {"mann": Mann}
    assert set(settings) == set(MEMORIES)
    for name, part in MEMORIES.items():
        given = {"size", "ways"}
        own = {key: value for key, value in keywords(part).items() if key not in given}
        assert fields(settings[name]) == own


def test_augmentation_is_off_unless_said_and_says_what_the_pipeline_takes():
    affine = set(inspect.signature(AffineRange).parameters)
    light = set(inspect.signature(Augment).parameters) - {"warp", "self"}
    own = {"kind", "elastic", "group"}
    assert set(AugmentSetting.model_fields) == affine | light | own
    assert set(GroupAugmentSetting.model_fields) < affine
    for name, parameter in inspect.signature(AffineRange).parameters.items():
        assert parameter.default == AugmentSetting.model_fields[name].default, name


def test_a_part_chosen_anew_takes_its_own_defaults():
    recipe = load_recipe("koch-2015", ["encoder.name=mlp"])
    assert recipe.encoder == settings_of(EncoderChoice)["mlp"](name="mlp")
    # Nothing that is asked for is dropped in silence.
    with pytest.raises(RecipeError, match=r"no setting encoder\.width; did you mean 'widths'"):
        load_recipe("default", ["encoder.width=8", "encoder.name=mlp"])
    kept = load_recipe("default", ["encoder.width=8", "encoder.name=compact"])
    assert kept.encoder.width == 8
