"""The command that trains what is shipped, with the training itself made short."""

import shutil

import pytest

from persogan_lessons.course import checkpoints, recipes

SHIPPED = checkpoints.FOLDER


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoints, "FOLDER", tmp_path)
    return tmp_path


def test_every_model_has_a_recipe():
    assert set(recipes.RECIPES) == set(checkpoints.MODELS)


def test_the_named_model_is_trained_and_kept(folder, monkeypatch, capsys):
    monkeypatch.setitem(recipes.RECIPES, "digits", checkpoints.digit_gan)
    recipes.main(["digits"])
    assert [path.name for path in folder.iterdir()] == ["digits.npz"]
    assert "kB of weights" in capsys.readouterr().out


def test_a_wrong_name_trains_nothing(folder, monkeypatch, capsys):
    monkeypatch.setitem(recipes.RECIPES, "digits", lambda: pytest.fail("trained"))
    with pytest.raises(SystemExit) as stop:
        recipes.main(["digits", "cats"])
    assert stop.value.code == 2 and "'cats'" in capsys.readouterr().err


@pytest.mark.parametrize("name", recipes.STUDIES)
def test_a_study_is_one_of_the_names(name, folder, monkeypatch):
    asked = []
    monkeypatch.setattr(recipes.STUDIES[name], "complete", lambda: asked.append(name))
    recipes.main([name])
    assert asked == [name] and not list(folder.iterdir())


@pytest.mark.parametrize("name", recipes.RECIPES)
def test_each_recipe_runs(name, folder, monkeypatch):
    """One step of each: enough to see that it is put together rightly."""
    if name == "history":  # goes on with two that are shipped
        for each in ("classifier", "taste"):
            shutil.copy(SHIPPED / f"{each}.npz", folder)
    model_class = type(checkpoints.build(name))
    fit = model_class.fit
    brief = {"epochs": 1, "steps_per_epoch": 1, "verbose": 0, "validation_data": None}

    def short(self, *data, **options):
        return fit(self, *data, **options | brief)

    monkeypatch.setattr(model_class, "fit", short)
    monkeypatch.setattr(recipes, "PEOPLE", 10)
    checkpoints.save(name, recipes.RECIPES[name]())
    checkpoints.load(name)
