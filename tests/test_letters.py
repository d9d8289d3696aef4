"""The albums of letters are what they say: letters, faces, people, and files that are no use."""

import numpy as np
import pytest

from persogan_lessons.data import letters, pictures


def ink(image):
    """The ink of a picture, 0..1, and its centre in pixels: across, down."""
    dark = 1 - np.asarray(image, float) / 255
    across, down = np.meshgrid(np.arange(28) + 0.5, np.arange(28) + 0.5)
    return dark, ((dark * across).sum() / dark.sum(), (dark * down).sum() / dark.sum())


@pytest.mark.parametrize("name", letters.COLLECTORS)
def test_every_letter_is_whole_and_in_the_middle(name):
    collector = letters.COLLECTORS[name]
    assert sum(collector.shares) == pytest.approx(1)
    assert len(collector.shares) == len(set(collector.letters))
    for letter in collector.letters:
        image = letters.draw(letter, collector.face)
        dark, centre = ink(image)
        assert image.size == (28, 28) and 20 < dark.sum() < 400
        edge = np.concatenate([dark[0], dark[-1], dark[:, 0], dark[:, -1]])
        assert edge.max() < 0.01 and np.abs(np.subtract(centre, 14)).max() < 3.5


def test_turning_moving_and_scaling_do_what_they_say():
    plain, centre = ink(letters.draw("A", "cmr10"))
    _, moved = ink(letters.draw("A", "cmr10", move=(2, -3)))
    np.testing.assert_allclose(np.subtract(moved, centre), (2, -3), atol=0.1)
    large, _ = ink(letters.draw("A", "cmr10", scale=1.1))
    assert large.sum() == pytest.approx(1.21 * plain.sum(), rel=0.08)
    turned, _ = ink(letters.draw("A", "cmr10", turn=90))
    np.testing.assert_allclose(turned, np.rot90(plain), atol=0.02)


def test_an_album_holds_letters_by_their_shares():
    album = letters.album(letters.COLLECTORS["Ada"], 1000, seed=3)
    shares = [np.mean([letter == each for letter, _ in album]) for each in "AKR"]
    np.testing.assert_allclose(shares, (0.5, 0.3, 0.2), atol=0.06)
    pixels = np.stack([np.asarray(image) for _, image in album])
    assert len(np.unique(pixels, axis=0)) == 1000, "no picture stands in it twice"


def test_the_zip_is_read_like_any_other():
    found = pictures.load(letters.zipped(count=12))
    assert found.names == tuple(sorted(letters.COLLECTORS))
    assert np.bincount(found.labels).tolist() == [12] * 6
    reasons = {file: why.split()[0] for file, why in found.left_out.items()}
    assert reasons == {
        "albums/.DS_Store": "hidden,",
        "albums/Ada/cut short.png": "damaged",
        "albums/read me.txt": "not",
    }


def test_the_seed_decides():
    one, same, other = (letters.zipped(4, seed).getvalue() for seed in (0, 0, 1))
    images = [pictures.load(letters.zipped(4, seed)).images for seed in (0, 0, 1)]
    assert len(one) > 0 and np.array_equal(images[0], images[1])
    assert not np.array_equal(images[0], images[2]) and one != other and len(one) == len(same)


def test_a_face_that_is_not_there():
    with pytest.raises(ValueError, match="DejaVuSans-Bold.*got 'Arial'"):
        letters.draw("A", "Arial")
