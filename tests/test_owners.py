"""Whose is it? The measures see what they are meant to see, on pictures made for that."""

import numpy as np
import pytest

from persogan_lessons.measures import owners
from persogan_lessons.measures.owners import Owned

USERS = 3


def collection(count, seed, spread=1.0):
    """Bars of three users, each at a height of its own, that vary in place and weight."""
    random = np.random.default_rng(seed)
    labels = np.arange(count) % USERS
    middles = 6 + 8 * labels + spread * random.normal(0, 1, count)
    weights = 2 + spread * random.uniform(-0.7, 0.7, count)
    rows = np.arange(28)
    ink = np.exp(-(((rows - middles[:, None]) / weights[:, None]) ** 2))
    images = np.repeat(ink[:, :, None, None], 28, axis=2)
    images += random.normal(0, 0.02, images.shape)
    return Owned((2 * images - 1).clip(-1, 1).astype("float32"), labels)


TRAIN, HELD_OUT, DRAWN = collection(300, 0), collection(90, 1), collection(90, 2)


@pytest.fixture(scope="module")
def judge():
    return owners.Judge(TRAIN)


def row(judge, drawn):
    return owners.report(judge, drawn, held_out=HELD_OUT).row()


def test_pictures_of_the_same_kind_are_like_real_ones(judge):
    for seed in range(2, 7):
        found = row(judge, collection(90, seed))
        assert found["recognised"] > 0.95 and 0.3 < found["Frechet, x floor"] < 3
        assert found["precision"] > 0.8 and found["coverage"] > 0.5
        assert 0.7 < found["variety"] < 1.4 and found["very near training"] < 0.2


def test_pictures_for_somebody_else_are_noticed_by_their_owner_alone(judge):
    found, other = row(judge, DRAWN), row(judge, DRAWN._replace(labels=(DRAWN.labels + 1) % USERS))
    assert other["recognised"] < 0.05
    assert other["precision"] == found["precision"] and other["coverage"] == found["coverage"]


def test_one_picture_for_each_user_has_no_variety(judge):
    same = Owned(TRAIN.images[np.arange(90) % USERS], np.arange(90) % USERS)
    found = row(judge, same)
    assert found["variety"] < 0.01 and found["coverage"] < 0.2 and found["Frechet, x floor"] > 3
    assert found["recognised"] > 0.95, "a single number would not have seen it"


def test_copies_are_found(judge):
    assert row(judge, Owned(TRAIN.images[:90], TRAIN.labels[:90]))["very near training"] == 1


def test_noise_is_nobodys(judge):
    noise = np.random.default_rng(0).uniform(-1, 1, (90, 28, 28, 1)).astype("float32")
    found = row(judge, Owned(noise, DRAWN.labels))
    assert found["precision"] < 0.1 and found["Frechet, x floor"] > 10
    assert found["recognised"] < 0.6


def test_real_pictures_are_their_own_floor(judge):
    found = owners.report(judge, HELD_OUT, held_out=HELD_OUT)
    assert found.fake == found.real
    assert found.times_the_floor == 1 and found.variety_share == 1


def test_equal_numbers_are_measured_and_each_user_keeps_a_share(judge):
    found = owners.report(judge, collection(400, 3), held_out=HELD_OUT)
    assert found.fake.frechet.images == found.real.frechet.images == 90
    some = owners._evenly(collection(400, 3), 90)
    assert np.bincount(some.labels).tolist() == [30, 30, 30]


def test_the_report_in_words(judge):
    text = str(owners.report(judge, DRAWN, held_out=HELD_OUT))
    assert "33% by chance (3 users, 90 images)" in text and text.count("real: ") == 4
    assert "Memorisation" in text and "90 held out, 300 training" in text


@pytest.mark.parametrize("count, components", [(15, 1), (40, 5), (300, 16)])
def test_few_pictures_get_few_components(count, components):
    judge = owners.Judge(collection(count, 0))
    assert judge.features(TRAIN.images).shape == (300, components)
    few = collection(6, 1)
    found = owners.report(judge, collection(6, 2), held_out=few) if count == 15 else None
    assert found is None or np.isfinite(list(found.row().values())).all()


def test_bad_input(judge):
    with pytest.raises(ValueError, match="at least two users.*got pictures of 1"):
        owners.Judge(Owned(TRAIN.images, np.zeros(300, int)))
    with pytest.raises(ValueError, match="one owner, a whole number"):
        owners.Judge(Owned(TRAIN.images, TRAIN.labels[:9]))
    with pytest.raises(ValueError, match="one owner, a whole number"):
        owners.report(judge, Owned(DRAWN.images, DRAWN.labels / 1), held_out=HELD_OUT)
    with pytest.raises(ValueError, match="must have shape"):
        owners.report(judge, Owned(DRAWN.images[..., 0], DRAWN.labels), held_out=HELD_OUT)
    with pytest.raises(ValueError, match="no user has two"):
        owners.variety(np.zeros((2, 3)), np.arange(2))
