"""What a training tells while it lasts."""

from __future__ import annotations

import re
from contextlib import contextmanager

from gemel.run import read_history
from gemel.training.request import TrainingRequest
from gemel.training.train import train


class Remembered:
    """Progress that keeps what it is told."""

    def __init__(self):
        self.said, self.notes, self.done = [], [], []

    def say(self, sentence):
        self.said.append(sentence)

    @contextmanager
    def stage(self, name, total):
        self.name, self.total = name, total
        yield self

    def advance(self, done, note=""):
        if self.name == "training":
            self.notes.append(note)
            self.done.append(done / self.total)


def test_loss_validation_figure_and_speed_at_every_step(drawings, tmp_path):
    told = Remembered()
    changes = ("training.epochs=3", "encoder.name=mlp", "split.by=item", "batch.size=24")
    train(TrainingRequest(data=str(drawings), out=tmp_path / "run", changes=changes), told)

    assert told.said[0].startswith("Split by item")
    assert told.done == sorted(told.done)
    assert told.done[-1] == 1
    # A speed takes two steps to be measured.
    assert all(re.search(r"^loss \d+\.\d{4}", note) for note in told.notes)
    assert all(re.search(r" [\d,]+ items/s$", note) for note in told.notes[1:])
    last = read_history(tmp_path / "run" / "history.csv")[-1]["auc"]
    assert f"validation auc {last:.4f}" in told.notes[-1]
