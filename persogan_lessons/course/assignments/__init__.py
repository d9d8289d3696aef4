"""Assignments: what is right, which mistakes are known, and how to add another lesson's.

A student calls `lesson_01.discriminator_loss.check(my_loss)` in any notebook, and is told at once
what was seen, the likely cause and where to read. A class is graded by the same tasks, with inputs
that no student has seen. Behaviour is judged, never text: an answer is tried on seeded inputs, and
what comes of it is compared with what comes of the right answer and of every mistake known.

An assignment is four files, here for lesson 01:

1. `assignments/lesson_01.py` (this folder). The right answer, with a docstring of a line and
   decorated with `@task`, then its mistakes, each a function of its own with the cause in words:

       @task(logits, attempts.slopes, read="'What each player wants' in lesson 01")
       def discriminator_loss(real_logits, fake_logits):
           ...

       @discriminator_loss.mistake("the labels are swapped: real images are called fake")
       def _(real_logits, fake_logits):
           ...

   `logits` draws inputs from a NumPy generator: sizes and values must differ from draw to draw,
   noise is an input and never drawn inside. Answers are called by position, so that students may
   name arguments as they like; a right answer of more than two takes `*rest`.

   `attempts` says how a function is tried: `returned` (what it returns), `slopes` (a loss and its
   gradient), `update` (how far two small players move), `words` (what is said of each example),
   `untouched` (what it returns, and whether its inputs are as before), `slope` (as `slopes`, where
   only the first input has a gradient).
   Where none fits, add one to `persogan_lessons/course/attempts.py`; keep answers out of that
   module, since it runs beside students' code when a class is graded. This folder never does.

   Mistakes common to all tasks need no line: an error, nothing returned, an input changed, a
   wrong shape, NaN, a constant, no gradient, a turned sign, a factor, a sum for a mean (`GENERAL`
   in `tasks.py`). List those that are this task's own. The first that gives the student's numbers
   on every example is named, so two with different causes must differ on them (a test sees to it).

2. `notebooks/source/assignments/01_name.py`. Jupytext percent, named as its lesson is, with three
   to five tasks. Three tags make a cell a part of the assignment:

       # %% tags=["answer:discriminator_loss"]         the student's, with ### BEGIN SOLUTION ...
       # %% tags=["check:discriminator_loss:3"]        3 points, with ### BEGIN HIDDEN TESTS ...
       # %% [markdown] tags=["conclusion:rates:4"]     4 points, marked by hand

   The `def` line of an answer, and the first line of a conclusion, stand outside the solution, so
   that the cell is known by them even where a program has lost its tags. The solution of a
   conclusion is a model answer and the rubric. All other cells are given, and put back when
   graded. A task needs only its own cell and given cells, not the answer of another task. A hidden
   test is the same check once more: `check(answer, secret=tasks.secret())`.

3. `notebooks/assignments/01_name.ipynb`, the students' version, made by `python run.py build 01`
   together with the lesson.

4. `tests/answers/lesson_01.py`, the bank. For each task at least six mistakes as people make them
   and three right answers in different styles, written as students write, not copied from the
   mistakes of this folder:

       from bank import Bank

       ANSWERS = Bank()
       wrong, right = ANSWERS.wrong, ANSWERS.right

       @wrong("discriminator_loss", "swapped")           the message must contain this word
       @right("discriminator_loss")

   `tests/test_assignments.py` tries them all on public and on hidden inputs, runs the reference
   solutions, compares the committed notebooks with their sources, and prints for each task how
   many were caught, named and let by.
"""
