"""The fused probability: repeatable, bounded, silent about what was not measured."""

import msgspec
import pytest

from identity.core.fusion import MICRO, Model, Weight, attack_probability, published


class Score(msgspec.Struct):
    code: str
    score_micro: int


MODEL = Model("test", -1.0, (Weight("a", 0.5, 0.1, 2.0), Weight("b", 10.0, 5.0, -1.0)), 300_000, 900_000)


def test_a_score_on_its_mean_says_nothing_and_so_does_an_absent_one():
    assert attack_probability([], MODEL) == attack_probability([Score("a", 500_000), Score("b", 10 * MICRO)], MODEL)
    assert attack_probability([Score("c", 77)], MODEL) == 268_941  # 1 / (1 + e)


def test_weights_point_where_their_sign_says():
    even = attack_probability([], MODEL)
    assert attack_probability([Score("a", 600_000)], MODEL) > even > attack_probability([Score("a", 400_000)], MODEL)
    assert attack_probability([Score("b", 15 * MICRO)], MODEL) < even


@pytest.mark.parametrize("wild", [2**53, -(2**53)])
def test_one_wild_score_says_no_more_than_four_scales(wild):
    four = 900_000 if wild > 0 else 100_000
    assert attack_probability([Score("a", wild)], MODEL) == attack_probability([Score("a", four)], MODEL)


def test_the_order_of_scores_does_not_matter():
    scores = [Score("b", 3 * MICRO), Score("a", 700_000)]
    assert attack_probability(scores, MODEL) == attack_probability(scores[::-1], MODEL)


def test_the_published_model_reads_and_reviews_before_it_refuses():
    model = published()
    assert 0 < model.review_micro < model.refuse_micro <= MICRO
    assert all(one.scale > 0 for one in model.weights)
    assert len({one.code for one in model.weights}) == len(model.weights)
