"""No part escapes the contract of its kind: what is written in a room is in its registry."""

from __future__ import annotations

import inspect
from importlib import import_module
from pkgutil import walk_packages

import pytest
from pydantic import BaseModel

import gemel.batches
import gemel.calibration
import gemel.encoders
import gemel.inputs
import gemel.losses
import gemel.memories
import gemel.metrics
import gemel.readers


def written_in(room) -> set[type]:
    """The classes that the modules of a room define."""
    found = walk_packages(room.__path__, f"{room.__name__}.")
    modules = [import_module(info.name) for info in found]
    return {
        part
        for module in modules
        for _, part in inspect.getmembers(module, inspect.isclass)
        if part.__module__ == module.__name__
    }


@pytest.mark.parametrize(
    ("room", "kind", "registry"),
    [
        (gemel.encoders, gemel.encoders.Encoder, gemel.encoders.ENCODERS),
        (gemel.losses, gemel.losses.Loss, gemel.losses.LOSSES),
        (gemel.metrics, gemel.metrics.Metric, gemel.metrics.METRICS),
        (gemel.readers, gemel.readers.Reader, gemel.readers.READERS),
        (gemel.memories, gemel.memories.Memory, gemel.memories.MEMORIES),
    ],
    ids=["encoders", "losses", "metrics", "readers", "memories"],
)
def test_every_network_part_is_registered(room, kind, registry):
    written = {
        part
        for part in written_in(room)
        if issubclass(part, kind) and not part.__subclasses__()  # others are interfaces
    }
    assert written == set(registry.values())


def test_every_input_is_registered():
    written = {part for part in written_in(gemel.inputs) if issubclass(part, BaseModel)}
    assert written == set(gemel.inputs.INPUTS)


def test_every_calibration_is_one_that_a_matcher_can_hold():
    written = {part for part in written_in(gemel.calibration) if hasattr(part, "probability")}
    held = {gemel.calibration.LogisticCalibration, gemel.calibration.IsotonicCalibration}
    assert written == held


def test_every_batch_kind_is_offered_by_its_room():
    written = {part.__name__ for part in written_in(gemel.batches) if hasattr(part, "epoch")}
    assert written <= set(gemel.batches.__all__)
