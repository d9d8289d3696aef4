"""The study of recommenders: trials are drawn alike everywhere, and what is shipped is whole."""

import numpy as np
import pytest

from persogan_lessons.course import recommending
from persogan_lessons.data import ratings
from persogan_lessons.data.ratings import Film
from persogan_lessons.models import recommender_gans as games

ALIKE = sorted(recommending.GAMES.keys() - {"IRGAN"})  # its ablation has ranges of its own


@pytest.fixture
def made_up(monkeypatch):
    """The study on made-up ratings, fewer of them, with small networks."""
    likes = ratings.likes(ratings.load("made up"), core=20)
    monkeypatch.setattr(recommending, "_likes", lambda: likes)
    recommending._split.cache_clear()
    yield likes
    recommending._split.cache_clear()


def test_a_trial_is_the_same_every_time():
    for name in recommending.METHODS:
        assert recommending.drawn(name, 3) == recommending.drawn(name, 3)
    assert recommending.drawn("EASE", 3) != recommending.drawn("EASE", 4)


@pytest.mark.parametrize("pair", recommending.PAIRS, ids=" - ".join)
def test_what_a_game_is_held_against_gets_as_many_trials(pair):
    assert len({recommending.METHODS[name].trials for name in pair}) == 1


@pytest.mark.parametrize("name", ALIKE)
def test_the_ablation_tries_the_same_settings_without_the_game(name):
    for trial in range(8):
        game = recommending.drawn(name, trial)
        ablation = recommending.drawn(recommending.GAMES[name], trial)
        if "trainings" not in game:
            assert game.pop("adversarial") > 0 and ablation.pop("adversarial") == 0
        assert game == ablation


def test_five_trainings_are_five_models_with_the_best_settings_of_one():
    for name in ("5 x iCFGAN + likes", "5 x the same, no game"):
        model = recommending.make(name, recommending.best(name), seed=7)
        assert [each.seed for each in model.models] == [7, 107, 207, 307, 407]
        one = recommending.make(name[4:], recommending.best(name[4:]), seed=7)
        assert {each.terms for each in model.models} == {one.terms}


def test_settings_lie_in_their_ranges():
    found = [recommending.drawn("iCFGAN + likes", trial) for trial in range(200)]
    zeros = np.array([each["zeros"] for each in found])
    assert 0.1 <= zeros.min() < 0.12 and 0.5 < zeros.max() <= 0.6
    assert np.median(zeros) == pytest.approx(np.sqrt(0.06), rel=0.25), "log-uniform"
    assert {each["hidden"] for each in found} == {256, 512}


def test_settings_reach_the_model():
    settings = recommending.drawn("iCFGAN + likes", 0)
    model = recommending.make("iCFGAN + likes", settings, seed=7)
    assert isinstance(model, games.ItemCFGAN) and model.seed == 7
    assert model.terms._asdict() | model.players._asdict() == {
        name: settings[name] for name in (*games.Terms._fields, *games.Players._fields)
    }
    assert (model.epochs, model.rate) == (settings["epochs"], settings["rate"])


def test_the_three_rates_of_the_game_of_picks_stay_apart():
    settings = recommending.drawn("BPR", 0) | recommending.drawn("IRGAN", 0)
    model = recommending.make("IRGAN", settings, seed=7)
    rates = model.start.rate, model.rate, model.judge_rate
    assert rates == tuple(settings[name] for name in ("rate", "policy_rate", "judge_rate"))


def test_a_better_ridge_is_better_on_validation(made_up):
    good, poor = (np.mean(recommending.try_out("EASE", {"ridge": ridge})) for ridge in (100.0, 1e7))
    assert good > poor + 0.02


def test_a_test_row_holds_every_method_and_difference(made_up, monkeypatch):
    few = {name: recommending.METHODS[name] for name in ("popularity", "EASE")}
    monkeypatch.setattr(recommending, "METHODS", few)
    monkeypatch.setattr(recommending, "PAIRS", [("popularity", "popularity")])
    monkeypatch.setattr(recommending, "BLENDED", ["popularity"])
    monkeypatch.setattr(
        recommending, "best", lambda name: {"ridge": 100.0} if name == "EASE" else {}
    )
    row = recommending.test("temporal", 0)
    assert set(row["reports"]) == {"popularity", "EASE", "EASE and popularity"}
    mean, low, high = row["differences"]["popularity - EASE"]
    expected = row["reports"]["popularity"]["ndcg"][0] - row["reports"]["EASE"]["ndcg"][0]
    assert low < mean < high and mean == pytest.approx(expected)


def test_genres_as_a_table():
    some = (Film("A", 2000, ("Drama", "War")), Film("B", 2001, ()), Film("C", 2002, ("Action",)))
    expected = [[0, 1, 1], [0, 0, 0], [1, 0, 0]]
    np.testing.assert_array_equal(recommending.genre_table(some), expected)


def test_best_needs_trials():
    with pytest.raises(ValueError, match="no trials of 'EASE'.*run.py train recommending"):
        recommending.best("EASE", rows=[{"setting": "choose BPR"}])
    rows = [
        {"setting": "choose EASE", "settings": {"ridge": ridge}, "ndcg": [ndcg, ndcg]}
        for ridge, ndcg in ((1.0, 0.1), (2.0, 0.3), (3.0, 0.2))
    ]
    assert recommending.best("EASE", rows) == {"ridge": 2.0}


def test_what_is_shipped_is_complete():
    rows = recommending.load()
    found = {(row["setting"], row["seed"]) for row in rows}
    assert len(found) == len(rows)
    for name, method in recommending.METHODS.items():
        assert {(f"choose {name}", trial) for trial in range(method.trials)} <= found
    for order in ratings.ORDERS:
        assert {(f"test {order}", seed) for seed in range(recommending.SPLITS)} <= found


def test_shipped_trials_are_those_that_the_script_draws():
    for row in recommending.load():
        what, name = row["setting"].split(" ", 1)
        if what == "choose":
            drawn = recommending.drawn(name, row["seed"])
            assert {key: row["settings"][key] for key in drawn} == drawn


# What lesson 09 says of it


NOTHING_ELSE = ("CFGAN - CFGAN, no game", "iCFGAN - iCFGAN, no game")  # to learn from


def rows_of(order):
    return [row for row in recommending.load() if row["setting"] == f"test {order}"]


def test_five_trainings_beat_ease_on_every_random_split():
    game = "5 x iCFGAN + likes"
    for row in rows_of("random"):
        assert row["differences"][f"{game} - EASE"][1] > 0, "the low end of the interval"
        assert row["differences"][f"EASE and {game} - EASE"][1] > 0
        share = {name: row["reports"][name]["tail_share"] for name in (game, "EASE")}
        assert share[game] > 1.7 * share["EASE"]
    means = [row["reports"][game]["ndcg"][0] for row in rows_of("random")]
    assert np.mean(means) > 0.3


def test_time_levels_almost_all():
    """On temporal splits no single recommender is far ahead of EASE."""
    for row in rows_of("temporal"):
        for name, (mean, _, _) in row["differences"].items():
            assert mean < 0.01 or name in NOTHING_ELSE, name


def test_the_game_of_picks_is_level_with_ease_and_a_little_above_its_ablation():
    found = [row["differences"] for row in rows_of("random")]
    for each in found:
        _, low, high = each["IRGAN - EASE"]
        assert low < 0 < high
    assert sum(each["IRGAN - EASE"][0] > 0 for each in found) == 2
    gains = np.array([each["IRGAN - IRGAN, no game"] for each in found])
    assert gains[:, 0].min() > 0.002 and gains[:, 0].max() < 0.01
    assert np.sum(gains[:, 1] > 0) == 2
    steps = [
        row["reports"]["IRGAN, no game"]["ndcg"][0] - row["reports"]["BPR"]["ndcg"][0]
        for row in rows_of("random")
    ]
    assert np.mean(steps) > 2 * gains[:, 0].mean(), "most of it is more training"


def test_the_game_alone_loses_to_the_likes_person_by_person_and_not_film_by_film():
    found = [row["differences"] for row in rows_of("random")]
    for each in found:
        assert each["CFGAN - CFGAN, likes instead"][2] < 0, "the high end of the interval"
        assert each["CFGAN - EASE"][2] < 0
        assert each["iCFGAN - EASE"][0] > 0
        assert each["iCFGAN - the same, no game"][2] > 0
        assert each["EASE and CFGAN - EASE"][1] > 0
    assert sum(each["iCFGAN - EASE"][1] > 0 for each in found) == 3
    assert sum(each["iCFGAN - the same, no game"][1] > 0 for each in found) == 2
    assert sum(each["iCFGAN + likes - the same, no game"][1] > 0 for each in found) == 2
    reports = [row["reports"] for row in rows_of("random")]
    assert all(each["CFGAN"]["ndcg"][0] > each["BPR"]["ndcg"][0] for each in reports)


def test_the_papers_games_have_nothing_else_to_learn_from():
    for name in ("CFGAN, no game", "iCFGAN, no game"):
        found = [row["reports"][name]["ndcg"][0] for row in rows_of("random")]
        assert max(found) < 0.025 and np.mean(found) < 0.02
