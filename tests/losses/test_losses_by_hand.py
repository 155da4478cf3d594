"""The papers' formulas on a few numbers, with the arithmetic beside them."""

from __future__ import annotations

from math import exp, log

import pytest
import torch

from gemel.errors import RecipeError
from gemel.losses.binary_cross_entropy import BinaryCrossEntropyLoss
from gemel.losses.contrastive import ContrastiveLoss
from gemel.losses.distance_ratio import DistanceRatioLoss
from gemel.losses.exponential import ExponentialLoss
from gemel.losses.graded import GradedLoss
from gemel.losses.hinge import HingeLoss
from gemel.losses.logit import Logit
from gemel.losses.softmax import SoftmaxLoss
from gemel.losses.squared_error import SquaredErrorLoss
from gemel.losses.triplet import TripletLoss

DISTANCE = torch.tensor([5.0, 1.0, 3.0])
SAME = torch.tensor([True, False, False])


def test_contrastive():
    # same, d=5: 25.  different, d=1: (2-1)² = 1.  different, d=3 > margin: 0.
    value = ContrastiveLoss(margin=2.0)(DISTANCE, SAME)
    assert value.item() == pytest.approx((25 + 1 + 0) / 3)


def test_contrastive_balanced():
    # matching: 25.  different: (1 + 0) / 2.  Half of each.
    value = ContrastiveLoss(margin=2.0, balanced=True)(DISTANCE, SAME)
    assert value.item() == pytest.approx((25 + 0.5) / 2)


def test_a_balanced_batch_of_one_kind_is_half_its_mean():
    # matching: (1 + 9) / 2, and nothing different.  different: (1 + 0) / 2, nothing matching.
    distance = torch.tensor([1.0, 3.0])
    loss = ContrastiveLoss(margin=2.0, balanced=True)
    assert loss(distance, torch.tensor([True, True])).item() == 2.5
    assert loss(distance, torch.tensor([False, False])).item() == 0.25


def test_binary_cross_entropy_of_a_logit():
    # logit = -d.  same, d=5: log(1+e⁵).  different: log(1+e⁻¹), log(1+e⁻³).
    value = BinaryCrossEntropyLoss()(DISTANCE, SAME)
    assert value.item() == pytest.approx(
        (log(1 + exp(5)) + log(1 + exp(-1)) + log(1 + exp(-3))) / 3
    )


def test_binary_cross_entropy_balanced():
    # matching: log(1+e⁵).  different: the mean of log(1+e⁻¹) and log(1+e⁻³).  Half of each.
    value = BinaryCrossEntropyLoss(balanced=True)(DISTANCE, SAME)
    different = (log(1 + exp(-1)) + log(1 + exp(-3))) / 2
    assert value.item() == pytest.approx((log(1 + exp(5)) + different) / 2)


def test_binary_cross_entropy_of_a_fixed_metric_starts_at_its_offset():
    # logit = 1·(2 - d).  same, d=5: log(1+e³).  different, d=1: log(1+e¹); d=3: log(1+e⁻¹).
    value = BinaryCrossEntropyLoss(learned_scale=True, offset=2.0)(DISTANCE, SAME)
    assert value.item() == pytest.approx((log(1 + exp(3)) + log(1 + exp(1)) + log(1 + exp(-1))) / 3)


def test_squared_error_of_a_logit():
    # A learned distance is a negative logit: sigmoid(0) = 1/2, sigmoid(log 3) = 3/4.
    value = SquaredErrorLoss()(torch.tensor([0.0, -log(3)]), torch.tensor([True, False]))
    assert value.item() == pytest.approx((0.5**2 + 0.75**2) / 2)
    # A fixed one has scale 1 and offset 1 to begin with: sigmoid(1 - 1) = 1/2.
    fixed = SquaredErrorLoss(learned_scale=True)
    assert fixed(torch.tensor([1.0]), torch.tensor([True])).item() == 0.25
    assert all(parameter.requires_grad for parameter in fixed.parameters())


def test_exponential():
    # Q = 4.  same, d=5: 2/4·25 = 12.5.  different, d=1: 8·e^(-2.77/4); d=3: 8·e^(-2.77·3/4).
    value = ExponentialLoss(bound=4.0)(DISTANCE, SAME)
    assert value.item() == pytest.approx((12.5 + 8 * exp(-0.6925) + 8 * exp(-2.0775)) / 3)
    balanced = ExponentialLoss(bound=4.0, balanced=True)(DISTANCE, SAME)
    assert balanced.item() == pytest.approx((12.5 + 4 * exp(-0.6925) + 4 * exp(-2.0775)) / 2)


def test_exponential_costs_pair_and_stranger_alike_at_half_its_bound():
    loss, half = ExponentialLoss(bound=6.0), torch.tensor([3.0])
    # 2/6·9 = 3 = Q/2, and 12·e^(-2.77/2) = 3.004.
    assert loss(half, torch.tensor([True])).item() == pytest.approx(3)
    assert loss(half, torch.tensor([False])).item() == pytest.approx(3, abs=0.01)


def test_triplet_over_all_triplets_of_all_rows():
    distance = torch.tensor([[0.5, 0.6, 2.0], [1.0, 0.2, 0.9]])
    same = torch.tensor([[True, False, False], [False, True, True]])
    # row 1: .5-.6+.2 = .1;  .5-2+.2 < 0: 0.   row 2: .2-1+.2 < 0: 0;  .9-1+.2 = .1.
    value = TripletLoss(margin=0.2)(distance, same)
    assert value.item() == pytest.approx((0.1 + 0 + 0 + 0.1) / 4)


def test_triplet_with_the_hardest_of_each_row():
    distance = torch.tensor([[0.5, 0.6, 2.0], [1.0, 0.2, 0.9], [1.0, 1.0, 1.0]])
    same = torch.tensor([[True, False, False], [False, True, True], [False, False, False]])
    # row 1: .5-.6+.2 = .1.  row 2: .9-1+.2 = .1.  row 3 has no partner and does not count.
    value = TripletLoss(margin=0.2, mining="hardest")(distance, same)
    assert value.item() == pytest.approx((0.1 + 0.1) / 2)


def test_a_row_without_a_stranger_does_not_count_among_the_hardest():
    distance = torch.tensor([[1.0, 2.0], [1.0, 1.0]])
    same = torch.tensor([[True, True], [True, False]])
    # row 2 alone: 1 - 1 + .5
    assert TripletLoss(margin=0.5, mining="hardest")(distance, same).item() == 0.5


def test_distance_ratio_of_one_triplet():
    # q_p = e¹/(e¹+e³), q_n = e³/(e¹+e³): q_p² + (1-q_n)²
    value = DistanceRatioLoss()(torch.tensor([[1.0, 3.0]]), torch.tensor([[True, False]]))
    near, far = (e / (exp(1) + exp(3)) for e in (exp(1), exp(3)))
    assert value.item() == pytest.approx(near**2 + (1 - far) ** 2)


def test_distance_ratio_is_the_mean_squared_error_of_the_softmax_to_0_and_1():
    distance = torch.rand(7, 2, generator=torch.Generator().manual_seed(0)) * 3
    same = torch.tensor([[True, False]]).expand(7, 2)
    error = torch.nn.functional.mse_loss(distance.softmax(1), (~same).float(), reduction="sum")
    assert DistanceRatioLoss()(distance, same).item() == pytest.approx(error.item() / 7)


def test_distance_ratio_over_all_triplets_of_a_row():
    distance, same = torch.tensor([[0.5, 1.5, 1.0]]), torch.tensor([[True, False, True]])
    # two triplets: (.5, 1.5) and (1, 1.5); 2 q² each.
    first, second = (1 / (1 + exp(gap)) for gap in (1.0, 0.5))
    assert DistanceRatioLoss()(distance, same).item() == pytest.approx(first**2 + second**2)


def test_softmax():
    distance = torch.tensor([[0.0, 1.0, 2.0], [1.0, 1.0, 1.0]])
    same = torch.tensor([[True, False, True], [False, False, False]])
    # row 1 at temperature ½: e⁰, e⁻², e⁻⁴; its partners are the first and the third.
    # row 2 has no partner and does not count.
    total = 1 + exp(-2) + exp(-4)
    expected = -(log(1 / total) + log(exp(-4) / total)) / 2
    assert SoftmaxLoss(temperature=0.5)(distance, same).item() == pytest.approx(expected)


def test_rows_of_one_kind_teach_nothing_and_break_nothing():
    strangers = torch.zeros(2, 3, dtype=torch.bool)
    assert SoftmaxLoss()(torch.rand(2, 3), strangers).item() == 0
    assert TripletLoss()(torch.rand(2, 3), strangers).item() == 0
    assert DistanceRatioLoss()(torch.rand(2, 3), strangers).item() == 0


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: ContrastiveLoss(margin=0), "margin above 0, got 0"),
        (lambda: ExponentialLoss(bound=0), "bound above 0, got 0"),
        (lambda: TripletLoss(margin=-1), "margin above 0, got -1"),
        (lambda: SoftmaxLoss(temperature=0), "temperature of 0.01 or more, got 0"),
    ],
)
def test_impossible_settings_are_refused(make, sentence):
    with pytest.raises(RecipeError, match=sentence):
        make()


def test_hinge_by_hand():
    # A distance is a negated score. same, score 0.4: 1 - 0.4 = 0.6; same, score 2: 0;
    # different, score 0.5: 1 + 0.5 = 1.5; different, score -3: 0.
    loss = HingeLoss(margin=1.0)
    value = loss(torch.tensor([-0.4, -2.0, -0.5, 3.0]), torch.tensor([True, True, False, False]))
    assert value.item() == pytest.approx((0.6 + 1.5) / 4)


def test_graded_by_each_curve():
    distance, grades = torch.tensor([0.0, 1.0]), torch.tensor([1.0, 0.0])
    # exp(-0) = 1 as wished, exp(-1) where 0 is wished.
    assert GradedLoss("exp")(distance, grades).item() == pytest.approx(exp(-2) / 2)
    assert GradedLoss("exp", spread=2.0)(distance, grades).item() == pytest.approx(exp(-1) / 2)
    # 1 - d is 1 and 0, both as wished.
    assert GradedLoss("linear")(distance, grades).item() == 0
    # (middle - d) / spread is 1/2 and -3/2.
    curve = GradedLoss("logistic", middle=0.25, spread=0.5)
    off = 1 - 1 / (1 + exp(-0.5)), 1 / (1 + exp(1.5))
    assert curve(distance, grades).item() == pytest.approx((off[0] ** 2 + off[1] ** 2) / 2)


def test_a_temperature_that_was_driven_to_its_limit_comes_back():
    loss = SoftmaxLoss(temperature=0.02)
    optimizer = torch.optim.Adam(loss.parameters(), lr=0.05)
    easy, wrong = torch.tensor([[0.0, 2.0]]), torch.tensor([[2.0, 0.0]])
    same = torch.tensor([[True, False]])

    def trained(distance, steps):
        for _ in range(steps):
            optimizer.zero_grad()
            loss(distance, same).backward()
            optimizer.step()
        return loss.log_temperature.exp().item()

    with torch.no_grad():
        loss.log_temperature.fill_(-6.0)  # where momentum may carry it
    assert trained(wrong, 200) > 0.1
    assert loss(easy, same) >= 0


@pytest.mark.parametrize(
    ("loss", "margin"),
    [
        (ContrastiveLoss(), 1.0),
        (HingeLoss(), 1.0),
        (TripletLoss(), 0.2),
        (ExponentialLoss(), 5.0),  # where both curves of a Q of 10 meet
    ],
)
def test_the_margin_unless_another_is_given(loss, margin):
    assert loss.margin == margin


@pytest.mark.parametrize("kind", [BinaryCrossEntropyLoss, SquaredErrorLoss])
def test_only_a_fixed_metrics_logit_learns_and_starts_at_1_minus_the_distance(kind):
    for learned, offset in ((False, 0.0), (True, 1.0)):
        loss = kind(learned_scale=learned)
        assert {parameter.requires_grad for parameter in loss.parameters()} == {learned}
        assert loss.logit(torch.tensor([3.0])).item() == offset - 3


def test_a_logits_scale_is_of_its_offset_too():
    logit = Logit(learned=True, offset=1.0)
    torch.nn.init.constant_(logit.log_scale, log(2))
    # 2·(1 - 0) and 2·(1 - 3)
    assert logit(torch.tensor([0.0, 3.0])).tolist() == pytest.approx([2, -4])


def test_a_temperature_is_learned_from_a_tenth_unless_it_is_fixed():
    learned, fixed = SoftmaxLoss(), SoftmaxLoss(learned=False)
    assert learned.log_temperature.exp().item() == pytest.approx(0.1)
    assert learned.log_temperature.requires_grad
    assert not fixed.log_temperature.requires_grad


def test_graded_by_the_logistic_is_half_at_0_unless_told():
    assert GradedLoss("logistic").similarity(torch.zeros(1)).item() == 0.5
