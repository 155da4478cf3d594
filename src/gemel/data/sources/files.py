"""Raw items in files."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import final

from gemel.data.sources.digests import KnownFingerprints, file_digest
from gemel.data.threads import ordered_map
from gemel.inputs.digest import digest_of_all

FILES_PER_TASK = 64


@final
@dataclass(frozen=True)
class FileItems:
    """Files by their path relative to `root`. Problems show when a file is read."""

    root: Path
    names: tuple[str, ...]
    _known: KnownFingerprints = field(
        default_factory=KnownFingerprints, init=False, repr=False, compare=False
    )

    def __len__(self) -> int:
        return len(self.names)

    def raw(self, index: int) -> Path:
        return self.root / self.names[index]

    def name(self, index: int) -> str:
        return self.names[index]

    def fingerprint(self) -> str:
        """Hex digest of the names and contents of all files.

        Files are hashed again only if the size or modification time of one has changed.
        """
        return self._known.of((self.root / name for name in self.names), self._hashed)

    def _hashed(self) -> str:
        starts = range(0, len(self), FILES_PER_TASK)
        return digest_of_all(ordered_map(self._digests, starts)).hex()

    def _digests(self, start: int) -> bytes:
        names = self.names[start : start + FILES_PER_TASK]
        return b"".join(file_digest(self.root / name, name) for name in names)
