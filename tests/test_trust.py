"""The study of trust: what each part says of small models, and what is shipped."""

import functools
import json

import keras
import numpy as np
import pytest

from persogan_lessons.course import trust
from persogan_lessons.data import digits, tastes
from persogan_lessons.measures import feedback, privacy
from persogan_lessons.models import diffusion


class Thief:
    """A GAN that has learned nothing but its images: it shows them, and knows them again."""

    def __init__(self, members):
        self.members = members
        self.known = {each.tobytes() for each in members}

    def discriminator(self, images):
        return np.array([[float(each.tobytes() in self.known)] for each in images])

    def generate(self, count, seed):
        return np.resize(self.members, (count, 28, 28, 1))


class Honest(Thief):
    """One that shows other images and knows none."""

    def __init__(self, members):
        others = digits.load()[0]
        super().__init__(others[2000:])


@pytest.mark.parametrize("kind, stolen", [(Thief, True), (Honest, False)])
def test_a_thief_is_told_from_an_honest_player(kind, stolen):
    members = digits.load()[0][:100]
    found = trust.exposed(kind(members), members)
    if stolen:
        assert found["by discriminator"] == 1.0 and found["by generator"] > 0.99
        assert found["nearer"] > 0.95
    else:
        assert found["by discriminator"] == 0.5
        assert abs(found["by generator"] - 0.5) < 0.15 and abs(found["nearer"] - 0.5) < 0.15


def test_an_attack_trains_on_as_many_images_as_it_says(monkeypatch):
    seen = {}
    monkeypatch.setattr(
        trust, "exposed", lambda model, members: seen.update(model=model, members=members) or {}
    )
    monkeypatch.setattr(trust.study, "quality", lambda fakes: {"fakes": len(fakes)})
    monkeypatch.setattr(trust, "FAKES", 10)
    assert trust.attack(100, trust.SHIFT, seed=1, steps=80) == {"fakes": 10}
    assert seen["members"].shape == (100, 28, 28, 1)
    assert int(seen["model"].generator_optimizer.iterations) == 80
    assert seen["model"].discriminator.layers[0].pixels == 2


def test_a_bubble_has_a_number_for_each_round(monkeypatch):
    monkeypatch.setattr(trust, "ROUNDS", 2)
    monkeypatch.setattr(trust, "RETRAINED", 2)
    called = []

    def retrain(players, each):
        called.append(each.clicked.shape)
        trust.on_clicks(players, each)

    plain = trust.bubble(0.0, seed=0, users=2)
    again = trust.bubble(0.25, seed=0, users=2, retrain=retrain)
    assert called == [(2, feedback.CLICKS, 28, 28, 1)] * 2
    for found in (plain, again):
        assert all(len(found[name]) == 2 for name in ("digits", "off by", "diversity"))
        assert set(found["real"]) == {"digits", "off by", "diversity"}
    assert plain["digits"][0] == again["digits"][0] and plain["explored"] == [0, 0]
    assert plain["diversity"][1] != again["diversity"][1], "training changed the drawings"


def test_a_rare_wish_is_counted():
    found = trust.unbalanced(0, pairs=2, draws=8)
    assert set(found["rarer"]) == {str(count) for count in trust.MINORITY}
    assert all(0 <= share <= 1 for shares in found.values() for share in shares.values())


def test_a_history_is_linked_by_its_vectors():
    people = tastes.sample(20, seed=0, split="test")
    found = trust.linked(trust.checkpoints.load("history"), people, seed=0, lengths=(0, 32))
    assert found["0"] == 0, "without clicks all are alike, and a tie is no answer"
    assert found["32"] > 0.2  # .05 by chance


def test_a_reveal_names_its_noise(monkeypatch):
    monkeypatch.setattr(trust, "CANDIDATES", 12)
    monkeypatch.setattr(trust, "TOGETHER", (1, 2))
    monkeypatch.setattr(trust, "linked", lambda model, people, seed: len(people))
    found = trust.reveal(0, users=3, scales=(0.0, 4.0))
    assert list(found) == ["history", "kept 0", "kept 4", "anew 4", "linked"]
    assert found["linked"] == 12 and len(found["kept 4"]["recognised"]) == 2
    assert found["kept 0"]["fit"] > found["kept 4"]["fit"]


def test_a_race_ends_in_time(monkeypatch):
    ticks = iter(np.arange(0, 1000, 0.5))
    monkeypatch.setattr(trust.time, "process_time", lambda: next(ticks))
    monkeypatch.setattr(trust, "FAKES", 20)
    monkeypatch.setattr(trust, "JUDGED", 50)
    monkeypatch.setattr(diffusion, "WALK", 2)
    monkeypatch.setattr(trust.study, "quality", lambda fakes: {})

    def make():
        model = diffusion.Diffusion(diffusion.denoiser(width=2, units=8))
        model.compile(keras.optimizers.Adam(1e-3), steps_per_execution=2)
        return model

    found = trust.race(make, seed=0, seconds=2)
    assert found["steps"] == 10  # five calls of two steps, half a second apart
    assert found["drawing"] == 0.5 and 0 < found["by generator"] < 1


@pytest.mark.parametrize("make", [trust.dense_gan, trust.small_diffusion])
def test_the_racers_can_start(make):
    model = make()
    images = digits.load()[0][:8]
    model.fit(images, batch_size=8, epochs=1, verbose=0)
    assert model.generate(2, seed=0).shape == (2, 28, 28, 1)


def test_the_interval_of_one_model_is_that_of_its_scores():
    """The lesson prints intervals, the study keeps areas: the two are of the same number."""
    members, others = np.random.default_rng(0).normal(size=(2, 50))
    found = privacy.membership(members, others)
    assert found.auc == privacy.area_under_curve(members, others)


# What is shipped


# What is shipped


def test_what_is_shipped_is_complete():
    rows = trust.load()
    pairs = {(name, seed) for name in trust.SETTINGS for seed in range(trust.SEEDS)}
    assert {(each["setting"], each["seed"]) for each in rows} == pairs
    assert json.loads(trust.FILE.read_text("utf-8"))["provenance"]["made by"].endswith("trust")
    for row in rows:
        for name in ("by discriminator", "by generator", "nearer"):
            assert 0 <= row.get(name, 0.5) <= 1
        if "digits" in row:
            assert len(row["digits"]) == trust.ROUNDS and 1 <= min(row["digits"]) <= 10


# What the lesson says of it, in every seed unless a mean is spoken of


def rows(setting):
    """The five rows of a setting, by seed."""
    return sorted(
        (row for row in trust.load() if row["setting"] == setting), key=lambda r: r["seed"]
    )


def each(setting, *path):
    """One number of each of the five rows: `each("reveal", "kept 0", "recognised", 2)`."""
    found = rows(setting)
    for key in path:
        found = [row[key] for row in found]
    return np.array(found)


def test_few_images_are_known_by_heart_and_augmentation_hides_them():
    few, many = (each(f"{count} images", "by discriminator") for count in trust.SIZES)
    shifted = each("100 images, shifted", "by discriminator")
    assert few.min() > 0.65 and np.abs(many - 0.5).max() < 0.07
    assert (shifted < few - 0.1).all()


def test_the_generator_tells_less_and_augmentation_hides_that_too():
    judge, painter = (each("100 images", f"by {who}") for who in ("discriminator", "generator"))
    assert (painter < judge - 0.1).all()
    shifted = each("100 images, shifted", "by generator")
    assert (shifted < painter).all() and (shifted - 0.5).mean() < (painter - 0.5).mean() / 2


def test_sixteen_drawings_are_a_signature_and_clicks_tell_less():
    one, four, sixteen = (each("reveal", "kept 0", "recognised", at) for at in range(3))
    assert (one < four).all() and (four < sixteen).all()
    assert one.max() < 0.2 and sixteen.min() > 0.5
    assert (each("reveal", "history", "recognised", 2) < sixteen).all()


def test_a_vector_is_a_name_the_sharper_the_more_clicks():
    few, some, many = (each("reveal", "linked", key) for key in ("4", "16", "32"))
    assert few.min() > 5 / trust.CANDIDATES and (few < some).all() and (some < many).all()


def test_kept_noise_protects_and_fresh_noise_does_not():
    plain = each("reveal", "kept 0", "recognised", 2)
    kept, anew = (each("reveal", f"{way} 0.5", "recognised", 2) for way in ("kept", "anew"))
    assert (kept < anew - 0.1).all() and (kept < plain / 2).all()
    assert (each("reveal", "kept 0.5", "fit") > 0.7 * each("reveal", "kept 0", "fit")).all()
    assert (each("reveal", "kept 2", "fit") < 0.4 * each("reveal", "kept 0", "fit")).all()
    means = [each("reveal", f"kept {scale:g}", "recognised", 2).mean() for scale in (0, 0.5, 1)]
    assert each("reveal", "kept 2", "recognised", 2).mean() < 0.02
    fits = [each("reveal", f"kept {scale:g}", "fit").mean() for scale in trust.SCALES]
    assert means == sorted(means, reverse=True) and fits == sorted(fits, reverse=True)


def late(setting, name):
    """The mean of the last three of ten rounds, by seed."""
    return each(setting, name)[:, -3:].mean(1)


def test_the_loop_learns_then_narrows_and_exploring_slows_it():
    digits, off = each("bubble", "digits"), each("bubble", "off by")
    real = each("bubble", "real", "digits").mean()
    assert digits[:, 0].mean() > real > late("bubble", "digits").mean()
    assert (late("bubble", "digits") < digits[:, 0]).all()
    assert off.mean(0)[1:4].min() < min(off[:, 0].mean(), late("bubble", "off by").mean())
    exploring = functools.partial(late, "bubble, exploring")
    assert (exploring("off by") < late("bubble", "off by")).all()
    assert (exploring("diversity") > late("bubble", "diversity")).all()
    assert (exploring("digits") > late("bubble", "digits")).sum() == 4
    assert exploring("off by").mean() > each("bubble, exploring", "off by").mean(0)[1:4].min()


def test_training_again_changes_little():
    for name in ("digits", "off by", "diversity"):
        ratio = late("retraining", name).mean() / late("bubble", name).mean()
        assert 0.85 < ratio < 1.15, name


def test_a_rare_wish_is_granted_more_rarely_than_it_was_made():
    for count in trust.MINORITY[:-1]:
        assert each("unbalanced", "rarer", str(count)).mean() < count / 32


def test_diffusion_draws_better_and_the_gan_faster():
    gan, model = "GAN", "diffusion"
    assert (each(model, "frechet") < each(gan, "frechet")).all()
    assert (each(model, "recall") > each(gan, "recall")).all()
    assert (each(gan, "drawing") < each(model, "drawing") / 20).all()
    for name in (gan, model):
        assert np.abs(each(name, "by generator") - 0.5).max() < 0.07
