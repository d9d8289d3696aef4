"""persogan_lessons: learn GANs by building one that knows you.

The lessons live in `notebooks/`; what they share lives here.
`data` holds the examples, `models` the two players, `measures` how good they are,
`display` looks at them, and `course` makes a notebook a lesson.
"""

__version__ = "0.1.0"
