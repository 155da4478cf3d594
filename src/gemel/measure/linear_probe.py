"""Linear probe of a matcher on the three parts of a dataset, each item encoded once."""

from __future__ import annotations

from gemel.arrays import Codes
from gemel.data import Part
from gemel.errors import RunError
from gemel.evaluation.evidence import figures_of
from gemel.evaluation.linear_probe import LabelledEmbeddings, linear_probe, refuse_unfit
from gemel.evaluation.resampling import Bootstrap
from gemel.matcher import Matcher
from gemel.measure.answer import Answer
from gemel.measure.compared import encoded
from gemel.measure.prepared import Prepared
from gemel.progress import Progress


def probe(matcher: Matcher, prepared: Prepared, seed: int, progress: Progress) -> Answer:
    """Measure the accuracy of a linear probe on the test part.

    Raises DataError where the data have no labels, or test labels that are not in the training
    part, RunError where each side has an encoder of its own, and MissingExtra without
    scikit-learn.
    """
    if matcher.file.tie == "separate":
        raise RunError(
            "a linear probe measures the embeddings of one encoder, and "
            f"{matcher.path} has one for each side: measure it with --protocol verification, "
            "few-shot or retrieval"
        )
    encoder = matcher.embedder()

    def labels(name: Part) -> Codes:
        return prepared.labels(prepared.genuine_part(name))

    def part(name: Part) -> LabelledEmbeddings:
        embeddings = encoded(encoder.encode, prepared.compared(name), progress)
        return LabelledEmbeddings(embeddings[prepared.genuine(prepared.part(name))], labels(name))

    refuse_unfit(labels("train"), labels("test"))  # before anything is encoded
    train, validation, test = part("train"), part("validation"), part("test")
    with progress.stage("fitting a linear classifier", 1) as stage:
        evidence, strength = linear_probe(train, validation, test)
        stage.advance(1)
    notice = (
        f"Logistic regression on the embeddings of {len(train.labels):,} training items, with "
        f"C = {strength:g} chosen on {len(validation.labels):,} validation items and then "
        "fitted to both."
    )
    data = f"{prepared.dataset.name} (test)"
    figures = figures_of([evidence], Bootstrap(seed=seed))
    return Answer("linear-probe", data, seed, figures, (notice,))
