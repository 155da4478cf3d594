"""Datasets of the UCR/UEA archive of time series, each a TRAIN and a TEST file.

Dau et al., "The UCR time series archive", IEEE/CAA Journal of Automatica Sinica 6, 2019; Bagnall et
al., "The UEA multivariate time series classification archive", arXiv:1811.00075. Found in
`$GEMEL_DATA/timeseries/NAME/`, or downloaded. No checksums are published; each line is checked.
Any other dataset of the archive can be opened as a folder.
"""

from __future__ import annotations

from pathlib import Path

from gemel.data.dataset import Dataset
from gemel.data.download import Archive, at_hand, fetch, places
from gemel.data.series_archive import open_ts
from gemel.data.sources import BAD_MEMBER, open_zip
from gemel.errors import DataError
from gemel.whole_file import whole_file

HOME = "https://timeseriesclassification.com/aeon-toolkit/"


def open_ucr(name: str) -> Dataset:
    """The dataset `name` of the archive; labels are classes, the TEST series are test."""
    found = at_hand("timeseries", f"{name}/{name}_TRAIN.ts")
    return open_ts(found or _unpacked(fetch("timeseries", Archive(f"{HOME}{name}.zip")), name))


def _unpacked(archive: Path, name: str) -> Path:
    folder = places("timeseries")[-1] / name
    try:
        with open_zip(archive) as members:
            for part in ("TEST", "TRAIN"):  # TRAIN last: if it exists, so do both
                file = f"{name}_{part}.ts"
                with whole_file(folder / file) as temporary:
                    temporary.write_bytes(members.read(file))
    except BAD_MEMBER as error:
        raise DataError(
            f"{str(archive)!r} must hold {name}_TRAIN.ts and {name}_TEST.ts ({error}): get the "
            "original archive again"
        ) from error
    return folder / f"{name}_TRAIN.ts"
