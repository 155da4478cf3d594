"""Members of a gzipped tar archive, read without unpacking, up to the last one that is wanted."""

from __future__ import annotations

import tarfile
import zlib
from collections.abc import Collection
from pathlib import Path, PurePosixPath

from gemel.errors import DataError


def tar_members(path: Path, wanted: Collection[str]) -> dict[str, bytes]:
    """The content of the wanted members by file name, whatever folder they lie in.

    Reading stops when all are found: what comes after (100,000 unlabelled pictures, say) is not
    even decompressed. Raises DataError for a damaged archive, or one without a wanted member.
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
