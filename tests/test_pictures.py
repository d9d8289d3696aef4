"""Pictures that learners bring: what can be read is read the right way up, the rest is reported."""

import io
import os
import zipfile
import zlib

import numpy as np
import pytest
from PIL import Image

from persogan_lessons.data import pictures

RANDOM = np.random.default_rng(0)


def scene(width=40, height=30):
    """A picture of light greys that no other picture has."""
    return Image.fromarray(RANDOM.integers(0, 200, (height, width), dtype="uint8"))


def corner(size=(56, 56), mode="L", colour=0):
    """White, with black in the upper left quarter."""
    image = Image.new(mode, size, "white")
    image.paste(colour, (0, 0, size[0] // 2, size[1] // 2))
    return image


def encoded(image, kind="PNG", **options):
    content = io.BytesIO()
    image.save(content, kind, **options)
    return content.getvalue()


def many(count=20, folder="Ada"):
    """So many small files, `{path: bytes}`."""
    return {f"{folder}/{i:04d}.png": encoded(scene()) for i in range(count)}


def in_folder(folder, files):
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def in_zip(files):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, each in files.items():
            archive.writestr(name, each)
    content.seek(0)
    return content


def contents(folder):
    """Every file below, with its bytes and the time of its last change."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


def one(content, name="Ada/one.png"):
    """What `load` makes of one file among twenty good ones."""
    found = pictures.load(in_zip({name: content} | many()))
    assert found.left_out == {}
    return found.images[found.files.index(name), ..., 0]


# What comes out


def test_a_folder_and_a_zip_of_it_are_the_same(tmp_path):
    files = many(12, "Ada") | many(9, "陈 小明") | {"Ada/old/deep er.jpg": encoded(scene(), "JPEG")}
    found = pictures.load(in_folder(tmp_path, files))
    assert found.images.shape == (22, 28, 28, 1) and found.images.dtype == np.float32
    assert -1 <= found.images.min() < found.images.max() <= 1
    assert found.names == ("Ada", "陈 小明") and found.labels.dtype == np.int64
    assert np.bincount(found.labels).tolist() == [13, 9]
    assert found.files == tuple(sorted(files)) and found.left_out == {}
    zipped = pictures.load(in_zip(files))
    assert zipped.files == found.files and zipped.names == found.names
    np.testing.assert_array_equal(zipped.images, found.images)
    assert str(found) == "22 pictures: Ada 13, 陈 小明 9.\nNothing was left out."


def test_a_path_may_be_words_or_a_zip_on_disk(tmp_path):
    path = tmp_path / "my pictures 图.zip"
    path.write_bytes(in_zip(many()).getvalue())
    assert len(pictures.load(str(path)).images) == len(pictures.load(path).images) == 20


def test_files_are_only_read(tmp_path):
    bad = {"Ada/notes.txt": b"words", "Ada/cut.png": encoded(scene())[:60]}
    in_folder(tmp_path / "mine", many() | bad)
    before = contents(tmp_path)
    pictures.load(tmp_path / "mine")
    assert contents(tmp_path) == before


def test_black_is_ink_and_white_is_paper():
    found = one(encoded(corner()))
    assert found[:12, :12].min() > 0.9 and found[16:, 16:].max() < -0.9
    assert found[:12, 16:].max() < -0.9 and found[16:, :12].max() < -0.9


def turned():
    """A photo whose camera was held on its side: its left is at the bottom."""
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: turn by a quarter to the right
    return encoded(corner((64, 64)).rotate(90), "JPEG", exif=exif, quality=95)


def transparent():
    image = Image.new("RGBA", (56, 56), (0, 0, 0, 0))  # black, and not there
    image.paste((0, 0, 0, 255), (0, 0, 28, 28))
    return encoded(image)


def palette():
    image = Image.new("P", (56, 56), 0)
    image.putpalette([0, 0, 0, 0, 0, 0])
    image.paste(1, (0, 0, 28, 28))
    return encoded(image, transparency=0)


def deep():
    levels = np.full((56, 56), 65535, "uint16")
    levels[:28, :28] = 0
    return encoded(Image.fromarray(levels))


def animated():
    others = [Image.new("L", (56, 56), "black")]
    return encoded(corner(), "GIF", save_all=True, append_images=others)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(turned, id="a photo turned by its camera"),
        pytest.param(transparent, id="transparent paper"),
        pytest.param(palette, id="a transparent colour of a palette"),
        pytest.param(deep, id="16 bits"),
        pytest.param(animated, id="an animation"),
        pytest.param(lambda: encoded(corner(mode="1")), id="1 bit"),
        pytest.param(lambda: encoded(corner().convert("CMYK"), "JPEG"), id="for a printer"),
        pytest.param(lambda: encoded(corner(mode="RGB"), "WEBP"), id="webp"),
        pytest.param(lambda: encoded(corner(mode="RGB"), "BMP"), id="bmp"),
        pytest.param(lambda: encoded(corner((3000, 3000)), "PNG"), id="large"),
        pytest.param(lambda: encoded(corner((4, 4)), "TIFF"), id="tiny"),
    ],
)
def test_every_kind_of_picture_looks_the_same(content):
    found = one(content())
    assert found[2:10, 2:10].min() > 0.8, "black, upper left"
    assert max(found[18:, 18:].max(), found[2:10, 18:].max(), found[18:, 2:10].max()) < -0.8


@pytest.mark.parametrize("size", [(84, 28), (28, 84)])
def test_the_middle_square_is_taken(size):
    image = Image.new("L", size, "white")
    middle = [(each - 28) // 2 for each in size]
    image.paste(0, (*middle, middle[0] + 28, middle[1] + 28))
    assert one(encoded(image)).min() > 0.9


# Whose they are


@pytest.mark.parametrize(
    "paths, owners",
    [
        (["1.png", "2.png"], ["everybody"] * 2),
        (["Ada/1.png", "Ada/2.png"], ["everybody"] * 2),
        (["Ada/1.png", "Ben/2.png"], ["Ada", "Ben"]),
        (["all/Ada/1.png", "all/Ben/2.png"], ["Ada", "Ben"]),
        (["all/mine/Ada/x/1.png", "all/mine/Ben/2.png"], ["Ada", "Ben"]),
        (["Ada/1.png", "2.png"], ["Ada", "no folder"]),
        (["Ada/x/1.png", "Ada/y/2.png", "Ada/3.png"], ["x", "y", "no folder"]),
    ],
)
def test_whose_a_file_is(paths, owners):
    assert pictures._owners(paths) == owners


# What is left out, and why


def locked():
    """A zip with one file that asks for a password, though none will open it."""
    content = bytearray(in_zip(many() | {"Ada/locked.png": encoded(scene())}).getvalue())
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.rfind(mark) + flags] |= 1
    return io.BytesIO(bytes(content))


BAD = {
    "notes.txt": (b"words", "not a picture"),
    "empty.png": (b"", "not a picture"),
    "cut.png": (encoded(scene())[:80], "damaged"),
    "cut.jpg": (encoded(scene(200, 200), "JPEG")[:900], "damaged"),
    "program.svg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a picture"),
    "program.eps": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not a picture"),
    ".DS_Store": (b"\x00", "hidden"),
    ".hidden/1.png": (encoded(scene()), "hidden"),
    "__MACOSX/Ada/._1.png": (b"\x00\x05\x16\x07", "hidden"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_reported_and_costs_no_other(tmp_path, name):
    content, why = BAD[name]
    files = many() | {name: content}
    for found in (pictures.load(in_folder(tmp_path, files)), pictures.load(in_zip(files))):
        assert len(found.images) == 20 and list(found.left_out) == [name]
        assert why in found.left_out[name] and repr(name) in str(found)


def test_a_locked_file_is_reported():
    found = pictures.load(locked())
    assert len(found.images) == 20 and "not readable" in found.left_out["Ada/locked.png"]


@pytest.mark.parametrize("name", ["../out.png", "/out.png", "Ada/../../out.png", "..\\out.png"])
def test_no_path_leads_out_of_a_zip(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    found = pictures.load(in_zip(many() | {name: encoded(scene())}))
    assert len(found.images) == 20
    assert list(found.left_out.values()) == ["its path leads out of the zip"]
    assert list(tmp_path.rglob("*")) == [] and not os.path.exists("/out.png")


def header(width, height):
    """A PNG of a few bytes whose header promises many pixels: nobody could decode it."""
    small = encoded(Image.new("L", (8, 8)))
    size = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    head = b"IHDR" + size + small[24:29]
    return small[:12] + head + zlib.crc32(head).to_bytes(4, "big") + small[33:]


@pytest.mark.parametrize("size", [(20_000, 10_000), (8000, 8000), (60_000, 60_000)])
def test_a_huge_picture_is_refused_before_it_is_decoded(size, monkeypatch):
    files = many() | {"Ada/huge.png": header(*size)}
    monkeypatch.setattr(pictures, "_square", lambda image: np.zeros((28, 28, 1), "float32"))
    found = pictures.load(in_zip(files))
    assert found.left_out == {"Ada/huge.png": "more than 50 megapixels"}


def test_a_real_picture_of_200_megapixels_is_refused():
    huge = encoded(Image.new("1", (20_000, 10_000)))
    found = pictures.load(in_zip(many() | {"Ada/huge.png": huge}))
    assert found.left_out == {"Ada/huge.png": "more than 50 megapixels"}


def test_a_huge_file_is_refused_unread(tmp_path, monkeypatch):
    monkeypatch.setattr(pictures, "LARGEST_FILE", 5_000_000)
    files = many() | {"Ada/film.png": bytes(5_000_001)}
    found = pictures.load(in_folder(tmp_path, files))
    assert found.left_out == {"Ada/film.png": "larger than 5 MB"}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with a name")
def test_a_pipe_and_a_link_to_nowhere_do_not_hold_us_up(tmp_path):
    in_folder(tmp_path, many())
    os.mkfifo(tmp_path / "pipe.png")
    os.symlink(tmp_path / "nowhere", tmp_path / "link.png")
    found = pictures.load(tmp_path)
    assert len(found.images) == 20
    assert set(found.left_out.values()) == {"not a file: a pipe, or a link to nowhere"}


def test_of_too_many_the_taken_are_spread_over_all_users(monkeypatch):
    monkeypatch.setattr(pictures, "MOST", 30)
    found = pictures.load(in_zip(many(60, "Ada") | many(30, "Ben")))
    assert np.bincount(found.labels).tolist() == [20, 10] and len(found.left_out) == 60
    assert "beyond the 30 taken, evenly spread over the 90 files" in str(found)
    assert not set(found.files) & set(found.left_out)
    assert set(found.files) | set(found.left_out) == set(many(60, "Ada") | many(30, "Ben"))


def test_a_report_names_a_few_files_of_each_kind():
    text = pictures.report({f"{i}.txt": "not a picture" for i in range(9)} | {"x": "damaged"})
    assert text.splitlines() == [
        "Files left out: 10",
        "- not a picture: '0.txt', '1.txt', '2.txt' and 6 more",
        "- damaged: 'x'",
    ]


# What cannot be used at all


@pytest.mark.parametrize(
    "files, words",
    [
        ({}, ["0 could be used", "Nothing was left out"]),
        ({"one.png": encoded(scene())}, ["at least 20", "1 could be used"]),
        (
            {f"{i}.txt": b"no" for i in range(25)},
            ["0 could", "left out: 25", "not a picture"],
        ),
        (many(19), ["19 could be used"]),
    ],
)
def test_too_few_are_one_clear_error(tmp_path, files, words):
    for source in (in_folder(tmp_path, files), in_zip(files)):
        with pytest.raises(ValueError) as error:
            pictures.load(source)
        assert all(word in str(error.value) for word in words), error.value


def test_a_missing_path_is_named_with_where_paths_start(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere.*paths start in"):
        pictures.load(tmp_path / "nowhere")


def test_a_file_that_is_no_zip(tmp_path):
    (tmp_path / "one.png").write_bytes(encoded(scene()))
    with pytest.raises(ValueError, match="neither a folder nor a zip"):
        pictures.load(tmp_path / "one.png")
    with pytest.raises(ValueError, match="neither a folder nor a zip"):
        pictures.load(io.BytesIO(b"words"))


def test_a_damaged_zip():
    content = bytearray(in_zip(many()).getvalue())
    content[content.rfind(b"PK\x01\x02")] = 0
    with pytest.raises(ValueError, match="damaged"):
        pictures.load(io.BytesIO(bytes(content)))


def test_a_zip_bomb_is_refused_by_what_it_says_of_itself(monkeypatch):
    monkeypatch.setattr(pictures, "LARGEST_ZIP", 1_000_000)
    with pytest.raises(ValueError, match="unpacks to 0.0 GB"):
        pictures.load(in_zip({f"{i}.png": bytes(60_000) for i in range(25)}))


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_names_in_a_zip_that_does_not_say_its_encoding(encoding):
    files = many(10, "Ada") | many(10, "XXXX")
    content = in_zip(files).getvalue()
    name = "陈".encode(encoding).ljust(4, b"x")  # as many bytes
    found = pictures.load(io.BytesIO(content.replace(b"XXXX", name)))
    assert found.names == ("Ada", name.decode(encoding))


# Sorting, splitting, mixing


def blocks(count=24):
    """Pictures of two looks, half of them each: black above, black at the left."""
    images = np.full((count, 28, 28, 1), -1, "float32")
    images[::2, :10], images[1::2, :, :10] = 1, 1
    images += np.random.default_rng(0).uniform(0, 0.2, images.shape)
    labels, files = np.zeros(count, int), tuple(map(str, range(count)))
    return pictures.Pictures(images.clip(-1, 1), labels, ("everybody",), files, {})


def test_pictures_are_sorted_by_their_look():
    found = pictures.sort_by_look(blocks(), 2)
    assert found.names == ("kind 1", "kind 2") and len(set(found.labels[::2])) == 1
    assert len(set(found.labels[1::2])) == 1 and found.labels[0] != found.labels[1]


@pytest.mark.parametrize("kinds", [1, 13])
def test_so_many_kinds_there_are_not(kinds):
    with pytest.raises(ValueError, match="from 2 to 12"):
        pictures.sort_by_look(blocks(), kinds)


def test_each_user_has_pictures_on_both_sides():
    labels = np.repeat([0, 1, 2], [12, 8, 4])
    some = blocks()._replace(labels=labels, names=("Ada", "Ben", "Chen"))
    train, test = pictures.split(some)
    assert sorted([*train, *test]) == list(range(24))
    assert np.bincount(labels[test]).tolist() == [3, 2, 1]
    again = pictures.split(some)
    assert np.array_equal(test, again[1]) and not np.array_equal(test, pictures.split(some, seed=1))


def test_twins_stay_on_one_side():
    some = blocks()
    some = some._replace(images=np.concatenate([some.images[:12]] * 2))
    for seed in range(5):
        train, test = pictures.split(some, seed=seed)
        assert not set(train % 12) & set(test % 12) and len(test) == 6


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_few_pictures_cannot_be_split(count):
    labels = np.repeat([0, 1], [24 - count, count])
    with pytest.raises(ValueError, match=f"pictures of 'Ben': {count}; 4 are needed"):
        pictures.split(blocks()._replace(labels=labels, names=("Ada", "Ben")))


def test_a_picture_kept_four_times_is_one():
    some = blocks()._replace(labels=np.repeat([0, 1], [20, 4]), names=("Ada", "Ben"))
    some.images[20:] = some.images[20]
    with pytest.raises(ValueError, match="different pictures of 'Ben': 1"):
        pictures.split(some)


def test_people_are_mixtures_of_folders():
    names = ("Ada", "Ben", "Chen")
    found = pictures.shares({"Zoe": {"Ada": 1, "Chen": 3}, "Yan": {"Ben": 2}}, names)
    np.testing.assert_allclose(found, [[0.25, 0, 0.75], [0, 1, 0]])
    assert found.dtype == np.float32 and pictures.shares({}, names).shape == (0, 3)


@pytest.mark.parametrize(
    "people, words",
    [
        ({"Zoe": {"Adah": 1}}, "'Adah'.*Ada, Ben"),
        ({"Zoe": {}}, "'Zoe'"),
        ({"Zoe": {"Ada": -1, "Ben": 2}}, "'Zoe'"),
        ({"Zoe": {"Ada": 0}}, "'Zoe'"),
        ({"Zoe": {"Ada": float("nan")}}, "'Zoe'"),
        ({"Zoe": {"Ada": "much"}}, "'Zoe'"),
        ({"Zoe": "Ada"}, "'Zoe'"),
    ],
)
def test_a_mixture_of_nothing_is_refused(people, words):
    with pytest.raises(ValueError, match=words):
        pictures.shares(people, ("Ada", "Ben"))


# Keeping


def test_what_is_kept_can_be_loaded(tmp_path):
    images = RANDOM.uniform(-1, 1, (20, 28, 28, 1)).astype("float32")
    for i, image in enumerate(images):
        pictures.keep(image, tmp_path / "mine", label=("Ada", "陈 小明")[i % 2])
    found = pictures.load(tmp_path / "mine")
    assert found.names == ("Ada", "陈 小明") and found.left_out == {}
    order = np.concatenate([images[::2], images[1::2]])
    np.testing.assert_allclose(found.images, order, atol=1 / 254)


def test_nothing_is_overwritten_and_nothing_half_written(tmp_path, monkeypatch):
    first = pictures.keep(np.ones((28, 28, 1)), tmp_path, label="Ada")
    second = pictures.keep(-np.ones((28, 28, 1)), tmp_path, label=" Ada ")
    assert (first.name, second.name) == ("0001.png", "0002.png")
    assert np.asarray(Image.open(first)).max() == 0

    def full(*_):
        raise OSError("no space left on device")

    before = contents(tmp_path)
    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="no space"):
        pictures.keep(np.ones((28, 28, 1)), tmp_path, label="Ada")
    visible = {path: each for path, each in contents(tmp_path).items() if path.name[0] != "."}
    assert visible == before


@pytest.mark.parametrize("label", ["", "  ", "../up", "a/b", "a\\b", ".hidden", "c:", "a\nb", "?"])
def test_a_label_that_no_folder_can_have(tmp_path, label):
    with pytest.raises(ValueError, match="a label names a folder"):
        pictures.keep(np.ones((28, 28, 1)), tmp_path, label=label)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("image", [np.ones((28, 28)), np.full((28, 28, 1), np.nan), 3])
def test_no_image_to_keep(tmp_path, image):
    with pytest.raises(ValueError, match="an image must have shape"):
        pictures.keep(image, tmp_path, label="Ada")
