"""How to read data is proposed from those items that can be read."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

from gemel.data import SplitConfig, open_data
from gemel.errors import RecipeError
from gemel.inputs import ImageInput
from gemel.measure.prepare import prepare, prepare_whole
from gemel.planning.resolve_inputs import resolve_input, unread_notices
from gemel.progress import Silent
from gemel.recipe.files import load_recipe
from gemel.recipe.reading import SeriesReading


def test_a_cell_without_a_sequence_does_not_keep_the_others_from_being_looked_at(tmp_path):
    rows = [{"item": None, "label": "a"}]
    rows += [{"item": [[1.0, n], [2.0, n]], "label": "ab"[n % 2]} for n in range(8)]
    (tmp_path / "t.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    reading = SeriesReading(kind="series")
    reader = resolve_input(reading, open_data(tmp_path / "t.jsonl"), SplitConfig(), 0)
    assert reader.channels == ("1", "2")


def test_a_kind_is_advised_for_tables_alone():
    sentence = "choose another recipe, or, for a table whose cells .* add --kind series"
    with pytest.raises(RecipeError, match=sentence):
        resolve_input(SeriesReading(kind="series"), open_data("digits"), SplitConfig(), 0)


def test_columns_without_numbers_are_told_and_how_time_is_read(tmp_path):
    for number in range(6):
        path = tmp_path / "ab"[number % 2] / f"{number}.csv"
        path.parent.mkdir(exist_ok=True)
        when = "2024-03-01 08:00:0"
        path.write_text(f",Timestamp,x,note\n0,{when}0,1,\n1,{when}1,{number},on\n", "utf-8")
    dataset = open_data(tmp_path)
    [told] = unread_notices(load_recipe("series-default"), dataset)
    assert told.startswith("Columns without numbers are not read: note, timestamp. ")
    assert "call it time" in told
    assert "input.along=time" in told
    path.write_text(path.read_text("utf-8").replace("Timestamp", "Time"), "utf-8")
    [told] = unread_notices(load_recipe("series-default"), open_data(tmp_path))
    assert told == "Columns without numbers are not read: note, timestamp."
    assert unread_notices(load_recipe("series-default", ["input.channels=['x']"]), dataset) == ()


def test_pictures_of_twelve_bits_in_sixteen_are_said_to_come_out_dark(tmp_path):
    for number, white in enumerate((4095, 65535)):
        for label in "ab":
            folder = tmp_path / str(white) / label
            folder.mkdir(parents=True)
            for item in range(2):
                pixels = np.linspace(item, white, 64).reshape(8, 8).astype(np.uint16)
                Image.fromarray(np.roll(pixels, number)).save(folder / f"{item}.tif")
    small = ImageInput(height=8, width=8, channels=1)
    inputs = (small, small)
    dark = prepare_whole(open_data(tmp_path / "4095"), inputs, Silent())
    [told] = dark.packed.notices
    assert told.startswith("No pixel of the pictures looked at is brighter than 16 of 255.")
    assert not prepare_whole(open_data(tmp_path / "65535"), inputs, Silent()).packed.notices


def test_contradicting_labels_are_a_notice_of_their_own(tmp_path):
    for label in range(4):
        (tmp_path / str(label)).mkdir()
        for item in range(6):
            pixels = np.full((8, 8), 10 * label + item + 100, np.uint8)
            Image.fromarray(pixels).save(tmp_path / str(label) / f"{item}.png")
    Image.fromarray(np.full((8, 8), 100, np.uint8)).save(tmp_path / "3" / "of-0.png")
    small = ImageInput(height=8, width=8, channels=1)
    by_item = SplitConfig(by="item")
    prepared = prepare(open_data(tmp_path), (small, small), by_item, 0, Silent())
    doubt, reason = prepared.notices
    assert doubt.startswith("1 item is a copy of one of another label (0/0.png and 3/of-0.png)")
    assert reason.startswith("Split by item")
