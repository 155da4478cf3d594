"""Open a folder of class folders; with a second level, the upper folders are groups."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import final

from gemel.counting import SHOWN, and_more, count
from gemel.data.coding import coded
from gemel.data.dataset import SPLIT_WORDS, Dataset
from gemel.data.file_kinds import FILES, UNREAD_PICTURES, WORD, WORDS
from gemel.data.soundness import sound
from gemel.data.sources import FileItems
from gemel.errors import DataError
from gemel.inputs import Kind


@final
@dataclass
class Found:
    """The result of a scan: paths below the folder of items of one kind, and of the rest.

    `ignored` are other and hidden files; `loops` are folders that link back to one above.
    """

    kind: Kind = "image"
    items: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    loops: list[str] = field(default_factory=list)


FORGED = re.compile(r"forge(d|ry|ries)|fake|impost[eo]r")
"""Names of files that are probably forgeries of their folder's label."""


def open_folder(root: Path, kind: Kind | None = None) -> Dataset:
    """The items of a folder, labelled `label`, or `group/label` with two levels of folders.

    Without a `kind`, items are pictures if class folders contain any, otherwise sequences. Raises
    DataError for a folder that is empty, has no class folders, one class only, one item per class,
    or items at differing depths or more than two folders deep.
    """
    found = _found(root, kind)
    loose = [name for name in found.items if "/" not in name]
    names = sorted(name for name in found.items if "/" in name)
    _refuse_shapeless(root, names, loose, found)
    depth = _depth(root, names)
    notices = [*_loose_notice(loose, found.kind), *_ignored_notices(found), *_forged_notice(names)]
    label_names, labels = coded([name.rpartition("/")[0] for name in names])
    dataset = Dataset(
        name=root.resolve().name or str(root),
        kind=found.kind,
        items=FileItems(root, tuple(names)),
        labels=labels,
        label_names=label_names,
    )
    dataset = _grouped(dataset) if depth == 2 else dataset
    return sound(dataset.noticing(*notices))


def folder_items(root: Path, kind: Kind | None = None) -> Dataset:
    """All items below a folder, at any depth, for embedding.

    An item's label is its folder; there are no labels if no item is in a subfolder. Raises
    DataError for a folder without items.
    """
    found = _found(root, kind)
    if not found.items:
        raise _empty(root, found, "name a folder with some in it")
    names = sorted(found.items)
    label_names, labels = coded([name.rpartition("/")[0] for name in names])
    dataset = Dataset(
        name=root.resolve().name or str(root), kind=found.kind, items=FileItems(root, tuple(names))
    )
    if any(label_names):
        dataset = replace(dataset, labels=labels, label_names=label_names)
    return dataset.noticing(*_ignored_notices(found))


def _found(root: Path, kind: Kind | None) -> Found:
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
        if entry.name.startswith("."):
            found.ignored.append(name)
        elif entry.is_dir():
            _scan(folder / entry.name, name, found, (*ancestors, identity))
        elif Path(entry.name).suffix.lower() not in FILES[found.kind]:
            found.ignored.append(name)
        elif entry.is_file() or entry.is_symlink():
            found.items.append(name)
        else:  # a pipe or a device, which might never end
            found.ignored.append(name)


def _refuse_shapeless(root: Path, names: list[str], loose: list[str], found: Found) -> None:
    if names:
        return
    what = WORDS[found.kind]
    if loose:
        raise DataError(
            f"{str(root)!r} holds {count(len(loose), WORD[found.kind])} but no class folders: put "
            f"the {what} of each label into a folder of its own, or pass a table with the "
            "columns item,label"
        )
    raise _empty(root, found, f"it must hold a folder of {what} per label")


def _empty(root: Path, found: Found, remedy: str) -> DataError:
    what, ignored = WORDS[found.kind], found.ignored
    if not ignored:
        return DataError(f"{str(root)!r} holds no {what}: {remedy}")
    read = " and ".join(
        f"{WORDS[kind]} that end in {', '.join(sorted(endings))}" for kind, endings in FILES.items()
    )
    return DataError(
        f"{str(root)!r} holds no {what}, only {count(len(ignored), 'other file')} "
        f"({_first(ignored)}): {remedy}, and what is read are {read}. {_as_jpeg(ignored)}".rstrip()
    )


def _as_jpeg(ignored: list[str]) -> str:
    """Advice about pictures of unsupported formats; empty if there are none."""
    endings = sorted({Path(name).suffix.lower() for name in ignored} & UNREAD_PICTURES)
    return f"Save {' and '.join(endings)} files as JPEG to use them." if endings else ""


def _depth(root: Path, names: list[str]) -> int:
    """1 for label/picture, 2 for group/label/picture."""
    examples: dict[int, str] = {}
    counts: Counter[int] = Counter()
    for name in names:
        examples.setdefault(name.count("/"), name)
        counts[name.count("/")] += 1
    if len(counts) > 1:
        seen = "; ".join(f"{counts[d]} at depth {d} ({examples[d]})" for d in sorted(counts))
        raise DataError(
            f"items in {str(root)!r} must all lie equally deep, as label/picture or "
            f"group/label/picture, got {seen}: move them, or pass a table with item,label"
        )
    depth = next(iter(counts))
    if depth > 2:
        example = examples[depth]
        inner = root.joinpath(*example.split("/")[: depth - 2])
        raise DataError(
            f"items in {str(root)!r} lie {depth} folders deep ({example}), where label/picture "
            f"or group/label/picture is read: pass {str(inner)!r} instead, or a table with "
            "item,label,group"
        )
    return depth


def _grouped(dataset: Dataset) -> Dataset:
    group_names, group_of_label = coded([name.split("/", 1)[0] for name in dataset.label_names])
    _refuse_split_folders(dataset, group_names)
    grouped = replace(dataset, groups=group_of_label[dataset.labels], group_names=group_names)
    lower = f"the {len(dataset.label_names)} lower ones as labels"
    if len(group_names) == 1:
        return grouped.noticing(
            f"Two levels of folders: the upper one ({group_names[0]}) is read as a group, {lower}. "
            "If it only wraps the rest, pass that folder itself."
        )
    told = (
        f"Two levels of folders: the {len(group_names)} upper ones "
        f"({', '.join(group_names[:SHOWN])}{and_more(len(group_names))}) are read as groups, "
        f"{lower}. If the upper ones are the labels, move the pictures up one level."
    )
    return grouped.noticing(told, *_shared_name_notice(dataset.label_names))


def _shared_name_notice(label_names: Sequence[str]) -> list[str]:
    """A notice if several groups have lower folders of the same name."""
    groups_of: dict[str, list[str]] = {}
    for name in label_names:
        group, label = name.split("/", 1)
        groups_of.setdefault(label, []).append(group)
    label, groups = max(groups_of.items(), key=lambda item: len(item[1]))
    if len(groups) == 1:
        return []
    return [
        f"{label!r} stands under {groups[0]} and {groups[1]}{and_more(len(groups), 2)}, and is "
        "another label in each. If it is one and the same (a person on several days), pass a table "
        "with item,label,maker."
    ]


def _refuse_split_folders(dataset: Dataset, groups: tuple[str, ...]) -> None:
    lower = Counter(name.split("/", 1)[1] for name in dataset.label_names)
    if all(group.lower() in SPLIT_WORDS for group in groups) and max(lower.values()) > 1:
        twice = lower.most_common(1)[0][0]
        raise DataError(
            f"the upper folders {', '.join(groups)} look like a split, but upper folders are read "
            f"as groups, so {twice!r} would be a different label in each: pass a table with "
            "item,label,split, or one of the folders alone"
        )


def _loose_notice(loose: list[str], kind: Kind) -> list[str]:
    if not loose:
        return []
    loosely = count(len(loose), f"{WORD[kind]} that lies loose", f"{WORDS[kind]} that lie loose")
    have, are, them = ("has", "is", "it") if len(loose) == 1 else ("have", "are", "them")
    return [
        f"{loosely} beside the class folders ({_first(loose)}) {have} no label and {are} left out: "
        f"move {them} into a class folder to use {them}."
    ]


def _forged_notice(names: list[str]) -> list[str]:
    """A notice if files are named like forgeries, since folders cannot mark them as such.

    If the folder itself is named so, forged is a label like any other.
    """
    forged = []
    for name in names:
        label, _, file = name.lower().rpartition("/")
        if FORGED.search(file) and not FORGED.search(label):
            forged.append(name)
    if not forged:
        return []
    items = count(len(forged), "item is called like a forgery", "items are called like forgeries")
    return [
        f"{items} ({_first(forged)}) and counted as genuine: a table with "
        "the columns item,label,genuine (1 or 0) says which are forged."
    ]


def _first(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]}, …"


def _ignored_notices(found: Found) -> list[str]:
    unread = [name for name in found.ignored if Path(name).suffix.lower() in UNREAD_PICTURES]
    others = [name for name in found.ignored if Path(name).suffix.lower() not in UNREAD_PICTURES]
    notices = []
    if unread:
        pictures = count(len(unread), "picture is", "pictures are")
        notices.append(f"{pictures} left out ({_examples(unread)}). {_as_jpeg(unread)}")
    if others:
        files = count(
            len(others),
            f"file that is hidden or no {WORD[found.kind]} is",
            f"files that are hidden or no {WORDS[found.kind]} are",
        )
        notices.append(f"{files} left out ({_examples(others)}).")
    if found.loops:
        notices.append(
            f"The folder {found.loops[0]!r} links back to a folder above it and is left out."
        )
    return notices


def _examples(names: list[str]) -> str:
    return f"{', '.join(names[:SHOWN])}{and_more(len(names))}"
