"""Least-recently-used access: an external memory read by content and written by usage.

For each head, with key k, content c and gate a, and each memory slot i:

    write   w_w(i) = σ(a) w_r'(i) + (1 - σ(a)) lu'(i)        w_r' the last read, lu' least used
    memory  M(i) = M'(i), or 0 where lu'(i) = 1;  then  M(i) += Σ over heads of w_w(i) c
    read    w_r = softmax over i of β cos(k, first numbers of M(i));   r = Σ_i w_r(i) M(i)
    usage   u = γ u' + Σ over heads of w_r + w_w

Santoro, Bartunov, Botvinick, Wierstra & Lillicrap, "Meta-Learning with Memory-Augmented Neural
Networks", ICML 2016, eqs. 2-8, where c is k. The paper says little about several heads.
Differs from the paper: what is written may hold more than the key; head j writes to the j-th least
used slot, where the equations give every head all of them, so that keys are not superimposed;
reading is sharpened by β as in Graves, Wayne & Danihelka, "Neural Turing Machines", 2014, eq. 5.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor


class Store(NamedTuple):
    """The memory of b episodes: slot contents, the heads' last read weights, and slot usage."""

    slots: Float[Tensor, "b slots width"]
    read: Float[Tensor, "b heads slots"]
    usage: Float[Tensor, "b slots"]


class Request(NamedTuple):
    """The controller's output to the memory, for each head."""

    key: Float[Tensor, "b heads key"]
    content: Float[Tensor, "b heads width"]
    gate: Float[Tensor, "b heads"]
    sharpness: Float[Tensor, "b heads"]


def access(
    store: Store, asked: Request, decay: float
) -> tuple[Float[Tensor, "b heads width"], Store]:
    """Writes, then reads; returns what each head read and the updated store."""
    least = least_used(store.usage, asked.key.shape[1])
    write = write_weights(asked.gate, store.read, least)
    kept = 1 - least.sum(1)
    slots = store.slots * kept.unsqueeze(-1) + write.transpose(1, 2) @ asked.content
    read = read_weights(asked.key, asked.sharpness, slots)
    # Detached: usage only ranks slots, so its gradient through time is useless and costly.
    usage = decay * store.usage + (read.sum(1) + write.sum(1)).detach()
    return read @ slots, Store(slots, read, usage)


def least_used(usage: Float[Tensor, "b slots"], heads: int) -> Float[Tensor, "b heads slots"]:
    """One-hot: the least used slot for the first head, the next for the second, and so on."""
    place = usage.topk(heads, largest=False).indices
    return F.one_hot(place, usage.shape[-1]).to(usage.dtype)


def write_weights(
    gate: Float[Tensor, "b heads"],
    read: Float[Tensor, "b heads slots"],
    least: Float[Tensor, "b heads slots"],
) -> Float[Tensor, "b heads slots"]:
    """Interpolates between the last read slot, to update it, and the least used, to replace it."""
    share = torch.sigmoid(gate).unsqueeze(-1)
    return share * read + (1 - share) * least


def read_weights(
    key: Float[Tensor, "b heads key"],
    sharpness: Float[Tensor, "b heads"],
    slots: Float[Tensor, "b slots width"],
) -> Float[Tensor, "b heads slots"]:
    """Softmax of the cosines between a key and each slot; an empty slot has cosine 0."""
    slot_keys = slots[..., : key.shape[-1]]
    cosine = F.normalize(key, dim=-1) @ F.normalize(slot_keys, dim=-1).transpose(1, 2)
    return (sharpness.unsqueeze(-1) * cosine).softmax(-1)
