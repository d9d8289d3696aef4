"""A training that many share: TF_CONFIG is read, shares add up, and who is killed loses nothing."""

import json
import socket

import numpy as np
import pytest
import small_lesson

from persogan_lessons.course import train
from persogan_lessons.data import digits

RUN = {"batch_size": 8, "steps": 80, "seed": 3}


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Small lessons, and nobody's TF_CONFIG."""
    monkeypatch.setattr(train, "LESSONS", small_lesson.LESSONS)
    monkeypatch.delenv("TF_CONFIG", raising=False)


def config(index=0, kind="worker", **jobs):
    jobs = jobs or {"worker": ["127.0.0.1:2222", "127.0.0.1:2223"]}
    return json.dumps({"cluster": jobs, "task": {"type": kind, "index": index}})


# ---- TF_CONFIG -----------------------------------------------------------------------------------


def test_a_cluster_is_read():
    workers = ["127.0.0.1:2222", "127.0.0.1:2223"]
    assert train.cluster(config(1)) == (workers, 1)
    jobs = {"chief": ["a:1"], "worker": ["b:1", "c:1"]}
    assert train.cluster(config(0, "chief", **jobs)) == (["a:1", "b:1", "c:1"], 0)
    assert train.cluster(config(1, **jobs)) == (["a:1", "b:1", "c:1"], 2)
    assert train.cluster(None) == train.cluster("") == ([], 0)


@pytest.mark.parametrize(
    "text, words",
    [
        ("{", "not JSON"),
        ("[]", '"cluster" with "worker"'),
        ('{"task": {"type": "worker", "index": 0}}', '"cluster" with "worker"'),
        ('{"cluster": {"worker": ["a:1"]}}', '"task"'),
        (config(other=["a:1"]), "has no worker"),
        (config(2), "task 'worker' 2, but the cluster has 2"),
        (config(-1), "task 'worker' -1"),
        (config(0, "judge"), "task 'judge' 0, but the cluster has 0"),
        (config("first"), '"task"'),
        (config(worker=["a", "b:2"]), "'a' is not host:port"),
        (config(worker=["a:99999"]), "'a:99999' is not host:port"),
    ],
)
def test_a_wrong_tf_config_gets_one_clear_error(text, words, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("TF_CONFIG", text)
    with pytest.raises(SystemExit) as end:
        train.main(["--lesson", "06", "--steps", "80", "--folder", str(tmp_path)])
    lines = capsys.readouterr().err.strip().splitlines()
    assert end.value.code == 2 and list(tmp_path.iterdir()) == []
    assert "error: TF_CONFIG is wrong" in lines[-1] and words in lines[-1]
    assert text in lines[-1] and "unset TF_CONFIG" in lines[-1]


def test_a_port_that_is_taken_gets_one_clear_error(monkeypatch, tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        taken = [f"127.0.0.1:{port}", "127.0.0.1:1"]
        monkeypatch.setenv("TF_CONFIG", config(worker=taken))
        with pytest.raises(train.CannotTrain, match=f"port {port}, .* earlier worker"):
            train.train("06", tmp_path, **RUN)
    train.require_free(taken[0])


# ---- what else cannot be right -------------------------------------------------------------------


@pytest.mark.parametrize(
    "change, words",
    [
        ({"lesson": "05"}, "one of 06, 07; got '05'"),
        ({"steps": 100}, "a multiple of 80; got 100"),
        ({"steps": 0}, "a multiple of 80; got 0"),
        ({"batch_size": 1}, "whole number from 2; got 1"),
        ({"seed": -1}, "whole number from 0; got -1"),
        ({"seed": True}, "whole number from 0; got True"),
    ],
)
def test_a_run_that_cannot_be_is_refused(change, words, tmp_path):
    with pytest.raises(train.CannotTrain, match=words):
        train.train(folder=tmp_path, **{"lesson": "06"} | RUN | change)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("batch_size", [9, 2])
def test_unequal_shares_are_refused(batch_size):
    train.require_shares(8, replicas=2)
    with pytest.raises(train.CannotTrain, match=f"2 replicas share.*got {batch_size}"):
        train.require_shares(batch_size, replicas=2)


def test_a_folder_belongs_to_one_run(tmp_path):
    run = {"lesson": "06", **RUN}
    train.require_same_run(run, tmp_path / "new")
    train.require_same_run(run, tmp_path / "new")
    with pytest.raises(train.CannotTrain, match="holds another run.*'seed': 3.*'seed': 4"):
        train.require_same_run(run | {"seed": 4}, tmp_path / "new")
    (tmp_path / "file").write_text("")
    with pytest.raises(train.CannotTrain, match="cannot be used"):
        train.require_same_run(run, tmp_path / "file")


# ---- training ------------------------------------------------------------------------------------


def saved_after(folder, lesson):
    model = train.train(lesson, folder, **RUN)
    assert train.done(model) == train.steps_saved(folder) == 80
    return train.saved(folder)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The state after a training that nobody disturbed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(train, "LESSONS", small_lesson.LESSONS)
        patch.delenv("TF_CONFIG", raising=False)
        return saved_after(tmp_path_factory.mktemp("whole"), "07")


def interrupted(monkeypatch, folder, lesson):
    """Stop a training in the middle of its fourth tenth, as a killed process would."""
    batch_end, seen = train.Saving.on_train_batch_end, []

    def stop(self, batch, logs=None):
        seen.append(batch)
        if len(seen) == 4:  # eight steps each
            raise KeyboardInterrupt

    monkeypatch.setattr(train.Saving, "on_train_batch_end", stop)
    with pytest.raises(KeyboardInterrupt):
        train.train(lesson, folder, **RUN)
    monkeypatch.setattr(train.Saving, "on_train_batch_end", batch_end)
    assert train.steps_saved(folder) == 24


def test_who_is_stopped_loses_nothing(whole, monkeypatch, tmp_path):
    interrupted(monkeypatch, tmp_path / "stopped", "07")
    resumed = saved_after(tmp_path / "stopped", "07")
    for one, other in zip(resumed, whole, strict=True):
        np.testing.assert_array_equal(one, other)
    report = json.loads((tmp_path / "stopped" / train.REPORT).read_text())
    assert report["replicas"] == 1 and report["seconds_a_step"] > 0
    assert not list(tmp_path.rglob("*.part"))


def test_the_random_states_are_needed(whole, monkeypatch, tmp_path):
    """What Keras's own files hold is too little: other noise follows, and other weights."""
    everything = train.state
    monkeypatch.setattr(
        train,
        "state",
        lambda model: [each for each in everything(model) if "seed" not in each.path],
    )
    interrupted(monkeypatch, tmp_path, "07")
    resumed = saved_after(tmp_path, "07")
    assert len(resumed) == len(whole) - 2
    weights = ([each for each in some if each.dtype.kind == "f"] for some in (resumed, whole))
    assert max(np.abs(a - b).max() for a, b in zip(*weights, strict=True)) > 1e-3


def test_a_damaged_state_is_refused(tmp_path):
    np.savez(tmp_path / train.STATE, np.zeros(3), steps=8)
    with pytest.raises(train.CannotTrain, match="does not fit.*Delete it"):
        train.train("06", tmp_path, **RUN)
    content = (tmp_path / train.STATE).read_bytes()
    (tmp_path / train.STATE).write_bytes(content[: len(content) // 2])
    with pytest.raises(train.CannotTrain, match="cannot be read.*Delete it"):
        train.train("06", tmp_path, **RUN)


# ---- the lessons' own examples -------------------------------------------------------------------


def some_batches(lesson, seed, steps):
    _, batch = lesson(80)
    data = train.batches(batch, seed=seed, steps=steps, batch_size=16)
    return [[part.numpy() for part in pair] for pair in data]


def test_a_batch_of_lesson_06_is_a_function_of_seed_and_step():
    whole, rest = (some_batches(train.taste, 5, steps) for steps in (range(6), range(4, 6)))
    assert len(whole) == 6
    for one, other in zip(whole[4:], rest, strict=True):
        np.testing.assert_array_equal(one[0], other[0])
        np.testing.assert_array_equal(one[1], other[1])
    assert not np.array_equal(whole[4][0], whole[5][0])
    images, labels = digits.load()
    for image, wish in zip(*whole[0], strict=True):  # each wish is granted by its image
        assert labels[np.abs(images - image).max((1, 2, 3)).argmin()] == wish[:10].argmax()


def test_a_batch_of_lesson_07_holds_histories_of_all_lengths(monkeypatch):
    monkeypatch.setattr(train, "PEOPLE", 12)
    ((images, histories),) = some_batches(train.history, 5, range(1))
    assert images.shape == (16, 28, 28, 1) and histories.shape == (16, 32, 260)
    clicked = (histories != 0).any(-1)
    assert (np.diff(clicked.astype(int), axis=1) >= 0).all()  # zeros stand before the oldest
    assert len(set(clicked.sum(1))) > 4
