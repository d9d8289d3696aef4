"""A student's cells are run in order, and each answer is tried, whatever the others do."""

import json

import numpy as np

from persogan_lessons.course import attempts, trials

INPUTS = [attempts.packed({"x": np.float32([1, 2])})]


def carried_out(*steps):
    return list(trials.carry_out(list(steps), trials.new_shell()))


def tried(name):
    return {"try": name, "how": "returned", "inputs": INPUTS}


def test_answers_are_tried_where_they_stand():
    cells = [{"code": "def double(x):\n    return 2 * x", "answer": "double"}, tried("double")]
    nothing, found = carried_out(*cells)
    assert nothing is None
    assert attempts.unpacked(json.loads(json.dumps(found[0])))["value"].tolist() == [2, 4]


def test_a_broken_cell_costs_its_own_task_only():
    broken = {"code": "def double(x:", "answer": "double"}
    found = carried_out(broken, {"code": "%time y = 3"}, tried("double"), tried("other"))
    assert "SyntaxError" in found[2][0]["error"]
    assert "no function other" in found[3][0]["error"]


def test_what_is_defined_before_an_error_counts():
    cell = {"code": "def double(x):\n    return 2 * x\n\n1 / 0", "answer": "double"}
    assert "value" in carried_out(cell, tried("double"))[1][0]


def test_each_step_is_told_before_it_is_run():
    told = []
    cells = [{"code": "1"}, {"code": "2"}]
    list(trials.carry_out(cells, trials.new_shell(), before=told.append))
    assert told == [0, 1]
