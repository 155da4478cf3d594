"""The floors of the house, and that no room looks upstairs."""

from __future__ import annotations

import ast
from pathlib import Path

import gemel

SOURCE = Path(gemel.__file__).parent

FLOORS = [
    {"errors", "arrays", "shapes", "progress", "counting"},
    {"functional", "whole_file", "lstm_operator"},
    {"inputs", "encoders", "metrics", "losses", "readers", "memories", "augment", "batches"}
    | {"evaluation", "calibration"},
    {"data", "twin", "matcher", "run"},
    {"recipe"},
    {"measure"},
    {"report"},
    {"planning"},
    {"export"},
    {"training"},
    {"api", "reproduction", "tuning"},
    {"cli"},
]
TORCH_ROOMS = {
    *{"encoders", "metrics", "losses", "readers", "memories", "augment", "shapes", "twin"},
    "lstm_operator",
    *{"planning", "export", "training", "tuning"},
}
HEAVY = {
    *{"torch", "sklearn", "matplotlib", "pyarrow", "lightning_fabric", "jinja2", "onnx"},
    "optuna",
}


def floor(room: str) -> int:
    return next(number for number, rooms in enumerate(FLOORS) if room in rooms)


def imports(tree: ast.AST) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names |= {
                f"{node.module}.{alias.name}" for alias in node.names if node.module == "gemel"
            }
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return names


def room_of(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def test_every_room_stands_on_a_floor():
    rooms = {room_of(path) for path in SOURCE.rglob("*.py")} - {"__init__", "__main__"}
    assert rooms == set().union(*FLOORS)


def test_a_room_imports_only_from_lower_floors():
    broken = []
    for path in SOURCE.rglob("*.py"):
        room = room_of(path)
        if room in {"__init__", "__main__"}:
            continue
        for name in imports(ast.parse(path.read_text("utf-8"))):
            parts = name.split(".")
            if parts[0] != "gemel" or len(parts) < 2 or parts[1] == room:
                continue
            if floor(parts[1]) >= floor(room):
                broken.append(f"{room} must not import {parts[1]} ({path.name})")
    assert not broken


def test_rooms_that_a_deployment_needs_never_import_heavy_packages_at_the_door():
    broken = []
    for path in SOURCE.rglob("*.py"):
        if room_of(path) in TORCH_ROOMS:
            continue
        module = ast.parse(path.read_text("utf-8"))
        for node in module.body:
            for name in imports(node) if isinstance(node, ast.Import | ast.ImportFrom) else ():
                if name.split(".")[0] in HEAVY:
                    broken.append(f"{path.relative_to(SOURCE)} imports {name}")
    assert not broken


def test_nothing_is_ever_unpickled():
    for path in SOURCE.rglob("*.py"):
        text = path.read_text("utf-8")
        assert "import pickle" not in text, path
        assert "torch.load(" not in text, path
        assert "allow_pickle=True" not in text, path
