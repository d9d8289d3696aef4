"""The study of trust: what each part says of small models, and what is shipped."""

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
