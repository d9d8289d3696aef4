"""The playground in Chromium: it computes what Keras computes, and a person can use it."""

import numpy as np
import pytest

from persogan_lessons.course import checkpoints
from persogan_lessons.data import digits

COMPUTE = """async ([numbers, history]) => {
  const networks = await import("./_static/playground/networks.js");
  const { loadNetworks } = await import("./_static/playground/playground.js");
  const { reader, encoder, generator } = await loadNetworks();
  const seen = history.map((image) => networks.read(reader, Float32Array.from(image)));
  const condition = networks.encode(encoder, seen);
  const images = networks.generate(generator, Float32Array.from(numbers), condition);
  return [seen.map((each) => [...each]), [...condition], [...images]];
}"""

SPEED = """async () => {
  const { redraw } = await import("./_static/playground/playground.js");
  const began = performance.now();
  for (let i = 0; i < 40; i++) redraw();
  return 40000 / (performance.now() - began);
}"""


@pytest.fixture(scope="module")
def model():
    return checkpoints.load("history")


@pytest.fixture
def playground(page, address):
    page.goto(f"{address}/playground.html")
    page.get_by_role("status").get_by_text("Ready").wait_for()
    return page


def drawn(playground):
    """The pixels of the drawings, (150, 150, 4) in 0..255."""
    script = "c => [...c.getContext('2d').getImageData(0, 0, 150, 150).data]"
    return np.array(playground.locator("#drawn").evaluate(script), "uint8").reshape(150, 150, 4)


def offered(playground, i=None):
    buttons = playground.locator("#offered button")
    return buttons if i is None else buttons.nth(i)


@pytest.mark.parametrize("clicks", [0, 1, 5, 32])
def test_it_computes_what_keras_computes(playground, model, clicks):
    random = np.random.default_rng(clicks)
    images, _ = digits.load("test")
    history = images[random.permutation(len(images))[:clicks]]
    noise = random.normal(size=(60, 42)).astype("float32")
    condition = model.encode(history)
    wanted = model.averaged_generator([noise, np.tile(condition, (60, 1))], training=False)
    given = [noise.ravel().tolist(), history.reshape(clicks, 784).tolist()]
    seen, encoded, made = playground.evaluate(COMPUTE, given)
    if clicks:
        np.testing.assert_allclose(seen, model.reader(history, training=False), atol=1e-4)
    np.testing.assert_allclose(encoded, condition, atol=1e-4)
    np.testing.assert_allclose(made, np.ravel(wanted), atol=1e-4)


def test_its_digits_are_those_of_the_course(playground):
    script = "async () => (await import('./_static/playground/playground.js')).loadDigits()"
    found = playground.evaluate(
        f"async () => (await ({script})()).map(d => [d.label, [...d.image]])"
    )
    images, labels = digits.load("test")
    assert [label for label, _ in found] == list(np.repeat(np.arange(10), 24))
    known = {image.tobytes() for image in np.round((images.reshape(-1, 784) + 1) * 127.5)}
    mine = np.round((np.array([image for _, image in found], "float32") + 1) * 127.5)
    assert all(image.tobytes() in known for image in mine)


def test_a_click_changes_the_drawings_and_a_second_one_takes_it_back(playground):
    before = drawn(playground)
    assert before[..., :3].min() < 60 and before[..., :3].max() == 255  # ink on paper
    offered(playground, 3).click()
    assert offered(playground, 3).get_attribute("aria-pressed") == "true"
    assert playground.get_by_role("heading", name="Drawn for you, after 1 click").is_visible()
    after = drawn(playground)
    assert np.mean(before != after) > 0.01
    offered(playground, 3).click()
    assert offered(playground, 3).get_attribute("aria-pressed") == "false"
    np.testing.assert_array_equal(drawn(playground), before)


def test_it_learns_a_taste_and_forgets_it(playground):
    liked = 0
    while liked < 8:  # of the eights, wherever they are offered
        eights = playground.get_by_role("button", name="a handwritten 8", pressed=False)
        liked += eights.count() > 0
        eights.first.click() if eights.count() else playground.locator("#surprise").click()
    shares = playground.locator("#taste td").all_inner_texts()
    values = [int(share.removesuffix(" %")) for share in shares]
    assert np.argmax(values) == 8 and values[8] > 40
    assert playground.locator("#history canvas").count() == 8
    playground.get_by_role("button", name="Forget me").click()
    assert playground.locator("#history canvas").count() == 0
    assert playground.get_by_role("heading", name="Drawn for anybody").is_visible()


def test_it_can_be_used_by_keyboard(playground):
    before = drawn(playground)
    offered(playground, 0).focus()
    playground.keyboard.press("Tab")
    playground.keyboard.press("Space")
    assert offered(playground, 1).get_attribute("aria-pressed") == "true"
    assert np.any(drawn(playground) != before)
    for name in ("Surprise me", "Forget me", "More like this", "Wander"):
        playground.get_by_role("button", name=name).focus()
        before = drawn(playground), offered(playground).evaluate_all("b => b.map(e => e.ariaLabel)")
        playground.keyboard.press("Enter")
        playground.wait_for_timeout(100)
        now = drawn(playground), offered(playground).evaluate_all("b => b.map(e => e.ariaLabel)")
        assert np.any(before[0] != now[0]) or before[1] != now[1], name


def test_wandering_moves_the_drawings_until_it_is_stopped(playground):
    wander = playground.get_by_role("button", name="Wander")
    wander.click()
    before = drawn(playground)
    playground.wait_for_timeout(200)
    assert np.any(drawn(playground) != before)
    wander.click()
    playground.wait_for_timeout(100)
    before = drawn(playground)
    playground.wait_for_timeout(200)
    np.testing.assert_array_equal(drawn(playground), before)


def test_it_asks_no_other_host(playground, address):
    offered(playground, 0).click()
    assert [url for url in playground.requested if not url.startswith(address)] == []


def test_a_failed_fetch_is_told(page, address):
    page.route("**/weights.bin", lambda route: route.fulfill(status=404))
    page.goto(f"{address}/playground.html")
    page.get_by_role("status").get_by_text("could not be fetched").wait_for()


def test_how_fast_it_redraws(playground, record_property):
    speed = playground.evaluate(SPEED)
    record_property("redraws a second", speed)
    print(f"\nThe playground redraws its 5 x 5 drawings {speed:.0f} times a second.")
