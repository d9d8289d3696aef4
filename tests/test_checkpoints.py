"""What is shipped is good, small, and refuses to load when damaged."""

import keras
import numpy as np
import pytest

from persogan_lessons.course import checkpoints
from persogan_lessons.data import digits, personas, tastes


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoints, "FOLDER", tmp_path / "weights")
    return checkpoints.FOLDER


def small_gan():
    keras.utils.set_random_seed(0)
    return checkpoints.digit_gan()


@pytest.mark.parametrize(
    "name, kilobytes",
    [
        ("classifier", 300),
        ("digits", 1000),
        ("label", 1000),
        ("taste", 1000),
        ("history", 1000),
        ("replies", 1000),
    ],
)
def test_shipped_weights_are_small(name, kilobytes):
    assert (checkpoints.FOLDER / f"{name}.npz").stat().st_size < kilobytes * 1000


def test_the_classifier_reads_97_of_100_held_out_digits():
    images, labels = digits.load("test")
    read = checkpoints.load("classifier").predict(images, verbose=0).argmax(1)
    assert np.mean(read == labels) >= 0.97


def test_the_shipped_generator_draws_every_digit_plainly():
    """For each of five seeds: at least 70 % are read with certainty, and each digit is drawn."""
    gan, classifier = checkpoints.load("digits"), checkpoints.load("classifier")
    for seed in range(5):
        logits = classifier.predict(gan.generate(1000, seed=seed), verbose=0)
        sure = keras.ops.max(keras.ops.softmax(logits), axis=1) >= 0.9
        assert np.mean(sure) > 0.7
        assert np.bincount(logits.argmax(1), minlength=10).min() >= 20


def test_weights_return_as_they_were_saved(folder):
    gan = small_gan()
    checkpoints.save("digits", gan)
    loaded = checkpoints.load("digits")
    np.testing.assert_allclose(loaded.generate(4, seed=0), gan.generate(4, seed=0), atol=2e-2)
    for network in (loaded.generator, loaded.averaged_generator):
        for a, b in zip(network.weights, gan.averaged_generator.weights, strict=True):
            np.testing.assert_allclose(a, b, rtol=1 / 200, atol=1e-5)
    assert [path.name for path in folder.iterdir()] == ["digits.npz"]


def test_missing_weights_are_named_with_a_cure(folder):
    with pytest.raises(OSError, match=r"digits\.npz are missing.*run\.py train digits"):
        checkpoints.load("digits")


@pytest.mark.parametrize("spoil", ["cut", "flipped", "empty", "text", "another model"])
def test_damaged_weights_are_named(folder, spoil):
    checkpoints.save("digits", small_gan())
    path = folder / "digits.npz"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 255
    if spoil == "another model":
        checkpoints.save("classifier", checkpoints.build("classifier"))
        content = (folder / "classifier.npz").read_bytes()
    spoiled = {"cut": content[:9999], "empty": b"", "text": b"<html>not found</html>"}
    path.write_bytes(spoiled.get(spoil, bytes(content)))
    with pytest.raises(OSError, match=r"digits\.npz are damaged"):
        checkpoints.load("digits")


def test_pickled_weights_are_refused(folder):
    folder.mkdir()
    np.savez(folder / "digits.npz", np.array([{"a": 1}], dtype=object))
    with pytest.raises(OSError, match="are damaged"):
        checkpoints.load("digits")


def test_an_unknown_name_is_refused():
    with pytest.raises(ValueError, match="one of 'classifier', 'digits', .*; got 'cats'"):
        checkpoints.load("cats")


def test_rounding_loses_one_part_in_200_at_most():
    sizes = 10.0 ** np.repeat([-3, -1, 0, 2], 250)
    numbers = (sizes * np.random.default_rng(0).normal(size=1000)).astype("float32")
    numbers = numbers[np.abs(numbers) > 1e-4]  # smaller ones have fewer bits in half precision
    off = checkpoints._rounded(numbers) / numbers - 1
    assert 1 / 400 < np.abs(off).max() < 1 / 200
    assert abs(off.mean()) < 1 / 2000  # neither up nor down


def test_the_shipped_label_gan_draws_what_it_is_asked_for():
    asked = np.repeat(np.arange(10), 50)
    classifier = checkpoints.load("classifier")
    for seed in range(2):
        images = checkpoints.load("label").generate(np.eye(10)[asked], seed=seed)
        assert np.mean(classifier.predict(images, verbose=0).argmax(1) == asked) > 0.95


def test_the_shipped_taste_gan_draws_by_shares_slant_and_thickness():
    """Two people without drift; the digits' shares, and the means of slant and thickness."""
    gan, classifier = checkpoints.load("taste"), checkpoints.load("classifier")
    for digits_of, slant, thickness in [((3, 9), -15, 2.6), ((0, 2), 20, 3.2)]:
        shares = np.isin(np.arange(10), digits_of) / 2
        person = tastes.Taste(shares, slant=slant, thickness=thickness)
        images = gan.generate(np.tile(person.vector(), (200, 1)), seed=0)
        read = classifier.predict(images, verbose=0).argmax(1)
        counts = np.bincount(read, minlength=10)[list(digits_of)]
        assert counts.sum() > 180 and counts.min() > 70
        slants, thicknesses = tastes.measure(images)
        wanted = person.expected()
        assert abs(np.nanmean(slants) - wanted[0]) < 4
        assert abs(np.nanmean(thicknesses) - wanted[1]) < 0.3


def test_the_shipped_history_gan_learns_from_the_clicks_of_people_it_never_met():
    """Its shares come nearer to the true ones with every click; nobody gets the average taste."""
    gan = checkpoints.load("history")
    people = tastes.sample(60, seed=5, split="test")
    truth = np.array([person.digits for person in people])
    off = {}
    for k in (0, 1, 4, 16, 32):
        said = np.stack([gan.encode(person.history(k, split="test")) for person in people])
        off[k] = np.abs(said[:, :10] / 5 - truth).sum(1).mean() / 2
    assert sorted(off.values(), reverse=True) == list(off.values())
    assert off[0] > 0.5 and off[16] < 0.29
    np.testing.assert_allclose(said[:, :10].sum(1), 5, rtol=1e-4)
    nobody = gan.encode(np.zeros((0, 28, 28, 1)))
    np.testing.assert_allclose(nobody[:10], tastes.AVERAGE.vector()[:10], atol=0.15)


def test_the_shipped_history_gan_draws_for_whoever_clicked():
    """After clicks on two kinds of digits it draws these two kinds, leaning as they do."""
    gan, classifier = checkpoints.load("history"), checkpoints.load("classifier")
    for digits_of, slant in [((3, 9), -15), ((0, 2), 25)]:
        person = tastes.Taste(np.isin(np.arange(10), digits_of) / 2, slant=slant)
        condition = gan.encode(person.history(32, split="test"))
        images = gan.generate(np.tile(condition, (200, 1)), seed=0)
        read = classifier.predict(images, verbose=0).argmax(1)
        assert np.mean(np.isin(read, digits_of)) > 0.7
        slants, _ = tastes.measure(images)
        assert abs(np.nanmean(slants) - person.expected()[0]) < 6


@pytest.mark.parametrize("language", personas.LANGUAGES)
def test_the_shipped_replier_answers_for_people_it_never_met(language):
    """Right fact and tone in 95 of 100 cases; with somebody else's past about a guess."""
    model, vocabulary = checkpoints.load("replies"), personas.vocabulary()
    people = personas.sample(300, seed=5, split="test", language=language)
    exchanges = personas.exchanges(people, 1, seed=5)
    others = [personas.another(*pair) for pair in zip(exchanges, exchanges[1:], strict=False)]
    right = {}
    for name, some in (("own", exchanges), ("others", others)):
        profiles, history, _ = vocabulary.exchanges(some)
        texts = vocabulary.texts(model.generate(profiles, history, temperature=0.5))
        pairs = list(zip(some, texts, strict=True))
        for test in (personas.right_fact, personas.right_tone):
            right[name, test] = np.mean([test(*pair) for pair in pairs])
    assert right["own", personas.right_fact] >= 0.95 <= right["own", personas.right_tone]
    assert right["others", personas.right_fact] < 0.2
    assert right["others", personas.right_tone] < 0.6
