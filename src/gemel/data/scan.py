"""Find the items in a folder: the files of one kind, at any depth."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import final

from gemel.counting import count, examples
from gemel.data.file_kinds import FILES, PLAIN_FILES, UNREAD_PICTURES, WORD, WORDS
from gemel.errors import DataError
from gemel.inputs import Kind


@final
@dataclass
class Found:
    """The result of a scan: paths below the folder of items of one kind, and of the rest.

    `ignored` are other and hidden files; `loops` are folders that link back to one above.
    """

    kind: Kind
    items: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    loops: list[str] = field(default_factory=list)

    def notices(self) -> list[str]:
        """Sentences about the files and folders that are left out."""
        unread = [name for name in self.ignored if _is_unread_picture(name)]
        others = [name for name in self.ignored if not _is_unread_picture(name)]
        notices = []
        if unread:
            pictures = count(len(unread), "picture is", "pictures are")
            notices.append(f"{pictures} left out ({examples(unread)}). {_as_jpeg(unread)}")
        if others:
            files = count(
                len(others),
                f"file that is hidden or no {WORD[self.kind]} is",
                f"files that are hidden or no {WORDS[self.kind]} are",
            )
            notices.append(f"{files} left out ({examples(others)}).")
        if self.loops:
            notices.append(
                f"The folder {self.loops[0]!r} links back to a folder above it and is left out."
            )
        return notices


def find_items(root: Path, kind: Kind | None) -> Found:
    """The items of `kind` below a folder; without one, of the first kind that is in subfolders.

    Raises DataError for a folder that cannot be read, and for texts.
    """
    if kind == "text":
        raise DataError(
            f"{str(root)!r} is a folder, and texts are read from a table: pass a .csv, .jsonl or "
            ".parquet with the texts in its cells"
        )
    kinds = [Found(each) for each in FILES if kind in (None, each)]
    for found in kinds:
        _scan(root, "", found)
        if any("/" in name for name in found.items):
            return found
    return next((found for found in kinds if found.items), kinds[0])


def _scan(
    folder: Path, below: str, found: Found, ancestors: tuple[tuple[int, int], ...] = ()
) -> None:
    try:
        status = folder.stat()
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        raise DataError(f"the folder {str(folder)!r} cannot be read ({error.strerror})") from error
    identity = (status.st_dev, status.st_ino)
    if identity in ancestors:
        found.loops.append(below)
        return
    for entry in entries:
        name = f"{below}/{entry.name}" if below else entry.name
        hidden = entry.name.startswith(".")
        if not hidden and entry.is_dir():
            _scan(folder / entry.name, name, found, (*ancestors, identity))
        elif not hidden and _is_item(entry, found.kind):
            found.items.append(name)
        else:
            found.ignored.append(name)


def _is_item(entry: os.DirEntry[str], kind: Kind) -> bool:
    """By its ending; a pipe or a device is none, since it might never end."""
    named = Path(entry.name).suffix.lower() in FILES[kind]
    return named and (entry.is_file() or entry.is_symlink())


def no_items(root: Path, kind: Kind | None, found: Found, remedy: str) -> DataError:
    """The error for a folder without items of `kind`, or of any kind."""
    what, ignored = WORDS[found.kind], found.ignored
    if not ignored:
        return DataError(f"{str(root)!r} holds no {what}: {remedy}")
    read = " and ".join(
        f"{WORDS[each]} that end in {', '.join(sorted(endings))}"
        for each, endings in FILES.items()
        if kind in (None, each)
    )
    advice = _as_jpeg(ignored) or (_renamed(ignored) if kind != "image" else "")
    return DataError(
        f"{str(root)!r} holds no {what}, only {count(len(ignored), 'other file')} "
        f"({first_of(ignored)}): {remedy}, and what is read are {read}"
        f"{'. ' if advice else ''}{advice}"
    )


def _as_jpeg(ignored: list[str]) -> str:
    """Advice about pictures of unsupported formats; empty if there are none."""
    endings = sorted({Path(name).suffix.lower() for name in ignored} & UNREAD_PICTURES)
    return f"Save {' and '.join(endings)} files as JPEG to use them." if endings else ""


def _renamed(ignored: list[str]) -> str:
    """Advice about files that may hold texts or sequences; empty if there are none."""
    endings = sorted({Path(name).suffix.lower() for name in ignored} & PLAIN_FILES)
    return (
        f"Texts are read from the cells of a table; sequences in {' and '.join(endings)} files are "
        "read once these end in .csv."
        if endings
        else ""
    )


def first_of(names: list[str]) -> str:
    """The first of the names, followed by … if there are more."""
    return names[0] if len(names) == 1 else f"{names[0]}, …"


def _is_unread_picture(name: str) -> bool:
    return Path(name).suffix.lower() in UNREAD_PICTURES
