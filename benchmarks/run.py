"""Speed, memory and start-up times of Gemel on this machine: `make bench`.

Medians are shown, since single timings on a shared machine mean little.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np
import torch

from gemel.batches import Batch, Classes, LabelIndex
from gemel.encoders import PixelStatistics
from gemel.inputs import ImageInput
from gemel.planning.augmenting import build_augment
from gemel.planning.build_encoder import InputStatistics
from gemel.planning.build_network import build_loss, build_twin
from gemel.planning.plan import Feed, Plan
from gemel.progress import Silent
from gemel.recipe.files import load_recipe
from gemel.run import Run
from gemel.training.loop import Trainer

LABELS, EACH, WARM_UP, STEPS = 40, 50, 6, 24

Shape: TypeAlias = tuple[Literal[1, 3], int, int]
"""Channels, height and width of pictures."""
SHAPES: dict[str, Shape] = {"28x28 grey": (1, 28, 28), "64x64 colour": (3, 64, 64)}


def main() -> None:
    print(f"{torch.get_num_threads()} threads, torch {torch.__version__}\n")
    print("| training the default network | images/s | pairs/s | against the plain loop |")
    print("|---|---|---|---|")
    for name, shape in SHAPES.items():
        report_training(name, shape)
    report_processes()


def report_training(name: str, shape: Shape) -> None:
    plain = plain_loop(shape)
    ways = {
        "Gemel in full precision": gemel_loop(shape, "32"),
        "Gemel as it chooses by itself": gemel_loop(shape, "auto"),
    }
    images, pairs = plain
    print(f"| {name}: plain PyTorch loop | {images:,.0f} | {pairs:,.0f} | 1 |")
    for way, (images, pairs) in ways.items():
        print(f"| {name}: {way} | {images:,.0f} | {pairs:,.0f} | {images / plain[0]:.2f} x |")


def gemel_loop(shape: Shape, precision: str) -> tuple[float, float]:
    """(items/s, pairs/s) of Gemel's own loop with augmentation, on the default recipe."""
    recipe = load_recipe(
        "default",
        [
            "training.epochs=1",
            "batch.instances=1",
            f"training.precision={precision}",
        ],
    )
    data = pictures(shape)
    twin = build_twin(recipe, fed(shape))
    clock = Clock()
    feed = Feed(
        lambda positions: (data[positions].astype(np.float32) / 255,),
        build_augment(recipe.augment, fed(shape).input),
    )
    plan = Plan(
        recipe=recipe,
        twin=twin,
        used=twin,
        loss=build_loss(recipe, twin),
        batches=clock,
        left=feed,
        right=feed,
        validate=lambda _: {"auc": 0.5, "eer": 0.5, "spread": 1.0},
    )
    with tempfile.TemporaryDirectory() as folder:
        Trainer(plan, Run(Path(folder)), Silent()).train()
    return clock.rates()


def plain_loop(shape: Shape) -> tuple[float, float]:
    """(items/s, pairs/s) of a tutorial's loop: same network, batches and loss, no augmentation."""
    recipe = load_recipe("default", ["training.epochs=1"])
    data = torch.from_numpy(pictures(shape))
    twin = build_twin(recipe, fed(shape))
    loss_function = build_loss(recipe, twin)
    optimizer = torch.optim.AdamW([*twin.parameters(), *loss_function.parameters()], lr=2e-3)
    clock = Clock()
    twin.train()
    for batch in clock.epoch(np.random.default_rng(0)):
        items = data[torch.from_numpy(batch.items)].float() / 255
        embeddings = twin.encoders[0](items)
        distance = 1 - embeddings @ embeddings.T
        others = torch.from_numpy(batch.columns)
        loss = loss_function(distance.gather(1, others), torch.from_numpy(batch.same))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return clock.rates()


class Clock:
    """Batches of 128 pictures; records the time at which each is requested."""

    steps = WARM_UP + STEPS

    def __init__(self) -> None:
        labels = np.repeat(np.arange(LABELS), EACH)
        self.kind = Classes(LabelIndex(np.arange(len(labels)), labels), 32, 2, views=2)
        self.asked: list[float] = []
        self.last: Batch | None = None

    def epoch(self, rng: np.random.Generator):  # type: ignore[no-untyped-def]
        for _ in range(self.steps):
            self.last = next(self.kind.epoch(rng))
            self.asked.append(time.perf_counter())
            yield self.last

    def rates(self) -> tuple[float, float]:
        """(items/s, pairs/s), from the median step after warming up."""
        assert self.last is not None
        seconds = statistics.median(np.diff(self.asked)[WARM_UP:])
        return len(self.last.items) / seconds, self.last.same.size / seconds


def fed(shape: Shape) -> InputStatistics:
    channels, height, width = shape
    statistics = PixelStatistics([0.5] * channels, [0.3] * channels)
    return InputStatistics(ImageInput(channels=channels, height=height, width=width), statistics)


def pictures(shape: Shape) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (LABELS * EACH, *shape), dtype=np.uint8)


def report_processes() -> None:
    """Print the duration and peak memory of whole processes, started cold."""
    gemel = [sys.executable, "-c", "from gemel.cli import main; main()"]
    with tempfile.TemporaryDirectory() as folder:
        run, picture = Path(folder) / "run", Path(folder) / "digit.png"
        from PIL import Image
        from sklearn.datasets import load_digits

        Image.fromarray((load_digits().images[0] * 15.9).astype(np.uint8)).save(picture)
        train = [*gemel, "train", "digits", "--epochs", "2", "--out", str(run)]
        texts = Path(folder) / "texts"
        table = scored_pairs(Path(folder))
        by_pair = ["--set", "split.by=pair", "--epochs", "2"]
        one_process([*gemel, "train", str(table), "--out", str(texts), *by_pair])
        rows: list[tuple[str, list[str], int]] = [
            ("`gemel --help`", [*gemel, "--help"], 7),
            (
                "`gemel compare RUN A B`",
                [*gemel, "compare", str(run), str(picture), str(picture)],
                7,
            ),
            (
                "the same of two texts, 20,000 words of GloVe's",
                [*gemel, "compare", str(texts), "the red car", "a blue ship stands there"],
                7,
            ),
        ]
        print("\n| whole process | seconds (median) | peak memory, MiB |")
        print("|---|---|---|")
        timed("`gemel train digits --epochs 2`, with all it measures and its report", train, 1)
        for name, command, times in rows:
            timed(name, command, times)


def scored_pairs(folder: Path) -> Path:
    """A table of pairs of phrases, scored 1 to 5: two points for each shared word."""
    colours, things = ("red", "blue", "green", "grey"), ("car", "cat", "ship", "stone")
    items = [(colour, thing) for colour in colours for thing in things]
    rows = []
    for one in items:
        for other in items:
            score = 1 + 2 * sum(mine == theirs for mine, theirs in zip(one, other, strict=True))
            rows.append(f"the {' '.join(one)},a {' '.join(other)},{score}")
    (folder / "pairs.csv").write_text("\n".join(["left,right,score", *rows]) + "\n", "utf-8")
    return folder / "pairs.csv"


def timed(name: str, command: list[str], times: int) -> None:
    seconds, memory = zip(*(one_process(command) for _ in range(times)), strict=True)
    print(f"| {name} | {statistics.median(seconds):.2f} | {max(memory):,.0f} |")


def one_process(command: list[str]) -> tuple[float, float]:
    """(seconds, peak MiB) of a process, measured by a parent that does nothing else."""
    measure = (
        "import resource, subprocess, sys, time; begun = time.perf_counter();"
        "subprocess.run(sys.argv[1:], check=True, capture_output=True);"
        "print(time.perf_counter() - begun,"
        " resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)"
    )
    done = subprocess.run(
        [sys.executable, "-c", measure, *command], check=True, capture_output=True, text=True
    )
    seconds, memory = map(float, done.stdout.split())
    return seconds, memory


if __name__ == "__main__":
    main()
