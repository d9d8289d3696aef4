"""A replier writes what it was taught, for whom it was taught, and says when input is wrong."""

import keras
import numpy as np
import pytest

from persogan_lessons.data import dialogues
from persogan_lessons.models import repliers
from persogan_lessons.models.repliers import END, NOTHING, START, UNKNOWN, Encoded

WORDS, LENGTH = 12, 5


def small():
    encoder = repliers.history_encoder(WORDS, LENGTH, units=16, condition_size=16)
    return repliers.Replier(encoder, repliers.Writer(WORDS, units=24, embedding=8))


def given(count, seed=0):
    """Profiles that hold one of the words 4 to 7, histories that ask in one of two ways."""
    random = np.random.default_rng(seed)
    person, question = random.integers(4, 8, count), random.integers(8, 10, count)
    profiles = np.eye(WORDS, dtype="float32")[person]
    history = np.zeros((count, 4, LENGTH), "int32")
    history[:, -1, 0] = question
    replies = np.zeros((count, LENGTH), "int32")
    replies[:, 0] = np.where(question == 8, person, 10)
    replies[:, 1], replies[:, 2] = 11, END
    return Encoded(profiles, history, replies)


@pytest.fixture(scope="module")
def trained():
    keras.utils.set_random_seed(0)
    model = small()
    model.compile(keras.optimizers.Adam(1e-2), loss=repliers.likelihood(), jit_compile=False)
    batches = repliers.teach(given(2000))
    model.fit(batches, steps_per_epoch=250, verbose=0, shuffle=False)
    return model


def test_the_numbers_of_the_marks_are_those_of_the_vocabulary():
    names = ("NOTHING", "UNKNOWN", "START", "END", "TURNS")
    for name in names:
        assert getattr(repliers, name) == getattr(dialogues, name)
    assert Encoded._fields == dialogues.Encoded._fields


def test_it_answers_by_person_and_question(trained):
    test = given(200, seed=1)
    written = trained.generate(*test[:2], temperature=0)
    assert np.mean((written == test.replies).all(axis=1)) > 0.98


def test_another_person_gets_another_reply(trained):
    test = given(200, seed=1)
    personal = test.history[:, -1, 0] == 8
    written = trained.generate(np.roll(test.profiles, 1, axis=0), test.history, temperature=0)
    same = (written == test.replies).all(axis=1)
    assert same[personal].mean() < 0.5 and same[~personal].mean() > 0.98


def test_teaching_and_writing_are_the_same_network(trained):
    """The logits for true words before are those of writing the same words one by one."""
    test = given(20, seed=2)
    condition = trained.encoder([test.profiles, test.history])
    told = trained.writer([repliers.before(test.replies), condition])
    state, before = trained.writer.begin(condition), repliers.before(test.replies)
    for t in range(3):
        said = trained.writer.embed(before[:, t])
        logits, state = trained.writer.step(said, condition, state=state)
        np.testing.assert_allclose(logits, told[:, t], atol=1e-4)


def test_a_seed_gives_the_same_reply_whatever_the_batch():
    keras.utils.set_random_seed(3)
    model, test = small(), given(7)
    once, again = (model.generate(*test[:2], seed=4) for _ in range(2))
    np.testing.assert_array_equal(once, again)
    assert (once != model.generate(*test[:2], seed=5)).any()
    assert model.generate(test.profiles[:0], test.history[:0]).shape == (0, LENGTH)


def test_nobody_writes_marks_or_goes_on_after_the_end():
    for seed in range(5):
        keras.utils.set_random_seed(seed)
        written = small().generate(*given(200)[:2], seed=seed)
        assert not np.isin(written, (UNKNOWN, START)).any()
        for row in written:
            length = len(row) if END not in row else list(row).index(END) + 1
            assert not row[length:].any() and (row[:length] != NOTHING).all()


def test_words_are_drawn_as_often_as_they_are_likely(trained):
    """Over many draws, shares of first words agree with the softmax; a low temperature sharpens."""
    test = given(1)
    profiles, history = (np.repeat(part, 4000, axis=0) for part in test[:2])
    half = np.full_like(profiles, 0.4)  # nobody in particular: several words are likely
    logits = trained([half[:1], history[:1], repliers.before(test.replies)])[0, 0].numpy()
    logits[[NOTHING, UNKNOWN, START]] = -np.inf
    for temperature in (0.5, 1.0):
        shares = np.exp(logits / temperature - (logits / temperature).max())
        shares /= shares.sum()
        first = trained.generate(half, history, temperature=temperature, seed=1)[:, 0]
        found = np.bincount(first, minlength=WORDS) / len(first)
        np.testing.assert_allclose(found, shares, atol=0.04)


def test_likelihoods_are_those_of_the_loss(trained):
    test = given(64, seed=3)
    sums, counts = repliers.log_likelihoods(trained, test)
    loss = trained.evaluate(repliers.teach(test).take(1), verbose=0)
    assert -sums.sum() / counts.sum() == pytest.approx(loss, rel=1e-3)
    assert list(counts[:2]) == [3, 3]


def test_unknown_words_are_not_learned():
    replies = np.array([[5, UNKNOWN, END, 0, 0]])
    assert repliers.wanted(replies).tolist() == [[5, NOTHING, END, 0, 0]]
    assert repliers.before(replies).tolist() == [[START, 5, UNKNOWN, END, 0]]


def test_the_best_of_several_suits_the_person_better(trained):
    test = given(300, seed=4)
    blurred = test.profiles * 0.3  # less is known, so that replies differ
    nobody = test.profiles.mean(axis=0)
    plain = trained.generate(blurred, test.history, seed=0)
    best = repliers.best_of(trained, (blurred, test.history), nobody=nobody, count=6)
    right = [np.mean(each[:, 0] == test.replies[:, 0]) for each in (plain, best)]
    assert right[1] > right[0]


# ---- more personal ---------------------------------------------------------------------------


def personal(model, **strengths):
    return repliers.Personal(model, given(200).profiles, **strengths)


def test_without_strength_it_writes_as_before(trained):
    test = given(50, seed=1)
    assert np.array_equal(personal(trained).generate(*test[:2]), trained.generate(*test[:2]))


def test_it_leans_towards_the_words_of_the_person():
    """An untrained replier knows nobody; leaning, it says the person's one word the more."""
    test, said = given(400, seed=2), []
    keras.utils.set_random_seed(0)
    model = small()
    own = test.profiles.argmax(axis=1)[:, None]
    for strength in (0, 1, 2):
        written = personal(model, leaning=strength).generate(*test[:2])
        said.append(np.mean(written == own))
    assert said[0] * 1.5 < said[1] and said[1] * 1.3 < said[2]


@pytest.mark.parametrize("way", ["leaning", "guidance"])
def test_writing_and_likelihood_become_personal_alike(trained, way):
    """Sharper towards the person: with their word as the reply, it is likelier than before."""
    test = given(100, seed=3)
    about_them = test.history[:, -1, 0] == 8
    some = Encoded(*(part[about_them] for part in test))
    blurred = some._replace(profiles=some.profiles * 0.3)  # less is known, so that there is room
    models = [personal(trained, **{way: strength}) for strength in (0, 1)]
    sums = [repliers.log_likelihoods(each, blurred)[0] for each in models]
    assert sums[1].mean() > sums[0].mean()
    written = [each.generate(*blurred[:2]) for each in models]
    right = [np.mean(each[:, 0] == some.replies[:, 0]) for each in written]
    assert right[1] > right[0]


def test_what_it_writes_is_what_its_logits_say(trained):
    """Each row by itself: the likeliest words are written, whoever stands beside it."""
    model = personal(trained, leaning=0.5, guidance=0.5)
    test = given(40, seed=4)
    written = model.generate(*test[:2], temperature=0)
    logits = np.array(model([*test[:2], repliers.before(written)]))
    logits[..., repliers.NEVER] = -np.inf
    assert np.array_equal(logits.argmax(-1)[written != NOTHING], written[written != NOTHING])


@pytest.mark.parametrize("strengths", [{"leaning": "1"}, {"guidance": np.nan}, {"guidance": None}])
def test_a_strength_is_a_number(trained, strengths):
    with pytest.raises(ValueError, match=f"{list(strengths)[0]} must be a number"):
        personal(trained, **strengths)


@pytest.mark.parametrize(
    "profiles", [np.zeros((3, WORDS + 1)), np.zeros(WORDS), np.zeros((0, WORDS))]
)
def test_what_is_usual_needs_profiles(trained, profiles):
    with pytest.raises(ValueError, match="profiles must be"):
        repliers.Personal(trained, profiles)


def test_guidance_changes_nothing_for_nobody(trained):
    """There is nothing beyond: whom nobody knows has the logits that they had."""
    test = given(30, seed=5)
    unknown = np.tile(given(200).profiles.mean(axis=0), (30, 1))
    seen = [unknown, test.history, repliers.before(test.replies)]
    found, plain = personal(trained, guidance=3.0)(seen), trained(seen)
    np.testing.assert_allclose(found, plain, atol=1e-5)


def test_guided_logits_go_on_from_nobody_to_the_person():
    own, unknown = np.array([2.0, 1.0]), np.array([1.0, 1.0])
    assert list(repliers.guided(own, unknown, strength=0)) == [2, 1]
    assert list(repliers.guided(own, unknown, strength=1.5)) == [3.5, 1]
    assert list(repliers.guided(own, unknown, strength=-1)) == [1, 1]


def test_how_much_more_often_somebody_says_a_word():
    said, usual = np.array([[0.0, 0, 0, 0, 3, 0]]), np.array([0.0, 0, 0, 0, 1, 1])
    found = np.asarray(repliers.more_often(said, usual, floor=0.0001))[0]
    # Of the person's four words one ends a reply and three are the fifth; usually each is a third.
    np.testing.assert_allclose(found[3:5], np.log([0.25 * 3, 0.75 * 3]), atol=2e-3)
    assert found[5] == pytest.approx(np.log(0.0001 / 0.3334), abs=1e-3)
    calm = np.asarray(repliers.more_often(said, usual, floor=1.0))[0]
    assert np.abs(calm).max() < 0.4


def test_weights_return_without_pickle(trained, tmp_path):
    trained.save_weights(tmp_path / "a.weights.h5")
    other = small()
    other.load_weights(tmp_path / "a.weights.h5")
    test = given(20)
    np.testing.assert_array_equal(other.generate(*test[:2]), trained.generate(*test[:2]))


@pytest.mark.parametrize(
    "profiles, history",
    [((3, WORDS + 1), (3, 4, LENGTH)), ((3, WORDS), (3, 3, LENGTH)), ((2, WORDS), (3, 4, LENGTH))],
)
def test_other_shapes_are_refused(trained, profiles, history):
    with pytest.raises(ValueError, match=r"profiles must be \(n, 12\) and history"):
        trained.generate(np.zeros(profiles), np.zeros(history))


@pytest.mark.parametrize("temperature", [-1, 3, float("nan")])
def test_other_temperatures_are_refused(trained, temperature):
    with pytest.raises(ValueError, match="temperature must be from 0 to 2"):
        trained.generate(*given(1)[:2], temperature=temperature)
