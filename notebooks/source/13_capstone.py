# %% [markdown]
# # 13 Capstone: your pictures, your people
#
# Bring pictures of your own and the people they belong to. Train a generator that draws for each of them, measure
# whether it does, and write a card that claims nothing you have not measured.
#
# ![One row of drawings for each person, the last for somebody who has no pictures](pictures/13_capstone.png)

# %% [markdown]
# **You will be able to**
#
# - *bring* a folder or a zip of your own, and say what was left out of it and why;
# - *judge* a generator for people of whom you know only their pictures;
# - *write* its model card: data, consent, measurements, limits.
#
# **You need** lessons 05 and 06; 07, 08 and 12 help. And 20 to 5000 pictures, or none: all runs on an example first.
# **It takes** twenty minutes to read, about three minutes to run on a laptop with two cores, and an evening with pictures
# of your own.

# %%
from persogan_lessons.course import lesson

lesson.start(seed=13)

# %%
import functools
import tempfile
from pathlib import Path

import ipywidgets
import keras
import numpy as np
import tensorflow as tf
from IPython.display import Markdown
from sklearn.decomposition import PCA

from persogan_lessons.course import cards, checks
from persogan_lessons.data import letters, pictures
from persogan_lessons.display import drawing, plots
from persogan_lessons.measures import owners, realism
from persogan_lessons.models import networks
from persogan_lessons.models.gan import ConditionalGAN
from persogan_lessons.models.optimizers import slowing_adam

# %% [markdown]
# ## Your pictures
#
# This notebook is a template. **Three cells are yours to fill**; they say so. Left as they are, they take the example: the
# albums of six people who collect letters. Run all of it once with the example, so that you know what good looks like. Then
# fill in the cells and run it again.
#
# Put your pictures in a folder or a zip, with **a subfolder for each person**: what somebody draws, collects, or clicks on.
# Give its path here.

# %%
# ✎ 1 of 3: a folder or a zip, such as "my_pictures" or "C:/Users/me/albums.zip"
MY_PICTURES = ""

# %%
mine = pictures.load(MY_PICTURES or letters.zipped())
print(mine)

# %% [markdown]
# Read the report. Files are only read, never changed, and whatever is no picture, damaged, or larger than 50
# megapixels is left out by name. Three files of the example are no use, as in most albums: a note, a picture that was
# cut short, and a file that the operating system hides.
#
# Each picture became what a digit was: 28 x 28 pixels of grey, the middle square, dark 1 and light -1. Look at
# yours. *Can you still tell what they are, and whose? If you cannot, no generator will.*

# %%
if len(mine.names) == 1:  # no subfolders: the look decides
    mine = pictures.sort_by_look(mine)
albums = {name: mine.images[mine.labels == i] for i, name in enumerate(mine.names)}
plots.image_rows({name: album[:: -(-len(album) // 14)] for name, album in albums.items()})

# %% [markdown]
# Ada and Ben like the same letters, in other faces. Ada and Finn like the same face. So a taste here is two things at
# once, as in life: *what*, and *in which manner*. (No subfolders? Then pictures that look alike were put together, as "kind
# 1", "kind 2", ...; the people in cell 2 can be mixtures of kinds.)
#
# ### Or draw them
#
# No pictures? Draw some. Every drawing you keep becomes a file in `my_pictures`, in the folder of whoever you say it
# is. From twenty on, put `"my_pictures"` into cell 1. Get a friend to draw, too: one person alone cannot be told from
# anybody.

# %%
pad = drawing.Pad(functools.partial(pictures.keep, folder="my_pictures"))
pad

# %% [markdown]
# ## Before you train: may you?
#
# Whoever gets your generator gets something of these people and of their pictures; lesson 12 has measured how much. So
# answer three questions now, not at the end. They come back in the model card.
#
# - Who made the pictures, and may you use them *to train a model*? A licence to look is no licence to train.
# - Do the people know, and did they agree? Can they change their mind? (Delete the folder, train again, delete the
#   old weights.)
# - Which pictures do you not need? Leave them out.
#
# ## Your people
#
# Each folder is a person. As in lesson 05 the condition is one-hot, a one at the place of the folder. And as in
# lesson 06 the generator throws a die among what a person likes. So a person can be a **mixture of folders**, even
# one who has no pictures here at all: `{"Zoe": {"Ada": 1, "Ben": 1}}` likes what Ada likes and what Ben likes, half
# and half.

# %%
# ✎ 2 of 3: further people, {"name": {"folder": weight, ...}, ...}
MY_PEOPLE = {}

# %%
further = MY_PEOPLE or {"Zoe": dict.fromkeys(mine.names[:2], 1)}
everybody = dict(zip(mine.names, np.eye(len(mine.names)), strict=True))
everybody |= dict(zip(further, pictures.shares(further, mine.names), strict=True))
for person in [mine.names[0], *further]:
    print(f"{person}'s condition:", np.round(everybody[person], 2))

# %% [markdown]
# ## Hold some out
#
# A quarter of each person's pictures goes into a drawer before anything is trained: they are the truth that drawings
# will be measured by. Pictures that stand in the set twice stay on one side, or the drawer would not be closed.

# %%
known, unseen = pictures.split(mine)
train = owners.Owned(mine.images[known], mine.labels[known])
held_out = owners.Owned(mine.images[unseen], mine.labels[unseen])
print(f"{len(known)} to train on, {len(unseen)} held out")

# %% [markdown]
# ## The players
#
# You know them: the conditional generator of lesson 05, behind the die of lesson 06, and the discriminator of lesson
# 05, which sees its pictures through noise, since they are few.


# %%
def players():
    size = len(mine.names)
    generator = networks.choosing(networks.conditional_generator(size), choices=size)
    return generator, networks.conditional_discriminator(size)


checks.conditional_shapes(*players())

# %% [markdown]
# Small sets and large ones train for the same number of steps: pictures come again and again, in a new order, until it is
# reached.


# %%
def trained(owned, steps, callbacks=()):
    given = np.eye(len(mine.names), dtype="float32")[owned.labels]
    pairs = tf.data.Dataset.from_tensor_slices((owned.images, given)).shuffle(len(given))
    model = ConditionalGAN(*players())
    model.compile(slowing_adam(4e-3, steps), slowing_adam(4e-3, steps))
    endless = pairs.repeat().batch(64).prefetch(2)
    model.fit(endless, steps_per_epoch=steps // 20, epochs=20, verbose=0, callbacks=callbacks)
    return model


# %% [markdown]
# *Before you run it: what will be right first, the letter or the face? And what will Zoe's row look like, to whom no picture
# belongs: like Ada's, like Ben's, like something in between?*

# %%
keras.utils.set_random_seed(13)
conditions = np.stack(list(everybody.values()))
four = np.resize(conditions, (4, conditions.shape[1]))  # a row for each of four people
live = plots.Live(np.repeat(four, 4, axis=0), seconds=5, kept=four)
model = trained(train, lesson.budget(fast=20, cpu=1200, gpu=6000), [live])

# %% tags=["picture"]
drawn = model.generate(np.repeat(conditions, 14, axis=0), seed=1).reshape(-1, 14, 28, 28, 1)
plots.image_rows(dict(zip(everybody, drawn, strict=True)))

# %% [markdown]
# Set these beside the albums at the top. Faces come first: heavy or fine, upright or slanting. Letters take longer,
# and some drawings still lie between two of them: within a folder nobody told the generator that there are several
# letters. (Folders of one kind each, and people as mixtures of them in cell 2, would. That is what lesson 06 did.)
# Zoe gets some of Ada's letters and some of Ben's, each in the face that belongs to it: the die falls first.
#
# Mix somebody of your own: a slider for each folder (or Tab to one and use the arrow keys).


# %%
@functools.partial(ipywidgets.interactive, **dict.fromkeys(mine.names, (0.0, 1.0, 0.1)))
def mixed(**weights):
    if any(weights.values()):
        shares = pictures.shares({"mixed": weights}, mine.names)
        plots.image_grid(model.generate(np.repeat(shares, 24, axis=0), seed=1), columns=12)


mixed

# %% [markdown]
# ## Does it draw for them?
#
# No classifier knows your pictures, so we need another judge. Ours sees a picture as its 16 **principal components**, the
# directions in which the training pictures vary most, and learns from them whose each is (a support vector machine). It is
# a modest eye: it sees shape, weight and place, and no meaning. So each number is read beside the same number for others:
#
# - **real**: the pictures in the drawer, the best that can be hoped for;
# - **for another**: the same drawings, handed to the wrong person; nobody should recognise them;
# - **copies**: training pictures shown again;
# - **no game**: a normal distribution over each person's components, drawn from. It takes no training to speak of.
#
# *Before you run it: will the generator beat that last one?*

# %%
size, whom = len(mine.names), held_out.labels  # a drawing for each picture in the drawer
judge = owners.Judge(train)
for_them = owners.Owned(model.generate(np.eye(size)[whom], seed=2), whom)


# %%
def without_a_game(user, count):
    """Pictures from a normal distribution over one person's components."""
    album = train.images[train.labels == user].reshape(-1, 28 * 28)
    eye = PCA(min(16, len(album) - 1)).fit(album)
    noise = np.random.default_rng(user).normal(size=(count, eye.n_components_))
    blend = eye.inverse_transform(noise * eye.explained_variance_**0.5)
    return blend.clip(-1, 1).reshape(-1, 28, 28, 1).astype("float32")


order = np.sort(whom)
ghosts = np.concatenate([without_a_game(i, np.sum(whom == i)) for i in range(size)])

# %%
sources = {
    "real": held_out,
    "GAN": for_them,
    "for another": for_them._replace(labels=(whom + 1) % size),
    "copies": train,
    "no game": owners.Owned(ghosts, order),
}
reports = {name: owners.report(judge, each, held_out=held_out) for name, each in sources.items()}
measures = list(reports["real"].row())
plots.table(
    {
        measure: {name: f"{each.row()[measure]:.2f}" for name, each in reports.items()}
        for measure in measures
    }
)

# %% [markdown]
# In the example,
#
# - **real** pictures are nearly always recognised: the judge can tell these people apart. (If it cannot tell yours
#   apart, the rest of the line says nothing.)
# - **The GAN's** drawings are recognised as often, and handed **to another** person hardly ever. So they are drawn
#   *for* somebody.
# - **No game** is recognised nearly as well! By that one line it would do. In others it is behind: fewer of its
#   pictures look real (precision), and they differ less (variety).
# - **Copies** win every line but the last.
#
# Five more trainings, from other seeds, said the same: .99 or more recognised, none handed to another, precision .90
# to .97. Only the Frechet distance jumped, from 1.5 times that of real pictures to 2.7, which is what no game has: at
# the worst, that one is a draw.
#
# With few pictures in the drawer these numbers jump; the card will say how many there were. Look at what has no game:

# %%
some = np.linspace(0, len(whom) - 1, 14).astype(int)
plots.image_rows({"real": held_out.images[some], "no game": ghosts[some]})

# %% [markdown]
# Ghosts: several letters on top of each other. A normal distribution knows no *either, or*; between an A and a K it
# draws what lies between. The judge does not mind, since a ghost of Ada's letters is still Ada's. **Never judge by
# one number, nor by numbers alone.**
#
# ### Does it copy?
#
# For each drawing, the training picture that is nearest to it:

# %%
drawings = for_them.images[some]
places, _ = realism.nearest(drawings, train.images)
plots.image_rows({"drawn": drawings, "nearest": train.images[places]})
print(reports["GAN"].memorisation)

# %% [markdown]
# Hardly any drawing of the example lies very near a training picture. If you see twins in yours, the next cell is about
# you.
#
# ## Predict, then break it: too few pictures
#
# Six pictures of each person, the same game, fewer steps. Many a learner's first set is like that.
#
# *Predict: what will the drawings be like? And which number will say so?*

# %%
few = np.concatenate([np.flatnonzero(train.labels == i)[:6] for i in range(size)])
small = owners.Owned(train.images[few], train.labels[few])
keras.utils.set_random_seed(13)
overfed = trained(small, lesson.budget(fast=20, cpu=300, gpu=2000))
drawings = overfed.generate(np.eye(size)[whom], seed=2)

# %%
places, _ = realism.nearest(drawings[some], small.images)
plots.image_rows({"drawn": drawings[some], "nearest": small.images[places]})
print(realism.memorisation(drawings, train=small.images, held_out=held_out.images))

# %% [markdown]
# Each drawing is one of the 36 pictures, a little battered. Far more than the 5 % that chance would leave lie very
# near a training picture, and most have their nearest real picture among those 36, though there are 240 others in the
# drawer. The judge of owners would have been content. So look for copies *before* you give a generator away, the more
# so the fewer your pictures: it would give the pictures away with it. What may help: more pictures, fewer steps,
# `RandomShift` before the discriminator (lesson 03). Measure it.
#
# ## Check yourself
#
# Real pictures have to pass, and so has your generator.

# %%
for name in ("real", "GAN")[: lesson.budget(fast=1, cpu=2, gpu=2)]:
    checks.draws_for_owners(reports[name])

# %% [markdown]
# ## The model card
#
# Whoever gets your generator has a right to know what it is. A **model card** says it on one page: your words about
# data, licence, consent, use and limits, and the numbers. The numbers you do not type. A claim names a measurement in
# braces, and the card prints what was measured, with the sample it rests on.

# %%
# ✎ 3 of 3: your words; what you leave out, the card says is missing
MY_WORDS = {
    "data": "",
    "licence": "",
    "consent": "",
    "use": "",
    "limits": "",
}
MY_CLAIMS = []

# %%
EXAMPLE_WORDS = {
    "data": "Letters in typefaces that come with matplotlib, drawn for this lesson.",
    "licence": "DejaVu, STIX and BaKoMa Computer Modern, each under its own free licence.",
    "consent": "Nobody is behind the six collectors: nobody had to be asked.",
    "use": "To learn how to train for people, and how to say what came of it.",
    "limits": "It knows six collectors and 12 letters, 28 x 28 pixels. Its judge sees pixels only.",
}
EXAMPLE_CLAIMS = [
    "Of single drawings {recognised} are taken for the right person's.",
    "Two drawings for a person differ {variety} as much as two of the person's pictures.",
]
words = {part: text for part, text in MY_WORDS.items() if text}
if not MY_PICTURES:
    words = EXAMPLE_WORDS | words

# %%
gan, real, other = (reports[name] for name in ("GAN", "real", "for another"))
sample = f"{len(whom)} drawings, {size} people"


def beside_real(read, form=".0%", floor=None):
    """One measure of the drawings and of real pictures."""
    return cards.Measured(read(gan), read(real), floor, sample, form)


numbers = {
    "recognised": beside_real(
        lambda each: each.fake.recognised.right, floor=other.fake.recognised.right
    ),
    "precision": beside_real(lambda each: each.fake.overlap.precision),
    "coverage": beside_real(lambda each: each.fake.overlap.coverage),
    "variety": beside_real(lambda each: each.variety_share),
    "very near training": beside_real(lambda each: each.memorisation.very_near),
}

# %%
folder = Path("." if MY_PICTURES else tempfile.mkdtemp())
path = cards.write(
    folder / "model_card.md",
    "A generator of letters for six collectors" if not MY_PICTURES else "My generator",
    words=words,
    claims=MY_CLAIMS or EXAMPLE_CLAIMS,
    measured=numbers,
)
Markdown("##" + path.read_text(encoding="utf-8").replace("\n#", "\n###"))

# %% [markdown]
# And what if you claim more than you know?

# %%
for claim in (
    "It is better than diffusion: {beauty}.",
    "It draws like real people, in 99 % of cases.",
):
    with lesson.expect_failure():
        cards.card("A", words={}, claims=[claim], measured=numbers)

# %% [markdown]
# Keep the generator beside its card: `model.save_weights("my_generator.weights.h5")`, and later `load_weights` into the same
# players. Anybody who has both can draw for your people. Give it away only if the card says that you may.
#
# ## For teachers: a rubric
#
# Twenty points, half of them without any picture that looks good.
#
# | what | 0 | half | full | points |
# |---|---|---|---|---:|
# | **Data and consent** | no source | source, no terms; "it was on the web" | source, licence, who agreed to what, what was left out and why | 4 |
# | **People** | one folder, or folders without a meaning | people, not told apart by anything one could say | says in words what sets each apart, and the table agrees | 3 |
# | **Training** | did not run | ran with the settings as they were | one change with a reason, predicted before and compared from the same seeds | 4 |
# | **Measures** | none, or quoted without a second number | beside real pictures | beside real pictures and a rival, with samples, and says where the rival wins | 4 |
# | **Copies** | not looked at | the number | number and pictures, and a conclusion for this set's size | 2 |
# | **Card** | claims that were not measured | complete | complete, and its limits would keep a stranger from misusing it | 3 |
#
# A generator that fails, with a card that says how and why, earns full marks. Let pairs exchange cards, not pictures,
# and guess from the card what the other's drawings look like: what could not be guessed is missing from the card.
#
# ## Exercises
#
# 1. **Kinds instead of people.** Sort your pictures into folders of one kind each (the example: a folder for each
#    letter in each face), and make people mixtures of them in cell 2. Predict which lines of the table change.
# 2. **Fewer still, or more.** Plot *very near training* against the number of pictures: 6, 12, 25, 50, 100 of each
#    person. From how many on would you give your generator away?
# 3. **A better eye.** The judge sees components of pixels. Train a small classifier of people, as lesson 05 did of
#    digits, and measure in its features instead. Does the last column of the table still look as good?

# %% [markdown]
# ## What you did
#
# - You *brought* pictures, your own or the example's, and read what was left out of them and why.
# - You *judged* a generator for people whom you know by their pictures alone: beside real pictures, beside the wrong
#   person, beside a rival that plays no game.
# - You *wrote* its model card, in which no number was typed.
#
# This is the end of the course, and the place to start: the template is yours.
#
# ## To read on
#
# - Mitchell and others, *Model Cards for Model Reporting*, 2019.
# - Gebru and others, *Datasheets for Datasets*, 2021: the same questions, for the pictures.
# - Karras and others, *Training Generative Adversarial Networks with Limited Data*, 2020: what to do if pictures are few.
# - Turk and Pentland, *Eigenfaces for Recognition*, 1991: the components of pictures.
