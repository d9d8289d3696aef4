"""persogan_lessons: learn GANs by building one that knows you.

The lessons live in `notebooks/`; what they share lives here.
`data` holds the examples, `models` the two players, `measures` how good they are,
`display` looks at them, and `course` makes a notebook a lesson.
"""

import os

# Before TensorFlow is imported: oneDNN, which it leaves off on older processors, makes steps of the
# convolutional networks a fifth to a half faster there, too.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

__version__ = "0.1.0"
