"""`job-titles`: synthetic job titles, each with variations that keep its meaning.

P. Neculoiu, M. Versteegh & M. Rotaru ("Learning text similarity with siamese recurrent networks",
RepL4NLP 2016) train on job titles with misspellings, synonyms and extra words. Their data are
private, so these titles are generated: a field and a role.

`job-titles` has all kinds of variations. The probes `job-titles-typos`, `job-titles-synonyms` and
`job-titles-extra-words` have one kind each, of titles that are not in `job-titles`.
"""

from __future__ import annotations

from itertools import product
from typing import Literal, TypeAlias

import numpy as np

from gemel.data.dataset import Dataset
from gemel.data.soundness import sound
from gemel.data.sources import MemoryItems

Variation: TypeAlias = Literal["typos", "synonyms", "extra-words"]

SEED = 2016
HELD_OUT = 5
"""One in this many titles is for the probes."""
EACH = 3
"""Variations of each kind that are drawn per title."""

FIELDS = {
    "software": "application",
    "sales": "retail",
    "marketing": "advertising",
    "finance": "accounting",
    "legal": "law",
    "medical": "clinical",
    "network": "communications",
    "personnel": "human resources",
    "warehouse": "storage",
    "kitchen": "catering",
    "factory": "manufacturing",
    "school": "education",
    "insurance": "underwriting",
    "transport": "logistics",
    "garden": "landscape",
    "research": "science",
}
ROLES = {
    "engineer": "technologist",
    "developer": "programmer",
    "manager": "head",
    "assistant": "aide",
    "consultant": "adviser",
    "instructor": "teacher",
    "supervisor": "foreman",
    "inspector": "examiner",
    "clerk": "administrator",
    "director": "executive",
    "analyst": "investigator",
    "technician": "mechanic",
    "buyer": "purchaser",
    "planner": "scheduler",
    "writer": "author",
    "designer": "stylist",
}
BEFORE = ("full-time", "part-time", "experienced", "freelance", "wanted:", "temporary")
AFTER = ("in London", "(m/f/d)", "for our team", "- night shift", "wanted", "at home", "abroad")
NEIGHBOURS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def open_job_titles(*variations: Variation, held_out: bool) -> Dataset:
    """The titles and these `variations` of each; labels are the titles.

    `held_out` chooses the titles of the probes instead of the others.
    """
    pairs = [
        pair for number, pair in enumerate(product(FIELDS, ROLES)) if _held(number) == held_out
    ]
    rng = np.random.default_rng([SEED, held_out])
    texts: dict[str, str] = {}
    for field, role in pairs:
        title = f"{field} {role}"
        texts[title] = title
        for variation in variations:
            for _ in range(EACH):
                texts.setdefault(_varied(field, role, variation, rng), title)
    name = "-".join(["job-titles", *(variations if held_out else ())])
    items = MemoryItems(tuple(f"row {n}" for n in range(1, len(texts) + 1)), tuple(texts))
    return sound(Dataset(name, items, kind="text").labelled(list(texts.values())))


def _held(number: int) -> bool:
    # Which roles are held out differs from field to field, so no role is held out entirely.
    return (number * 7 + number // len(ROLES)) % HELD_OUT == 0


def _varied(field: str, role: str, variation: Variation, rng: np.random.Generator) -> str:
    match variation:
        case "typos":
            return misspelt(f"{field} {role}", rng)
        case "synonyms":
            which = rng.integers(3)
            return f"{FIELDS[field] if which != 1 else field} {ROLES[role] if which else role}"
        case "extra-words":
            before = f"{rng.choice(BEFORE)} " if rng.random() < 0.6 else ""
            after = f" {rng.choice(AFTER)}" if not before or rng.random() < 0.4 else ""
            return f"{before}{field} {role}{after}"


def misspelt(text: str, rng: np.random.Generator) -> str:
    """The text with one typo: a letter omitted, doubled, transposed or replaced by a neighbour.

    >>> misspelt("engineer", np.random.default_rng(1))
    'engnieer'
    """
    place = int(rng.choice([i for i in range(1, len(text) - 1) if text[i].isalpha()]))
    letter = text[place]
    slip = rng.integers(4)
    if slip == 0:
        return text[:place] + text[place + 1 :]
    if slip == 1:
        return text[:place] + letter + text[place:]
    if slip == 2 and text[place + 1] not in {" ", letter}:
        return text[:place] + text[place + 1] + letter + text[place + 2 :]
    return text[:place] + _beside(letter, rng) + text[place + 1 :]


def _beside(letter: str, rng: np.random.Generator) -> str:
    """A random letter next to `letter` in its row of the keyboard."""
    row = next(row for row in NEIGHBOURS if letter in row)
    place = row.index(letter)
    return str(rng.choice([row[i] for i in (place - 1, place + 1) if 0 <= i < len(row)]))
