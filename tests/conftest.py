from __future__ import annotations

import functools
import os
import pickle
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from jaxtyping import install_import_hook
from PIL import Image

from shape_checks import CHECKED

if TYPE_CHECKING:
    from gemel.run import Run

install_import_hook([f"gemel.{room}" for room in CHECKED], "shape_checks.checked")


def pytest_configure(config: pytest.Config) -> None:
    """There is a worker for each processor: with more threads they would spin for one another."""
    if config.getoption("numprocesses", None):
        os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Packs go where the session's files go, not into the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GEMEL_CACHE", str(_shared(tmp_path_factory) / "cache"))
        yield


@pytest.fixture(scope="session", autouse=True)
def _one_table_of_operators() -> Iterator[None]:
    """torch's exporter builds its table of all operators anew for each network, in seconds."""
    from torch.onnx._internal.exporter._registration import ONNXRegistry

    with pytest.MonkeyPatch.context() as patch:
        once = functools.cache(ONNXRegistry.from_torchlib)
        patch.setattr(ONNXRegistry, "from_torchlib", staticmethod(once))
        yield


@pytest.fixture(scope="session", autouse=True)
def _one_export_of_a_fixed_metric() -> Iterator[None]:
    """Without weights a metric is the same network in every twin of one size, seconds to export."""
    from gemel.export import networks

    write, files = networks.write_onnx, {}

    def once(network: Any, path: Path, inputs: dict[str, Any], *how: Any) -> None:
        if network.state_dict():
            write(network, path, inputs, *how)
            return
        key = pickle.dumps((network, [(name, item.shape) for name, item in inputs.items()]))
        if key not in files:
            write(network, path, inputs, *how)
            files[key] = path.read_bytes()
        path.write_bytes(files[key])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(networks, "write_onnx", once)
        yield


@pytest.fixture(scope="session")
def gemel_data() -> Path:
    """The folder of original archives; tests on real data are skipped where there is none."""
    folder = os.environ.get("GEMEL_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("GEMEL_DATA is not set")
    return Path(folder)


@pytest.fixture(scope="session")
def _trained_digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from filelock import FileLock

    import gemel

    folder = _shared(tmp_path_factory) / "tiny"
    with FileLock(f"{folder}.lock"):
        if not (folder / "report.html").is_file():
            settings = {"encoder.width": 8, "evaluation.most_pairs": 20_000}
            gemel.train("digits", out=folder, epochs=2, settings=settings, quiet=True)
    return folder


@pytest.fixture(scope="session")
def tiny_run(_trained_digits: Path) -> Run:
    """A finished run on digits, trained once for all workers: look at it, never change it."""
    from gemel.run import Run

    return Run(_trained_digits)


@pytest.fixture(scope="session")
def tiny_text_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A finished run on made-up pairs of sentences with scores: look at it, never change it."""
    import gemel

    folder = tmp_path_factory.mktemp("texts")
    rng = np.random.default_rng(0)
    words = [("red", "blue", "green", "grey"), ("car", "cat", "ship", "stone")]
    frames = ("the {} {}", "a {} {} stands there", "there is one {} {}", "look, a very {} {}")
    rows = {}
    for _ in range(500):
        one, other = ([str(rng.choice(kind)) for kind in words] for _ in "lr")
        score = 1 + 2 * sum(mine == theirs for mine, theirs in zip(one, other, strict=True))
        texts = (str(rng.choice(frames)).format(*pair) for pair in (one, other))
        rows[tuple(texts)] = score
    lines = [f'"{left}","{right}",{score}' for (left, right), score in rows.items()]
    table = folder / "pairs.csv"
    table.write_text("\n".join(["left,right,score", *lines]) + "\n", "utf-8")
    settings = {
        "input.words_of": "data",
        "encoder.stem.start": "random",
        "encoder.widths": [32, 16],
        "training.epochs": 6,
        "split.by": "pair",
    }
    return gemel.train(
        table, recipe="text-scores", out=folder / "run", settings=settings, quiet=True
    )


@pytest.fixture
def own_run(_trained_digits: Path, tmp_path: Path) -> Run:
    """A copy of the finished run, to change."""
    from gemel.run import Run

    return Run(shutil.copytree(_trained_digits, tmp_path / "tiny"))


@pytest.fixture(scope="session")
def _trained_drawings(drawings: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    import gemel

    settings = {"encoder.name": "mlp", "encoder.widths": [8]}
    out = tmp_path_factory.mktemp("drawn") / "run"
    return gemel.train(drawings, out=out, epochs=2, settings=settings, quiet=True).path


@pytest.fixture
def own_drawings_run(_trained_drawings: Path, tmp_path: Path) -> Run:
    """A copy of a finished run on the drawings, to change: made anew, it is ready in seconds."""
    from gemel.run import Run

    return Run(shutil.copytree(_trained_drawings, tmp_path / "run"))


@pytest.fixture(scope="session")
def drawings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of 6 labels x 12 pictures of 12x12: each label a pattern of its own, with noise."""
    folder = tmp_path_factory.mktemp("data") / "drawings"
    rng = np.random.default_rng(0)
    for label in range(6):
        pattern = rng.integers(0, 256, (12, 12))
        (folder / f"label{label}").mkdir(parents=True)
        for item in range(12):
            pixels = np.clip(pattern + rng.normal(0, 40, (12, 12)), 0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(folder / f"label{label}" / f"{item:02}.png")
    return folder


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A table of 4 labels in each of 2 groups, by 3 makers, with a forgery in each group of 4."""
    folder = tmp_path_factory.mktemp("written")
    rng = np.random.default_rng(0)
    rows = ["item,label,group,maker,genuine"]
    for label in range(7):
        for number in range(12):
            name = f"{label}_{number}.png"
            Image.fromarray(rng.integers(0, 256, (8, 8)).astype(np.uint8)).save(folder / name)
            genuine = "forged" if number % 4 == 3 else "genuine"
            rows.append(f"{name},{label},{label // 4},{number % 3},{genuine}")
    (folder / "written.csv").write_text("\n".join(rows))
    return str(folder / "written.csv")


def _shared(factory: pytest.TempPathFactory) -> Path:
    """One folder for all workers of a session."""
    base = factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
