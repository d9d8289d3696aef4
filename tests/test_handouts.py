"""An assignment becomes two notebooks, and what makes no sense in its source is told."""

import pytest

from persogan_lessons.course import handouts

SOURCE = """\
# %% [markdown]
# # Title

# %% tags=["answer:double"]
def double(x):
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION

# %% tags=["check:double:3"]
assert double(1) == 2
### BEGIN HIDDEN TESTS
assert double(2) == 4
### END HIDDEN TESTS

# %% [markdown] tags=["conclusion:thoughts:4"]
# **Thoughts:**
#
# ### BEGIN SOLUTION
# Doubling is fine.
# ### END SOLUTION
"""


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "07_doubling.py"
    path.write_text(SOURCE, encoding="utf-8")
    return path


def test_teachers_have_solutions_and_hidden_tests(source):
    title, answer, check, conclusion = handouts.teachers_version(source).cells
    assert not title.metadata and "return 2 * x" in answer.source and "double(2)" in check.source
    ids = [cell.metadata.nbgrader.grade_id for cell in (answer, check, conclusion)]
    assert ids == ["07-double", "07-double-check", "07-thoughts"]
    assert "points" not in answer.metadata.nbgrader
    assert check.metadata.nbgrader.points == 3 and conclusion.metadata.nbgrader.points == 4


def test_students_have_neither(source):
    _, answer, check, conclusion = handouts.students_version(source).cells
    assert answer.source == (
        "def double(x):\n    # YOUR CODE HERE\n    raise NotImplementedError()"
    )
    assert check.source == "assert double(1) == 2" and check.metadata.editable is False
    assert conclusion.source == "**Thoughts:**\n\nYOUR ANSWER HERE"


def test_the_same_source_gives_the_same_bytes(source):
    first, second = (handouts.content(handouts.students_version(source)) for _ in range(2))
    assert first == second and first.endswith(b"}\n")
    text = SOURCE.replace("# # Title", "# # Title\n\n# %%\n1\n\n# %%\n1")
    source.write_text(text, encoding="utf-8")
    ids = [cell.id for cell in handouts.students_version(source).cells]
    assert len(set(ids)) == len(ids) == 6


@pytest.mark.parametrize(
    "tag", ["answer:double:3", "check:double", "solution:double", "check:two words:3"]
)
def test_a_tag_that_says_nothing_is_told(source, tag):
    source.write_text(SOURCE.replace("check:double:3", tag), encoding="utf-8")
    with pytest.raises(ValueError, match="07_doubling.py.*check:NAME:POINTS"):
        handouts.teachers_version(source)
