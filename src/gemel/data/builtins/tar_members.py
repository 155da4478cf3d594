"""Read members of a gzipped tar archive without unpacking it."""

from __future__ import annotations

import tarfile
import zlib
from collections.abc import Collection
from pathlib import Path, PurePosixPath

from gemel.errors import DataError


def tar_members(path: Path, wanted: Collection[str]) -> dict[str, bytes]:
    """The contents of the wanted members by file name, in whatever folder they are.

    Reading stops when all are found, so that nothing behind them (such as 100,000 unlabelled
    pictures) is decompressed. Raises DataError if the archive is damaged or a member is missing.
    """
    found: dict[str, bytes] = {}
    try:
        with tarfile.open(path, "r:gz") as archive:
            for member in archive:
                name = PurePosixPath(member.name).name
                if name in wanted and (stream := archive.extractfile(member)) is not None:
                    found[name] = stream.read()
                if len(found) == len(wanted):
                    return found
    except (OSError, EOFError, tarfile.TarError, zlib.error) as error:
        raise DataError(
            f"{str(path)!r} is not a whole .tar.gz archive ({error}): get the original file again"
        ) from error
    missing = ", ".join(name for name in wanted if name not in found)
    raise DataError(f"{missing} must be in {str(path)!r} and is not: get the original file again")
