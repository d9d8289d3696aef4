"""Students' code in the sandbox: what it may not do, and what it costs when it tries."""

from dataclasses import replace

import numpy as np
import pytest

from persogan_lessons.course import attempts, isolation, sandbox

isolated = pytest.mark.skipif(isolation.missing() is not None, reason=str(isolation.missing()))
INPUTS = [attempts.packed({"x": np.float32([1, 2])})]
DOUBLE = "def double(x):\n    return 2 * x"


@pytest.fixture(scope="module")
def box():
    limits = sandbox.Limits(seconds=4, memory=1 << 31, files=20 << 20)
    with sandbox.Sandbox(limits) as box:
        yield box


def run(box, code):
    """What came of a cell, of trying `double`, and of trying `other`, which is always right."""
    tries = [{"try": name, "how": "returned", "inputs": INPUTS} for name in ("double", "other")]
    other = {"code": "def other(x):\n    return x", "answer": "other"}
    steps = [{"code": code, "answer": "double"}, tries[0], other, tries[1]]
    cell, double, _, unharmed = box.run(steps)
    assert unharmed[0]["value"].tolist() == [1, 2]
    return cell, double


@isolated
def test_a_right_answer(box):
    cell, double = run(box, DOUBLE)
    assert cell is None and double[0]["value"].tolist() == [2, 4]


@isolated
@pytest.mark.parametrize(
    "code, reason",
    [
        ("while True: pass", "more than 4 s"),
        ("while True:\n    try:\n        while True: pass\n    except: pass", "more than 4 s"),
        ("n = 0\nwhile True: n += 1; open(str(n), 'wb').write(bytes(1 << 23))", "MB of files"),
        ("import os\nos._exit(0)", "ended itself"),
        ("import os\nos.abort()", "ended itself"),
        ("import os\nwhile True:\n    try: os.fork()\n    except OSError: pass", "more than"),
    ],
)
def test_what_does_not_end_costs_no_other_task(box, code, reason):
    cell, double = run(box, f"{code}\n{DOUBLE}")
    assert isinstance(cell, sandbox.Stopped) and reason in cell.reason
    assert "no function double" in double[0]["error"]


@isolated
def test_a_hog_is_stopped_by_what_it_takes(box, monkeypatch):
    """Two gigabytes take some machines seconds, so it has more of them than the others."""
    monkeypatch.setattr(box, "limits", replace(box.limits, seconds=60))
    cell, _ = run(box, "hog = []\nwhile True: hog.append(bytearray(1 << 26))")
    assert isinstance(cell, sandbox.Stopped) and "MB of memory" in cell.reason


@isolated
def test_a_function_that_does_not_end(box):
    cell, double = run(box, "def double(x):\n    while True: pass")
    assert cell is None and "more than 4 s" in double.reason


@isolated
def test_nothing_is_left_running(box):
    hide = "import os, time\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(600)\n"
    assert run(box, hide + DOUBLE)[1][0]["value"].tolist() == [2, 4]
    assert [each for each in box._descendants() if sandbox._alive(each)] == []


@isolated
@pytest.mark.parametrize(
    "place",
    [
        __file__,
        "/etc/passwd",
        "{home}/../hidden",
        "{assignments}/lesson_01.py",
        "{course}/sandbox.py",
    ],
)
def test_nothing_can_be_read_that_helps(box, place):
    (box.home.parent / "hidden").write_text("other students' work")
    folder = sandbox.PACKAGE / "course"
    place = place.format(home=box.home, assignments=folder / "assignments", course=folder)
    double = run(box, f"def double(x):\n    open({place!r})\n    return 2 * x")[1]
    assert double[0]["error"].startswith("PermissionError")


@isolated
def test_no_answer_can_be_imported(box):
    code = "from persogan_lessons.course.assignments import lesson_01, tasks\n"
    code += "def double(x):\n    return lesson_01.discriminator_loss.right(x, x)"
    assert run(box, code)[1][0]["value"] is None
    for module in ("sandbox", "grading", "handouts", "assignments.lesson_01"):
        found = run(box, f"def double(x):\n    import persogan_lessons.course.{module}")[1]
        assert "Error" in found[0]["error"]


@isolated
def test_lies_about_results_are_no_results(box):
    lies = ["[]", "{", '{"at": 9}', '{"at": true}', '{"at": 1, "found": [1]}', "[" * 9999]
    lies += ['{"at": 1, "found": [{"value": {"numbers": [1], "shape": [-9], "type": "O"}}]}']
    code = f"import os\nfor line in {lies!r}:\n    for number in range(3, 99):\n        try:\n"
    code += "            os.write(number, (line + chr(10)).encode())\n"
    code += "        except OSError: pass\n"
    assert run(box, code + DOUBLE)[1][0]["value"].tolist() == [2, 4]


@isolated
def test_a_fault_of_ours_is_not_taken_for_everybodys(monkeypatch):
    monkeypatch.setattr(sandbox.Sandbox, "run", lambda box, steps: [None, sandbox.Stopped("no")])
    box = sandbox.Sandbox(sandbox.Limits())
    with pytest.raises(OSError, match="do not run here"):
        box.__enter__()
    assert not box.home.exists()


def test_without_isolation_it_must_be_accepted():
    with pytest.raises(OSError, match="no way"):
        sandbox.Sandbox(sandbox.Limits(), lambda: "no way")
    assert sandbox.Sandbox(sandbox.Limits(), sandbox.accepted).readable is None


def test_the_staged_package_knows_no_answer(tmp_path):
    sandbox.stage(tmp_path)
    staged = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.py")}
    course = "persogan_lessons/course"
    assert f"{course}/trials.py" in staged and f"{course}/assignments/__init__.py" in staged
    assert not [each for each in staged if "lesson_" in each or "grading" in each]
