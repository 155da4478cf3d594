"""Each reader against its paper's formula: by hand, or by a plain loop."""

from __future__ import annotations

import math

import pytest
import torch

from gemel.errors import RecipeError
from gemel.losses import LOSSES
from gemel.metrics import METRICS
from gemel.readers import READERS

SUPPORT = torch.tensor([[[0.0, 0.0], [2.0, 0.0], [5.0, 4.0]]])
TOLD = torch.tensor([[[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]])
QUERY = torch.tensor([[[1.0, 1.0]]])


def answered(name, metric="squared-euclidean", **settings):
    return READERS[name](2, **settings)(METRICS[metric](2), SUPPORT, TOLD, QUERY)[0, 0]


def test_a_prototype_is_the_mean_of_its_examples():
    # (0, 0) and (2, 0): mean (1, 0), 1 from (1, 1). (5, 4) is 4² + 3² from it.
    assert answered("prototype").tolist() == [1, 25]


def test_a_sum_is_not_divided():
    # (2, 0): 1² + 1² from (1, 1).
    assert answered("sum").tolist() == [2, 25]


def test_attention_is_shared_among_all_examples():
    # Distances 2, 2 and 25 at temperature 10; the first two are of one class.
    weights = [math.exp(-0.2), math.exp(-0.2), math.exp(-2.5)]
    first, second = answered("attention", temperature=10.0).tolist()
    assert math.exp(-first) == pytest.approx((weights[0] + weights[1]) / sum(weights))
    assert math.exp(-second) == pytest.approx(weights[2] / sum(weights))


def test_the_softmax_loss_at_temperature_1_is_the_papers_negative_log_likelihood():
    fixed = LOSSES["softmax"](temperature=1.0, learned=False)
    right = torch.tensor([[True, False]])
    # Snell et al., eq. 2: -log( e^-1 / (e^-1 + e^-25) ).
    loss = fixed(answered("prototype")[None], right).item()
    expected = -math.log(math.exp(-1) / (math.exp(-1) + math.exp(-25)))
    assert loss == pytest.approx(expected, abs=1e-6)
    # Vinyals et al., eq. 1: attention is a probability already.
    distance = answered("attention", temperature=10.0)
    torch.testing.assert_close(fixed(distance[None], right), distance[0])
    assert not any(parameter.requires_grad for parameter in fixed.parameters())


def test_full_context_is_the_papers_recurrence():
    torch.manual_seed(0)
    reader = READERS["full-context"](4, steps=3, temperature=0.5)
    support, query = torch.randn(5, 4), torch.randn(4)

    # g: a bidirectional LSTM over the examples, plus the examples (appendix A.2).
    lstm = reader.examples
    both = []
    for suffix, order in (("", range(5)), ("_reverse", range(4, -1, -1))):
        weights = [getattr(lstm, f"{kind}_l0{suffix}") for kind in ("weight_ih", "weight_hh")]
        bias = getattr(lstm, f"bias_ih_l0{suffix}") + getattr(lstm, f"bias_hh_l0{suffix}")
        state, cell, states = torch.zeros(4), torch.zeros(4), {}
        for i in order:
            keep_in = weights[0] @ support[i] + weights[1] @ state + bias
            write, keep, content, show = keep_in.chunk(4)
            cell = keep.sigmoid() * cell + write.sigmoid() * content.tanh()
            state = show.sigmoid() * cell.tanh()
            states[i] = state
        both.append(torch.stack([states[i] for i in range(5)]))
    g = support + both[0] + both[1]
    torch.testing.assert_close(reader.embed_examples(support[None])[0], g)

    # f: K steps of an LSTM whose state is joined by what it reads from g (eq. 2-6).
    h, c = query, torch.zeros(4)
    for _ in range(3):
        scores = [math.exp((h @ g[i]).item()) for i in range(5)]
        r = sum(score / sum(scores) * g[i] for i, score in enumerate(scores))
        gates = reader.from_query.weight @ query + reader.from_query.bias
        gates = gates + reader.from_state.weight @ torch.cat([h, r])
        keep, write, show, content = gates.chunk(4)
        c = keep.sigmoid() * c + write.sigmoid() * content.tanh()
        h = show.sigmoid() * c.tanh() + query
    torch.testing.assert_close(reader.embed_queries(query[None, None], g[None])[0, 0], h)

    # Then attention on these, by cosine.
    distance = reader(METRICS["cosine"](4), support[None], torch.eye(5)[None], query[None, None])
    cosine = torch.stack([1 - h @ g[i] / h.norm() / g[i].norm() for i in range(5)])
    torch.testing.assert_close((-distance[0, 0]).exp(), (-cosine / 0.5).softmax(0))


@pytest.mark.parametrize("name", ["attention", "full-context"])
def test_a_temperature_is_above_0(name):
    with pytest.raises(RecipeError, match="temperature"):
        READERS[name](4, temperature=0.0)
    with pytest.raises(RecipeError, match="0 steps"):
        READERS["full-context"](4, steps=0)
