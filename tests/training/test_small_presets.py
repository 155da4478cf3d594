"""Every recipe that ships, made tiny by its own `small`, learns to tell same from different.

A recipe joins by being in recipe/named with a line `small = [...]`. What it learns from here ships
with a package: digits, or a table of pairs of them; a recipe for another kind of data adds its own
to `DATA`.
"""

from __future__ import annotations

import copy
from contextlib import contextmanager

import numpy as np
import pytest
import torch
from PIL import Image

from gemel.data import SplitConfig, open_data
from gemel.encoders import WhitenedEncoder
from gemel.planning.make_plan import make_plan, prepare_and_resolve
from gemel.progress import Silent
from gemel.recipe.files import load_recipe
from gemel.recipe.named import named_recipes
from gemel.run import Run, read_history
from gemel.training.loop import Trainer


def digits(folder):
    del folder
    return "digits"


def pairs_of_digits(folder):
    """left,right,same over 300 digits: each with one of its label and with one of another."""
    data = open_data("digits")
    rng = np.random.default_rng(0)
    labels = data.labels[:300]
    for index in range(300):
        Image.fromarray(data.items.raw(index)).save(folder / f"{index}.png")
    rows = ["left,right,same"]
    for index, label in enumerate(labels):
        for same in (True, False):
            others = np.flatnonzero((labels == label) == same)
            other = rng.choice(others[others != index])
            rows.append(f"{index}.png,{other}.png,{int(same)}")
    (folder / "pairs.csv").write_text("\n".join(rows) + "\n", "utf-8")
    return str(folder / "pairs.csv")


def pen_traces(folder):
    """8 people with 24 traces each: loops of a person's own speed and slant, in files of SUSIG."""
    rng = np.random.default_rng(0)
    for person in range(8):
        (folder / str(person)).mkdir()
        for number in range(24):
            time = np.arange(rng.integers(70, 100))
            turn = (2 + person % 4) * 2 * np.pi * time / len(time) + rng.uniform(0, 3)
            x = 40 * time + 500 * np.cos(turn)
            y = 400 * np.sin(turn) + (person // 4) * 30 * time
            lines = [
                f"{a:.0f} {b:.0f} {10 * t} {p} {int(t in (30, time[-1]))}"
                for a, b, t, p in zip(
                    *(each + rng.normal(scale=25, size=len(time)) for each in (x, y)),
                    time,
                    rng.integers(40, 90, len(time)),
                    strict=True,
                )
            ]
            head = ["X, Y, TStamp, Pres., EndPts", f"DataSize: {len(lines)}"]
            (folder / str(person) / f"{number}.sig").write_text("\n".join(head + lines), "utf-8")
    return str(folder)


def waves(folder):
    """240 noisy waves of 6 frequencies, of 30 to 50 samples, in one .ts file."""
    rng = np.random.default_rng(0)
    lines = ["@univariate true", "@classLabel true 0 1 2 3 4 5", "@data"]
    for index in range(240):
        time = np.linspace(0, 1, rng.integers(30, 51))
        wave = np.sin(2 * np.pi * (1 + index % 6) * time + rng.uniform(0, 0.5))
        wave += rng.normal(scale=0.3, size=len(time))
        lines.append(",".join(f"{value:.4f}" for value in wave) + f":{index % 6}")
    (folder / "waves.ts").write_text("\n".join(lines) + "\n", "utf-8")
    return str(folder / "waves.ts")


COLOURS = ("red", "blue", "green", "black", "white", "grey")
THINGS = ("car", "cat", "house", "ship", "tree", "stone")
FILLERS = ("the {} {}", "a {} {} stands there", "there is one {} {}", "look, a very {} {}")


def sentence(thing, rng):
    return str(rng.choice(FILLERS)).format(rng.choice(COLOURS), thing)


def labelled_texts(folder):
    """item,label: what a sentence is about."""
    rng = np.random.default_rng(0)
    texts = {sentence(thing, rng): thing for thing in THINGS for _ in range(60)}
    rows = [f'"{text}",{thing}' for text, thing in texts.items()]
    (folder / "texts.csv").write_text("\n".join(["item,label", *rows]) + "\n", "utf-8")
    return str(folder / "texts.csv")


def pairs_of_texts(folder, answer="same", yes=1, no=0):
    """left,right,same: whether both sentences are about one thing."""
    rng = np.random.default_rng(0)
    rows = {}
    for _ in range(400):
        one = str(rng.choice(THINGS))
        other = one if rng.random() < 0.5 else str(rng.choice([it for it in THINGS if it != one]))
        rows[sentence(one, rng), sentence(other, rng)] = yes if one == other else no
    lines = [f'"{left}","{right}",{value}' for (left, right), value in rows.items()]
    (folder / "pairs.csv").write_text("\n".join([f"left,right,{answer}", *lines]) + "\n", "utf-8")
    return str(folder / "pairs.csv")


def scored_texts(folder):
    return pairs_of_texts(folder, "score", 5, 1)


def drawn_and_traced(folder):
    """Rings of a label's own flatness and size as pictures, and the same as pen traces."""
    rng = np.random.default_rng(0)
    rows = ["item,label"]
    angle = np.linspace(0, 2 * np.pi, 60)
    for label in range(24):
        radii = rng.uniform(6, 22, 2)
        for number in range(4):
            x, y = (
                24 + radius * wave + rng.normal(0, 0.3, 60)
                for radius, wave in zip(radii, (np.cos(angle), np.sin(angle)), strict=True)
            )
            name = f"{label}_{number}"
            if number % 2:
                lines = [f"{a:.2f},{-b:.2f}" for a, b in zip(x, y, strict=True)]  # upwards
                (folder / f"{name}.csv").write_text("x,y\n" + "\n".join(lines), "utf-8")
            else:
                picture = np.full((48, 48), 255, np.uint8)
                picture[np.clip(y, 0, 47).astype(int), np.clip(x, 0, 47).astype(int)] = 0
                Image.fromarray(picture).save(folder / f"{name}.png")
            rows.append(f"{name}.{'csv' if number % 2 else 'png'},{label}")
    (folder / "items.csv").write_text("\n".join(rows) + "\n", "utf-8")
    return str(folder / "items.csv")


@contextmanager
def closed_form_undone(twin):
    """What is learned before the first step is part of what a recipe learns."""
    encoders = [each for each in twin.encoders if isinstance(each, WhitenedEncoder)]
    layers = [layer for each in encoders for layer in each.whitenings()]
    learned = [copy.deepcopy(layer.state_dict()) for layer in layers]
    for layer in layers:
        layer.reset_parameters()
    yield
    for layer, state in zip(layers, learned, strict=True):
        layer.load_state_dict(state)


DATA = {
    "drawing-to-strokes": drawn_and_traced,
    "pairs": pairs_of_digits,
    "series-default": waves,
    "bromley-1993": pen_traces,
    "signatures-online": pen_traces,
    "text-default": labelled_texts,
    "text-names": pairs_of_texts,
    "text-pairs": pairs_of_texts,
    "text-scores": scored_texts,
    "mueller-2016": scored_texts,
    "sentences": scored_texts,
    "neculoiu-2016": labelled_texts,
    "quora-bag": pairs_of_texts,
    "quora-bilstm": pairs_of_texts,
}
"""By recipe; digits for all others."""


@pytest.mark.parametrize("name", sorted(named_recipes()))
def test_its_small_preset_learns_within_seconds(name, tmp_path):
    small = load_recipe(name).small
    assert small, f"recipe/named/{name}.toml needs a line small = [...]: see this file"
    torch.manual_seed(0)
    dataset = open_data(DATA.get(name, digits)(tmp_path))
    # By item, so that validation asks about labels that were learned; texts stand in many pairs.
    by_pair = dataset.kind == "text" and dataset.labels is None
    divided = {"split": SplitConfig(by="pair" if by_pair else "item")}
    small_recipe = load_recipe(name, small).model_copy(update=divided)
    prepared, recipe = prepare_and_resolve(dataset, small_recipe, Silent())
    plan = make_plan(recipe, prepared)
    with closed_form_undone(plan.twin):
        untrained = plan.validate(plan.twin)["auc"]
    run = Run(tmp_path / "run")
    Trainer(plan, run, Silent()).train()
    trained = read_history(run.history)[-1]["auc"]
    print(name, untrained, trained)
    # Chance is 0.5; even random networks are above it on digits, so it must have got better.
    assert trained > max(0.7, untrained + 0.02)
