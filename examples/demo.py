"""Gemel in a minute: train on the digits 0 to 6, then ask about 7, 8 and 9, which it never saw.

make demo
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from PIL import Image
from sklearn.datasets import load_digits

import gemel
from gemel.cli.output import print_figures

DEMO = Path("demo")
GEMEL = Path(sys.executable).parent / "gemel"


def main() -> None:
    shutil.rmtree(DEMO, ignore_errors=True)
    print("Training on handwritten digits from 0 to 6 …", flush=True)
    # Full precision, so that the figures in the README do not depend on how fast bf16 is here.
    settings = {"training.precision": "32"}
    run = gemel.train("digits", out=DEMO / "run", epochs=12, settings=settings)

    print("\nMeasured on 7, 8 and 9, which it has never seen:\n")
    protocols = json.loads(run.metrics.read_text("utf-8"))["protocols"]
    for name in ("verification", "few-shot"):
        print_figures(protocols[name])

    seven, other_seven, nine = write_pictures()
    compare(run, seven, other_seven)
    compare(run, seven, nine)

    print(f"Look at   {run.report}   in a browser: curves, map, hardest pairs.")
    print("Try next  gemel train PHOTOS --minutes 5   with a folder of pictures per label.")


def write_pictures() -> list[Path]:
    """Write two sevens and a nine as PNG files."""
    digits = load_digits()
    paths = []
    for name, label, number in (("seven", 7, 0), ("other-seven", 7, 1), ("nine", 9, 0)):
        pixels = digits.images[digits.target == label][number]
        paths.append(DEMO / f"{name}.png")
        Image.fromarray((pixels * (255 / 16)).round().astype("uint8")).save(paths[-1])
    return paths


def compare(run: gemel.Run, left: Path, right: Path) -> None:
    """Print a `gemel compare` command and run it."""
    print(f"$ gemel compare {run.path} {left} {right}", flush=True)
    subprocess.run([GEMEL, "compare", run.path, left, right], check=True)
    print()


if __name__ == "__main__":
    main()
