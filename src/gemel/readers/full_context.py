"""Full-context embeddings: examples and queries are embedded in the context of all examples.

    g(x_i, S) = forward LSTM + backward LSTM over the examples at i + g'(x_i)
    f(query, S): for k = 1 … K, from h_0 = f'(query) and c_0 = 0,
        r = sum over i of softmax_i( h_{k-1} . g(x_i) ) g(x_i)
        h_k = LSTM( f'(query), [h_{k-1}, r], c_{k-1} ) + f'(query)

Vinyals et al., "Matching Networks for One Shot Learning", NIPS 2016, section 2.1.2 and appendix A
(eq. 3-6 for f, eq. 7-9 for g). The reader `attention` follows, on these embeddings.
Differs from the paper: it leaves h_0 and K open; here h_0 = f'(query), and K is a setting. The
temperature is learned, as in `attention`. Examples are in the order in which the episode drew them.
"""

from __future__ import annotations

from math import log
from typing import final

import torch
from torch import nn

from gemel.errors import RecipeError
from gemel.lstm_operator import lstm_operator
from gemel.readers.attention import attended
from gemel.readers.reader import AnyMetric, Reader
from gemel.shapes import ClassDistances, EmbeddingSets, SupportLabels


@final
class FullContextReader(Reader):
    """Attention on embeddings that depend on all examples of the episode, for b episodes at once.

    `steps` is K. Raises `RecipeError` for a temperature of 0 or less, or fewer than one step.

    >>> from gemel.metrics import METRICS
    >>> support, support_labels = torch.rand(1, 5, 8), torch.eye(5)[None]
    >>> query = torch.rand(1, 2, 8)
    >>> FullContextReader(8)(METRICS["cosine"](8), support, support_labels, query).shape
    torch.Size([1, 2, 5])
    """

    def __init__(self, size: int, *, steps: int = 5, temperature: float = 0.1) -> None:
        super().__init__(size)
        if temperature <= 0 or steps < 1:
            raise RecipeError(
                "full-context needs a temperature above 0 and at least one step, got temperature "
                f"{temperature} and {steps} steps: set reader.temperature and reader.steps"
            )
        self.steps = steps
        self.log_temperature = nn.Parameter(torch.tensor(log(temperature)))
        self.examples = nn.LSTM(size, size, batch_first=True, bidirectional=True)
        self.from_query = nn.Linear(size, 4 * size)
        self.from_state = nn.Linear(2 * size, 4 * size, bias=False)

    def forward(
        self,
        metric: AnyMetric,
        support: EmbeddingSets,
        support_labels: SupportLabels,
        query: EmbeddingSets,
    ) -> ClassDistances:
        support = self.embed_examples(support)
        distance = metric(self.embed_queries(query, support), support)
        return attended(distance / self.log_temperature.exp(), support_labels)

    def embed_examples(self, support: EmbeddingSets) -> EmbeddingSets:
        """(b, n, d) examples to g(x_i, S), of the same shape."""
        exporting = torch.onnx.is_in_onnx_export()
        both, _ = lstm_operator(self.examples, support) if exporting else self.examples(support)
        return support + both[..., : self.size] + both[..., self.size :]

    def embed_queries(self, query: EmbeddingSets, support: EmbeddingSets) -> EmbeddingSets:
        """(b, q, d) queries to f(query, S), of the same shape, given g(x_i, S)."""
        from_query = self.from_query(query)
        state, cell = query, torch.zeros_like(query)
        for _ in range(self.steps):
            read = (state @ support.transpose(1, 2)).softmax(-1) @ support
            gates = from_query + self.from_state(torch.cat([state, read], -1))
            forget, input, output, candidate = gates.chunk(4, -1)
            cell = forget.sigmoid() * cell + input.sigmoid() * candidate.tanh()
            state = output.sigmoid() * cell.tanh() + query
        return state
