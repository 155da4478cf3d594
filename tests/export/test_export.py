"""What is exported answers as torch does, for every encoder and every metric, or is not kept."""

from __future__ import annotations

import shutil

import numpy as np
import onnx
import pytest
import torch
from safetensors.torch import load_file

import gemel
from gemel.arrays import padded
from gemel.encoders import ENCODERS, PixelStatistics, SequenceEncoder, TokenVectors
from gemel.errors import ExportError
from gemel.export import make_matcher as room
from gemel.export.networks import export_networks, plain_copy, save_weights
from gemel.export.parity import measure_parity
from gemel.inputs import ImageInput, TextInput, learn_tokenizer
from gemel.matcher.networks import ENCODER, METRIC, Networks, open_session
from gemel.measure.compared import these
from gemel.metrics import METRICS
from gemel.twin import SharedTwin

SIDE = {
    "koch": 35,
    "conv4": 16,
    "chopra": 28,
    "hoffer": 24,
    "hinge": 40,
    "local": 16,
    "signet": 32,
    "zagoruyko": 64,
}
SETTINGS = {
    "koch": {"kernels": (3, 3, 3, 2), "embedding_size": 5},
    "conv4": {"maps": 4},
    "compact": {"width": 4, "embedding_size": 5},
    "conv": {"dense": 8},
    "mlp": {"widths": (8, 5)},
    "bag": {"widths": (8, 5)},
    "bilstm": {"hidden": 4, "layers": 2, "embedding_size": 5},
    "text-conv": {"maps": 3, "embedding_size": 5},
    "gabor": {"wavelengths": (3, 6), "scales": (1.0, 0.9)},
    "resnet1d": {"width": 4, "strides": (1, 2), "embedding_size": 5},
    "hinge": {"radii": ((2, 4), (9,)), "cells": ((1, 1), (3, 2)), "axes": 5},
    "local": {"width": 4, "descriptors": 3},
    "zagoruyko": {"maps": (4, 4, 5)},
    "canvas": {"side": 16, "width": 4, "descriptors": 3},
    "contextual": {"hidden": 4, "descriptors": 3, "places": 4},
}
TEXTS = ["no", "a red car", "a car", "a blue car that is red", "red", "a blue red blue red car"]
PAIRS = (np.arange(6), np.array([5, 0, 1, 2, 3, 3]))

EXPORTED = sorted(ENCODERS.keys() - {"sentence-transformer"})
"""A sentence transformer is made of a folder, and exported in test_sentence_models.py."""
BESIDE = dict.fromkeys(EXPORTED, "cosine") | {
    "canvas": "relation",
    "sung": "alignment",
    "local": "second-look",
    "hoffer": "warping",
    "gabor": "views",
    "bilstm": "attentive",
    "chopra": "decision",
    "koch": "weighted-l1",
    "compact": "squared-euclidean",
    "mlp": "euclidean",
    "tdnn": "manhattan",
}
"""Each encoder with one metric: the two are files of their own, so all with all would add nothing.

Some metrics look at maps, and go with encoders that have some."""


def text_twin_of(encoder, metric):
    reader = TextInput(tokenizer=learn_tokenizer(TEXTS, "words"))
    with torch.random.fork_rng():
        torch.manual_seed(1)
        stem = TokenVectors(torch.randn(reader.vocabulary, 6))
        made = ENCODERS[encoder](stem, **SETTINGS.get(encoder, {}))
        twin = SharedTwin(made, METRICS[metric](made.embedding_size, made.map_size))
    return twin, reader, padded([reader.read(text) for text in TEXTS])


def twin_of(encoder, metric):
    if issubclass(ENCODERS[encoder], SequenceEncoder):
        return text_twin_of(encoder, metric)
    side = SIDE.get(encoder, 12)
    with torch.random.fork_rng():
        torch.manual_seed(1)
        made = ENCODERS[encoder](
            (1, side, side), PixelStatistics([0.4], [0.3]), **SETTINGS.get(encoder, {})
        )
        twin = SharedTwin(made, METRICS[metric](made.embedding_size, made.map_size))
        with torch.no_grad():  # statistics of batches that are not those of a fresh layer
            twin.train().embed((torch.rand(16, 1, side, side) * 0.7,))
    packed = np.random.default_rng(2).integers(0, 256, (6, 1, side, side)).astype(np.uint8)
    return twin, ImageInput(height=side, width=side, channels=1), packed


@pytest.fixture(scope="module", params=EXPORTED)
def exported(request, tmp_path_factory):
    """An encoder exported, and the metric beside it."""
    folder = tmp_path_factory.mktemp(request.param)
    twin, reader, packed = twin_of(request.param, BESIDE[request.param])
    export_networks(twin, folder)
    save_weights(twin, folder)
    return twin, reader, packed, folder


def test_every_metric_is_beside_an_encoder():
    assert set(BESIDE.values()) == set(METRICS)


def test_onnx_answers_as_torch_does(exported):
    twin, reader, packed, folder = exported
    parity = measure_parity(twin, Networks(folder, reader), these(packed, packed), PAIRS, 0.5)
    assert (parity.items, parity.pairs) == (6, 6)
    assert parity.largest_difference < 1e-4
    assert parity.largest_distance_difference < 1e-4
    assert parity.flipped_verdicts == 0


def test_its_metric_answers_sets_of_any_number_and_size_as_torch_does(exported):
    twin, _, _, folder = exported
    metric, size = plain_copy(twin).metric, twin.encoder.embedding_size
    session = open_session(folder / METRIC)
    draw = torch.Generator().manual_seed(3)
    for sets, left, right in [(2, 3, 4), (1, 1, 1), (5, 1, 7)]:
        one, other = (torch.randn(sets, count, size, generator=draw) for count in (left, right))
        (ours,) = session.run(None, {"left": one.numpy(), "right": other.numpy()})
        np.testing.assert_allclose(ours, metric(one, other).detach().numpy(), rtol=1e-5, atol=1e-5)


def test_exported_files_do_not_name_the_source_they_were_traced_from(exported):
    folder = exported[-1]
    for file in folder.glob("*.onnx"):
        described = str(onnx.load(file, load_external_data=False).graph.node)
        assert "stack_trace" not in described, file
        assert '.py"' not in described, file


def test_one_item_is_encoded_alike_alone_and_in_company(exported):
    _, reader, packed, folder = exported
    networks = Networks(folder, reader).left
    alone = np.concatenate([networks.encode(packed[i : i + 1]) for i in range(6)])
    np.testing.assert_allclose(alone, networks.encode(packed), atol=1e-5)


def test_a_blank_picture_is_encoded_in_numbers(exported):
    _, reader, packed, folder = exported
    if not isinstance(reader, ImageInput):
        pytest.skip("a text without words is refused when it is read")
    for blank in (0, 255):  # what is not finite is refused by `encode`
        Networks(folder, reader).left.encode(np.full_like(packed[:1], blank))


def test_of_a_large_picture_full_of_ink_the_same_points_are_looked_at(tmp_path):
    side = 200
    with torch.random.fork_rng():
        torch.manual_seed(1)
        settings = {"radii": ((2,),), "cells": ((3, 2),), "axes": 5, "points": 300}
        made = ENCODERS["hinge"]((1, side, side), PixelStatistics([0.4], [0.3]), **settings)
    twin = SharedTwin(made, METRICS["cosine"](made.embedding_size, made.map_size))
    export_networks(twin, tmp_path)
    packed = np.random.default_rng(2).integers(0, 256, (3, 1, side, side)).astype(np.uint8)
    networks = Networks(tmp_path, ImageInput(height=side, width=side, channels=1))
    pairs = (np.arange(3), np.array([1, 2, 0]))
    parity = measure_parity(twin, networks, these(packed, packed), pairs, 0.5)
    assert parity.largest_difference < 1e-5


def test_its_weights_train_on_from_where_they_were(exported):
    twin, _, _, folder = exported
    saved = load_file(folder / "weights.safetensors")
    assert set(saved) == set(twin.state_dict())
    assert all(torch.equal(saved[key], value) for key, value in twin.state_dict().items())


def test_exporting_leaves_the_twin_as_it_is(exported):
    twin, *_ = exported
    assert twin.training
    assert not plain_copy(twin).training


def test_what_is_compiled_stays_so_and_its_copy_is_not():
    made = ENCODERS["mlp"]((1, 4, 4), PixelStatistics.untouched(1), widths=(5,))
    made.compile()
    plain = plain_copy(SharedTwin(made, METRICS["cosine"](5)))
    assert plain.encoder._compiled_call_impl is None
    assert made._compiled_call_impl is not None


def scaled(path, factor):
    """The file as a well-formed network whose weights are not those that were trained."""
    model = onnx.load(path)
    for tensor in model.graph.initializer:
        if tensor.data_type == onnx.TensorProto.FLOAT and len(tensor.dims) >= 2:
            values = onnx.numpy_helper.to_array(tensor) * np.float32(factor)
            tensor.CopyFrom(onnx.numpy_helper.from_array(values, tensor.name))
    onnx.save(model, path)


def test_a_sabotaged_encoder_is_not_exported(exported, tmp_path):
    twin, reader, packed, folder = exported
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    scaled(tmp_path / ENCODER, 1.5)
    with pytest.raises(ExportError, match=r"embeddings differ by .* nothing was exported"):
        measure_parity(twin, Networks(tmp_path, reader), these(packed, packed), PAIRS, 0.5)


def test_a_sabotaged_metric_is_not_exported(tmp_path):
    twin, reader, packed = twin_of("mlp", "weighted-l1")
    export_networks(twin, tmp_path)
    scaled(tmp_path / METRIC, 10)
    with pytest.raises(ExportError, match=r"distances differ by .* nothing was exported"):
        measure_parity(twin, Networks(tmp_path, reader), these(packed, packed), PAIRS, 0.5)


def test_a_training_whose_export_fails_leaves_no_matcher_and_can_be_resumed(
    drawings, tmp_path, monkeypatch
):
    true_export = room.export_networks

    def sabotaged(twin, folder):
        true_export(twin, folder)
        scaled(folder / ENCODER, 1.5)

    order = {
        "out": tmp_path / "run",
        "epochs": 1,
        "settings": ["encoder.name=mlp", "split.by=item", "encoder.output=linear"],
        "quiet": True,
    }
    monkeypatch.setattr(room, "export_networks", sabotaged)
    with pytest.raises(ExportError, match="must answer as the trained one does"):
        gemel.train(drawings, **order)
    assert not list((tmp_path / "run").glob("*matcher*"))
    monkeypatch.setattr(room, "export_networks", true_export)
    run = gemel.train(drawings, **order, resume=True)
    assert gemel.load(run.path).file.provenance["parity"]["largest_difference"] < 1e-4
