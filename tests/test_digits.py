"""The digits are real, fixed, in range, and there without a network."""

import warnings

import numpy as np
import pytest

from persogan_lessons.data import digits


@pytest.mark.parametrize("split, count", [("train", 4000), ("test", 1000)])
def test_a_split_holds_as_many_of_each_digit(split, count):
    images, labels = digits.load(split)
    assert images.shape == (count, 28, 28, 1) and images.dtype == np.float32
    assert images.min() == -1 and images.max() == 1
    assert labels.dtype == np.int64 and np.all(np.bincount(labels) == count // 10)


def test_no_test_image_is_a_train_image():
    train, test = (digits.load(split)[0].reshape(-1, 784) for split in digits.SPLITS)
    assert not {row.tobytes() for row in train} & {row.tobytes() for row in test}


def test_digits_come_in_no_order():
    """Among the first 500 of a split each digit has about its share, 50."""
    for split in digits.SPLITS:
        counts = np.bincount(digits.load(split)[1][:500], minlength=10)
        assert counts.min() > 25 and counts.max() < 75


def test_labels_belong_to_their_images():
    """Nearest train images read 95 of 100 test images, or rows were mixed up."""
    (train, known), (test, truth) = (digits.load(split) for split in digits.SPLITS)
    train, test = train.reshape(-1, 784), test.reshape(-1, 784)
    distance = (train**2).sum(1) - 2 * test @ train.T  # up to a constant of each row
    assert np.mean(known[distance.argmin(1)] == truth) > 0.9


def test_changing_what_was_loaded_does_not_change_the_next_load():
    images, labels = digits.load("test")
    images += 1
    labels[:] = 0
    again, labels_again = digits.load("test")
    assert again.min() == -1 and labels_again.max() == 9


@pytest.mark.parametrize("wrong", [{"split": "validation"}, {"source": "internet"}, {"split": 1}])
def test_a_wrong_argument_is_named_with_what_was_expected(wrong):
    with pytest.raises(ValueError, match="must be one of 'train', 'test'|'embedded', 'keras'"):
        digits.load(**wrong)


@pytest.mark.parametrize("source, name", [("keras", "mnist"), ("keras-fashion", "fashion_mnist")])
def test_full_data_comes_from_keras(source, name, monkeypatch):
    parts = [(np.full((n, 28, 28), 255, "uint8"), np.arange(n, dtype="uint8")) for n in (6, 2)]
    monkeypatch.setattr(f"keras.datasets.{name}.load_data", lambda: parts)
    digits._downloaded.cache_clear()
    images, labels = digits.load("train", source=source)
    assert images.shape == (6, 28, 28, 1) and images.dtype == np.float32 and np.all(images == 1)
    assert labels.tolist() == list(range(6))
    digits._downloaded.cache_clear()


def test_without_a_network_one_warning_and_the_embedded_digits(monkeypatch):
    def unreachable():
        raise Exception("URL fetch failure")

    monkeypatch.setattr("keras.datasets.mnist.load_data", unreachable)
    digits._downloaded.cache_clear()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        images, _ = digits.load("test", source="keras")
    assert len(caught) == 1 and "5000 embedded digits" in str(caught[0].message)
    np.testing.assert_array_equal(images, digits.load("test")[0])
