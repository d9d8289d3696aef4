"""Encoders take any number of clicks, start from the average, and speak the language of tastes."""

import keras
import numpy as np
import pytest

from persogan_lessons.course import checkpoints
from persogan_lessons.data import digits, tastes
from persogan_lessons.models import encoders

FEATURES = 6
ENCODERS = [encoders.mean_encoder, encoders.gru_encoder, encoders.attention_encoder]


def histories(count, length=encoders.LONGEST):
    """Histories of so many clicks each, empty places in front."""
    made = np.zeros((count, encoders.LONGEST, FEATURES), "float32")
    made[:, encoders.LONGEST - length :] = np.random.default_rng(0).normal(
        size=(count, length, FEATURES)
    )
    return made


def loud(encoder):
    """The same encoder with weights large enough for differences to show."""
    keras.utils.set_random_seed(0)
    return encoder.set_weights([np.random.normal(size=w.shape) for w in encoder.weights]) or encoder


@pytest.mark.parametrize("make", ENCODERS)
@pytest.mark.parametrize("length", [0, 1, 32])
def test_a_history_of_any_length_becomes_shares_and_a_style(make, length):
    said = np.asarray(loud(make(FEATURES, units=8))(histories(3, length)))
    assert said.shape == (3, tastes.CONDITION_SIZE) and np.all(np.isfinite(said))
    np.testing.assert_allclose(said[:, :10].sum(1), encoders.SUM, rtol=1e-5)
    assert said[:, :10].min() >= 0


def test_the_language_is_that_of_tastes():
    vector = tastes.AVERAGE.vector()
    np.testing.assert_allclose(vector[: encoders.SHARES].sum(), encoders.SUM, rtol=1e-6)
    assert len(vector) == encoders.SHARES + encoders.STYLE
    assert encoders.LONGEST == tastes.LONGEST_HISTORY


@pytest.mark.parametrize("make", ENCODERS)
def test_before_training_everybody_is_average(make):
    keras.utils.set_random_seed(0)
    said = np.asarray(make(FEATURES)(histories(4)))
    np.testing.assert_allclose(said, np.tile(tastes.AVERAGE.vector(), (4, 1)), atol=0.15)


@pytest.mark.parametrize("make", ENCODERS)
def test_only_the_mean_does_not_care_for_order(make):
    encoder, given = loud(make(FEATURES, units=8)), histories(5)
    same = np.allclose(encoder(given), encoder(given[:, ::-1]), atol=1e-4)
    assert same == (make is encoders.mean_encoder)


def test_the_weighted_mean_has_one_empty_click():
    values = np.array([[[0.0], [4.0], [8.0]]], "float32")
    scores = np.log(np.array([[[5.0], [1.0], [2.0]]], "float32"))
    clicked = np.array([[[0.0], [1.0], [1.0]]], "float32")
    mean, total = encoders.WeightedMean()([values, scores, clicked])[0]
    np.testing.assert_allclose(mean, (4 + 2 * 8) / (1 + 1 + 2), rtol=1e-6)
    np.testing.assert_allclose(total, np.log(4), rtol=1e-6)
    nobody = encoders.WeightedMean()([values, scores, 0 * clicked])
    np.testing.assert_array_equal(nobody, [[0, 0]])


def test_the_reader_sees_features_and_coarse_pixels_and_is_not_trained():
    classifier = checkpoints.load("classifier")
    images, _ = digits.load("test")
    reader = encoders.reader(classifier)
    seen = np.asarray(reader(images[:5]))
    coarse = images[:5].reshape(5, 14, 2, 14, 2).mean((2, 4)).reshape(5, -1)
    np.testing.assert_allclose(seen[:, 64:], coarse, atol=1e-5)
    features = keras.Model(classifier.inputs, classifier.get_layer("features").output)
    np.testing.assert_allclose(seen[:, :64], features(images[:5]), rtol=1e-4, atol=1e-5)
    assert not reader.trainable_variables


def test_episodes_pair_a_later_click_with_the_newest_ones_before_it():
    images = np.arange(50, dtype="float32")[:, None, None, None] * np.ones((1, 28, 28, 1), "f4")
    features = np.arange(1, 51, dtype="float32")[:, None]
    before = np.arange(32)[None] + np.array([[0], [10]])  # two people
    later = np.array([[40, 41, 42], [43, 44, 45]])
    keras.utils.set_random_seed(0)
    data = encoders.episodes(images, features, histories=before, later=later, batch_size=6)
    lengths = set()
    for liked, history in data.take(60):
        places, history = liked.numpy()[:, 0, 0, 0], history.numpy()[:, :, 0]
        assert sorted(places) == [40, 41, 42, 43, 44, 45]
        for place, clicks in zip(places, history, strict=True):
            length = np.count_nonzero(clicks)
            whole = before[int(place >= 43)] + 1
            np.testing.assert_array_equal(clicks[32 - length :], whole[32 - length :])
            lengths.add(length)
    assert lengths == set(range(33))
