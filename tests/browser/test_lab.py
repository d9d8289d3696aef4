"""The lessons' widgets in the real JupyterLab, used as a person uses them: drag, click, press stop.

Lesson 00 and the stop button are tried always, the other lessons with widgets only in
`python run.py test --full`. All of them run at the budget `fast`.
"""

import base64
import io
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import nbformat
import numpy as np
import psutil
import pytest
from PIL import Image

from notebooks import build as notebooks

ROOT = Path(__file__).resolve().parent.parent.parent
SETTINGS = {  # every cell is on the page, however long; nothing is asked, nothing is saved
    "notebook-extension/tracker": {"windowingMode": "none"},
    "docmanager-extension/plugin": {"autosave": False},
    "apputils-extension/notification": {"checkForUpdates": False, "fetchNews": "false"},
}
MOVES, PAUSE = 24, 300  # of which the latency is the median; milliseconds between two

# Resolves to the milliseconds from a key pressed on a slider to the new picture on the page.
WATCH = """image => {
  window.latency = new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error("ten seconds, and no new picture")), 10000);
    const once = { once: true, capture: true };
    let began = null;
    const finish = () => resolve(performance.now() - began);
    document.addEventListener("keydown", () => (began = performance.now()), once);
    image.addEventListener("load", () => requestAnimationFrame(finish), once);
  });
}"""


@pytest.fixture
def lab(tmp_path, browser):
    """JupyterLab as `python run.py lab` starts it, on a copy of the course; its address.

    Everything that Jupyter keeps about a user is kept in folders of this test alone.
    """
    folders = {
        name: str(tmp_path / name.lower())
        for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTERLAB_SETTINGS_DIR")
        + ("JUPYTERLAB_WORKSPACES_DIR", "IPYTHONDIR")
    }
    for name, values in SETTINGS.items():
        path = Path(
            folders["JUPYTERLAB_SETTINGS_DIR"], "@jupyterlab", f"{name}.jupyterlab-settings"
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))
    course = copy_of_the_course(tmp_path / "course")
    environment = {**os.environ, **folders, "PERSOGAN_BUDGET": "fast", "PYTHONPATH": str(ROOT)}
    environment.pop("MPLBACKEND", None)
    server = subprocess.Popen(
        [sys.executable, "run.py", "--here", "lab", "--no-browser"],
        cwd=course,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    address = re.search(r"(http://\S+?)/lab\S*\?token=(\w+)", server.stdout.readline())
    wait_for(f"{address[1]}/api")
    yield lambda name: f"{address[1]}/lab/tree/{name}?token={address[2]}"
    stop(server)


def wait_for(url, seconds=120):
    """Until somebody answers there."""
    for _ in range(10 * seconds):
        try:
            return urllib.request.urlopen(url, timeout=5).close()
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"nobody answers at {url} after {seconds} seconds")


def copy_of_the_course(folder):
    """What `run.py lab` needs, the lessons without their outputs; the package is imported."""
    (folder / "notebooks").mkdir(parents=True)
    for name in ("run.py", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    for path in (ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"):
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        nbformat.write(notebook, folder / "notebooks" / path.name)
    shutil.copytree(ROOT / "notebooks" / "pictures", folder / "notebooks" / "pictures")
    nbformat.write(training(), folder / "notebooks" / "training.ipynb")
    return folder


def training():
    """A notebook that trains for hours, unless somebody presses stop."""
    cells = [
        "from persogan_lessons.course import lesson\nlesson.start(seed=0)",
        "from persogan_lessons.data import digits\n"
        "from persogan_lessons.display import plots\n"
        "from persogan_lessons.models import gan, networks\n"
        "model = gan.GAN(networks.dense_generator(), networks.dense_discriminator())\n"
        "model.compile()\n"
        "live = plots.Live(seconds=0.5)\n"
        "model.fit(digits.load()[0], epochs=100_000, verbose=0, callbacks=[live]);",
        'print("kept:", model.generate(2, seed=0).shape, len(live.snapshots) > 1)',
    ]
    cells = [nbformat.v4.new_code_cell(each) for each in cells]
    return nbformat.v4.new_notebook(cells=cells, metadata=notebooks.METADATA)


def stop(server):
    """End the server; it takes its kernels along, and whatever it leaves fails the test."""
    started = psutil.Process(server.pid).children(recursive=True)
    server.terminate()
    server.wait(timeout=30)
    _, left = psutil.wait_procs(started, timeout=20)
    for process in left:
        process.kill()
    assert left == []


# ---- what a person does -------------------------------------------------------------------------


def run_all(page, address):
    """Open a notebook and choose Run > Run All Cells; returns when every cell has run."""
    start_all(page, address)
    wait_for_cells(page)


def start_all(page, address):
    """The same, without waiting; asked again where the kernel was not yet listening."""
    page.goto(address)
    page.locator(".jp-Notebook .jp-CodeCell").first.wait_for(timeout=120_000)
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=120_000)
    for _ in range(5):
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name=re.compile("^Run All Cells")).click()
        page.wait_for_timeout(3000)
        if page.locator(".jp-InputPrompt", has_text=re.compile(r"\[[*\d]")).count():
            return
    raise AssertionError("no cell has begun to run")


def wait_for_cells(page):
    """Until no cell is waiting or running; then none of them shows an error."""
    prompts = (
        "[...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')].map(e => e.textContent)"
    )
    page.wait_for_function(
        f"{prompts}.every(text => /^\\[\\d+\\]:$/.test(text))", timeout=400_000, polling=300
    )
    errors = page.locator("[data-mime-type='application/vnd.jupyter.error']").all_inner_texts()
    assert errors == []


def pixels(image):
    """What is seen of an element, (height, width, 3)."""
    image.scroll_into_view_if_needed()
    return np.asarray(Image.open(io.BytesIO(image.screenshot())).convert("RGB"), "int16")


def changed(before, after):
    """The share of pixels that differ visibly."""
    return np.mean(np.abs(before - after).max(axis=-1) > 40)


def until(page, comes_true, otherwise):
    """Wait for something, a minute at most: a busy machine answers late."""
    for _ in range(120):
        if comes_true():
            return
        page.wait_for_timeout(500)
    raise AssertionError(otherwise)


def wait_for_change(page, image, before):
    """Until an element looks otherwise than it did, and then stays as it is; its pixels."""
    until(page, lambda: changed(before, pixels(image)) > 0.01, "the picture stayed the same")
    return settled(page, image)


def settled(page, image):
    """The pixels of an element, once they have been the same for a second."""
    seen = [pixels(image)]

    def same():
        page.wait_for_timeout(1000)
        seen.append(pixels(image))
        return changed(*seen[-2:]) == 0

    until(page, same, "the picture went on changing")
    return seen[-1]


def wait_for_return(page, image, before):
    """Until an element looks as it did before."""
    until(page, lambda: changed(before, pixels(image)) == 0, "the picture did not come back")


def drag(page, handle, right=0, up=0):
    """Take a slider's handle with the mouse, move it in many small steps, let it go."""
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + right, y - up, steps=30)
    page.mouse.up()


def latency(page, handle, image):
    """Milliseconds from a key on the slider to the picture that it leads to, the median."""
    found = []
    handle.focus()
    for _ in range(MOVES):
        page.wait_for_timeout(PAUSE)
        image.evaluate(WATCH)
        page.keyboard.press("ArrowLeft")
        found.append(page.evaluate("window.latency"))
    return statistics.median(found)


def cell_with(page, selector):
    """The cell whose output has something."""
    return page.locator(".jp-CodeCell", has=page.locator(selector)).first


# ---- the lessons --------------------------------------------------------------------------------


def test_lesson_00(lab, page):
    run_all(page, lab("00_start_here.ipynb"))
    walk_and_measure(page)
    like_and_forget(page)


def walk_and_measure(page):
    cell = cell_with(page, ".noUi-handle")
    handle, image = cell.locator(".noUi-handle"), cell.locator("img[width='224']")
    before = pixels(image)
    drag(page, handle, right=90)
    after = wait_for_change(page, image, before)
    page.keyboard.press("ArrowRight")  # a step away and back: the burst has lost no last state
    page.keyboard.press("ArrowLeft")
    page.wait_for_timeout(1000)
    wait_for_return(page, image, after)
    cell.get_by_role("button", name="another walk").click()
    wait_for_change(page, image, after)
    print(f"\nFrom move to picture: {latency(page, handle, image):.0f} ms (median of {MOVES})")


def like_and_forget(page):
    cell = cell_with(page, "button[title='image 1 is not for me']")
    image = cell.locator("img[width='240']")
    nobody = pixels(image)
    for i in (1, 2, 3):
        cell.locator(f"button[title='like image {i}']").click()
    cell.get_by_text("Your history: 3 of").wait_for()
    wait_for_change(page, image, nobody)
    cell.locator("button[title='like image 5']").focus()
    page.keyboard.press("Space")
    cell.get_by_text("Your history: 4 of").wait_for()
    cell.get_by_role("button", name="Forget me").click()
    cell.get_by_text("Your history: 0 of").wait_for()
    wait_for_return(page, image, nobody)


def test_stop_in_the_middle_of_training(lab, page):
    start_all(page, lab("training.ipynb"))
    page.locator(".jp-CodeCell").nth(1).locator("img").wait_for(timeout=120_000)
    before = training_picture(page)
    until(
        page,
        lambda: changed(before, training_picture(page)) > 0.002,
        "the picture of the training stayed the same",
    )
    page.locator("[data-command='notebook:interrupt-kernel']").first.click()
    wait_for_cells(page)
    page.get_by_text("kept: (2, 28, 28, 1) True").wait_for()


def training_picture(page):
    """What `Live` shows, from its PNG: the element itself is replaced with every picture."""
    script = "document.querySelectorAll('.jp-CodeCell')[1].querySelector('img').src"
    png = base64.b64decode(page.evaluate(script).partition(",")[2])
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"), "int16")


@pytest.mark.full
def test_lesson_06(lab, page):
    run_all(page, lab("06_a_taste_is_a_condition.ipynb"))
    cell = cell_with(page, ".noUi-vertical")
    image = cell.locator("img[width='240']")
    before = pixels(image)
    cell.get_by_role("button", name="No digit").click()
    cell.get_by_text("Nothing to draw yet").wait_for()
    blank = wait_for_change(page, image, before)
    drag(page, cell.locator(".noUi-handle").nth(3), up=80)
    cell.get_by_text("100%").wait_for()
    threes = wait_for_change(page, image, blank)
    drag(page, cell.locator(".noUi-horizontal .noUi-handle").first, right=60)
    until(  # a change of grey: a model of a few steps hardly minds the slant
        page, lambda: np.abs(threes - pixels(image)).mean() > 0.5, "the slant changed nothing"
    )
    cell.get_by_role("button", name="Start again").click()
    wait_for_return(page, image, before)


@pytest.mark.full
def test_lesson_07(lab, page):
    run_all(page, lab("07_a_history_is_a_condition.ipynb"))
    like_and_forget(page)
    cell = cell_with(page, ".noUi-handle")
    image = cell.locator("img[width='640']").last
    before = pixels(image)
    drag(page, cell.locator(".noUi-handle"), right=200)
    wait_for_change(page, image, before)


@pytest.mark.full
def test_lesson_09(lab, page):
    run_all(page, lab("09_recommendations.ipynb"))
    cell = cell_with(page, "input[list]")
    box, lists = cell.locator("input[list]"), cell.locator(".widget-html ol")
    before = lists.all_inner_texts()
    box.fill("Forrest Gump")
    box.press("Enter")
    chip = cell.get_by_role("button", name="Forrest Gump")
    chip.wait_for()
    until(page, lambda: lists.all_inner_texts()[1] != before[1], "EASE's list stayed the same")
    kept = [film for film in titles(before[0]) if "Forrest Gump" not in film]
    assert titles(lists.all_inner_texts()[0])[: len(kept)] == kept  # what most others like
    chip.focus()
    page.keyboard.press("Enter")
    until(page, lambda: lists.all_inner_texts() == before, "the lists did not come back")
    cell.get_by_role("button", name="Forget me").click()
    cell.get_by_text("You like nothing yet").wait_for()


def titles(shown):
    """The films of a list; below each stands what kind it is."""
    return shown.splitlines()[::2]


@pytest.mark.full
def test_lesson_10(lab, page):
    run_all(page, lab("10_replies_for_a_user.ipynb"))
    cell = cell_with(page, ".widget-textarea")
    line, said = cell.locator(".widget-text input"), cell.locator(".widget-html-content")
    line.fill("what would you like to drink?")
    cell.get_by_role("button", name="Say it").click()
    until(page, lambda: all(said.all_inner_texts()), "nobody answered")
    tea, cocoa = said.all_inner_texts()
    assert "tea" in tea and "cocoa" in cocoa
    cell.locator("select").last.select_option("Ada's friend Leo")  # now both are he
    line.fill("what would you like to drink?")
    line.blur()
    cell.get_by_role("button", name="Say it").focus()
    page.keyboard.press("Enter")
    until(page, lambda: "tea" in said.last.inner_text(), "the other did not become Leo")
    cell.get_by_role("button", name="Say it").click()
    cell.get_by_text("Nothing was said yet").wait_for()


@pytest.mark.full
def test_lesson_13(lab, page):
    run_all(page, lab("13_capstone.ipynb"))
    cell = cell_with(page, ".persogan-sheet")
    sheet = cell.locator(".persogan-sheet")
    blank = pixels(sheet)
    cell.get_by_role("button", name="Keep it").click()
    cell.get_by_text("The sheet is empty").wait_for()
    drag(page, sheet, right=60, up=60)
    stroke = wait_for_change(page, sheet, blank)
    cell.locator(".widget-text input").fill("Ada")
    cell.get_by_role("button", name="Keep it").click()
    cell.get_by_text("Pictures so far: 1").wait_for()
    wait_for_return(page, sheet, blank)
    sheet.focus()
    for key in [" ", *["ArrowRight"] * 6]:
        page.keyboard.press(key)
    line = wait_for_change(page, sheet, blank)
    assert changed(stroke, line) > 0.01
    page.keyboard.press("Delete")
    sheet.blur()
    wait_for_return(page, sheet, blank)
