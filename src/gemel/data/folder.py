"""Open a folder of class folders; with a second level, the upper folders are groups."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

from gemel.counting import and_more, count, examples
from gemel.data.dataset import SPLIT_WORDS, Dataset
from gemel.data.file_kinds import WORD, WORDS
from gemel.data.scan import Found, find_items, first_of, no_items
from gemel.data.soundness import sound
from gemel.data.sources import FileItems
from gemel.errors import DataError
from gemel.inputs import Kind

FORGED = re.compile(r"forge(d|ry|ries)|fake|impost[eo]r")
"""Names of files that are probably forgeries of their folder's label."""


def open_folder(root: Path, kind: Kind | None = None) -> Dataset:
    """The items of a folder, labelled `label`, or `group/label` with two levels of folders.

    Without a `kind`, items are pictures if class folders contain any, otherwise sequences. Raises
    DataError for a folder that is empty, has no class folders, one class only, one item per class,
    or items at differing depths or more than two folders deep.
    """
    found = find_items(root, kind)
    loose = [name for name in found.items if "/" not in name]
    names = sorted(name for name in found.items if "/" in name)
    if not names:
        raise _shapeless(root, kind, loose, found)
    depth = _depth(root, names)
    dataset = _dataset(root, found.kind, names).labelled(_folders(names))
    if depth == 2:
        dataset = _grouped(dataset, names)
    notices = [*_loose_notice(loose, found.kind), *found.notices(), *_forged_notice(names)]
    return sound(dataset.noticing(*notices))


def folder_items(root: Path, kind: Kind | None = None) -> Dataset:
    """All items below a folder, at any depth, for embedding.

    An item's label is its folder; there are no labels if no item is in a subfolder. Raises
    DataError for a folder without items.
    """
    found = find_items(root, kind)
    if not found.items:
        raise no_items(root, kind, found, "name a folder with some in it")
    names = sorted(found.items)
    dataset = _dataset(root, found.kind, names)
    if any("/" in name for name in names):
        dataset = dataset.labelled(_folders(names))
    return dataset.noticing(*found.notices())


def _dataset(root: Path, kind: Kind, names: list[str]) -> Dataset:
    return Dataset(root.resolve().name or str(root), FileItems(root, tuple(names)), kind=kind)


def _folders(names: list[str]) -> list[str]:
    return [name.rpartition("/")[0] for name in names]


def _shapeless(root: Path, kind: Kind | None, loose: list[str], found: Found) -> DataError:
    if (root / "recipe.toml").is_file():
        return DataError(
            f"{str(root)!r} is a run, where data are expected: name the folder or the table that "
            "holds the items"
        )
    what = WORDS[found.kind]
    if not loose:
        return no_items(root, kind, found, f"it must hold a folder of {what} per label")
    return DataError(
        f"{str(root)!r} holds {count(len(loose), WORD[found.kind])} but no class folders: put "
        f"the {what} of each label into a folder of its own, or pass a table with the "
        "columns item,label"
    )


def _depth(root: Path, names: list[str]) -> int:
    """1 for label/picture, 2 for group/label/picture."""
    at_depth: dict[int, list[str]] = defaultdict(list)
    for name in names:
        at_depth[name.count("/")].append(name)
    if len(at_depth) > 1:
        seen = "; ".join(
            f"{len(deep)} at depth {depth} ({deep[0]})" for depth, deep in sorted(at_depth.items())
        )
        raise DataError(
            f"items in {str(root)!r} must all lie equally deep, as label/picture or "
            f"group/label/picture, got {seen}: move them, or pass a table with item,label"
        )
    ((depth, (example, *_)),) = at_depth.items()
    if depth > 2:
        inner = root.joinpath(*example.split("/")[: depth - 2])
        raise DataError(
            f"items in {str(root)!r} lie {depth} folders deep ({example}), where label/picture "
            f"or group/label/picture is read: pass {str(inner)!r} instead, or a table with "
            "item,label,group"
        )
    return depth


def _grouped(dataset: Dataset, names: list[str]) -> Dataset:
    grouped = dataset.grouped([name.split("/", 1)[0] for name in names])
    group_names = grouped.group_names
    _refuse_split_folders(dataset, group_names)
    lower = f"the {len(dataset.label_names)} lower ones as labels"
    if len(group_names) == 1:
        return grouped.noticing(
            f"Two levels of folders: the upper one ({group_names[0]}) is read as a group, {lower}. "
            "If it only wraps the rest, pass that folder itself."
        )
    notice = (
        f"Two levels of folders: the {len(group_names)} upper ones ({examples(group_names)}) are "
        f"read as groups, {lower}. If the upper ones are the labels, move the pictures up one "
        "level."
    )
    return grouped.noticing(notice, *_shared_name_notice(dataset.label_names))


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
        f"{loosely} beside the class folders ({first_of(loose)}) {have} no label and {are} left "
        f"out: move {them} into a class folder to use {them}."
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
        f"{items} ({first_of(forged)}) and counted as genuine: a table with "
        "the columns item,label,genuine (1 or 0) says which are forged."
    ]
