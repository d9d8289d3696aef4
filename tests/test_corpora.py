"""Real conversations: only those meant, only common and decent words, nobody's identifier."""

import hashlib
import json

import pytest

from persogan_lessons.data import corpora, dialogues

pytest.importorskip("chitchat_dataset")
pytest.importorskip("chatterbot_corpus")


@pytest.fixture(scope="module")
def groups():
    return {split: corpora.people(split) for split in ("train", "test")}


def texts(group):
    for part in group:
        for one in part[::50]:
            yield from (*one.profile, *one.history, one.reply)


def test_people_and_their_parts(groups):
    assert not groups["test"].learning
    assert {one.person for one in groups["test"].testing} <= set(range(corpora.NEW_PEOPLE))
    assert len({one.person for one in groups["test"].testing}) == corpora.NEW_PEOPLE
    assert len(groups["train"].learning) > 20_000
    for group in groups.values():
        judged = {(one.history, one.reply) for one in group.judging}
        tested = {(one.history, one.reply) for one in group.testing if len(one.reply) > 40}
        assert not judged & tested, "a conversation stands in one part"


def test_a_reply_is_not_in_its_own_profile(groups):
    for group in groups.values():
        for one in [*group.learning, *group.testing][::40]:
            if len(one.reply) > 40:
                assert one.reply not in one.profile


def test_only_common_and_decent_words_are_left(groups):
    known = set(corpora._common_words())
    assert len(known) == corpora.VOCABULARY - 4 and not known & corpora.BLOCKED
    for group in groups.values():
        for text in texts(group):
            assert set(text.split()) <= known | {dialogues.RARE}


def test_no_identifier_of_a_speaker_is_left(groups):
    identifiers = {who for spoken in corpora._raw() for who, _ in spoken}
    for group in groups.values():
        assert all(type(one.person) is int for part in group for one in part)
        assert not any(who in text for text in list(texts(group))[:300] for who in identifiers)


def test_histories_are_short_and_never_empty(groups):
    for group in groups.values():
        assert all(1 <= len(one.history) <= 4 for part in group for one in part)


def test_the_vocabulary_has_room_for_a_turn():
    assert corpora.vocabulary().size == corpora.VOCABULARY


def test_chinese_pairs():
    pairs = corpora.pairs()
    assert len(pairs) == len(set(pairs)) == 550
    assert all(dialogues.words(text) for pair in pairs for text in pair)


def test_an_unknown_split_is_refused():
    with pytest.raises(ValueError, match="'train' or 'test'; got 'all'"):
        corpora.people("all")


def test_another_file_is_refused(tmp_path, monkeypatch):
    (tmp_path / "dataset.json").write_text(json.dumps({}), encoding="utf-8")
    monkeypatch.setattr(corpora, "_package", lambda name: tmp_path)
    found = hashlib.sha256(b"{}").hexdigest()[:12]
    with pytest.raises(OSError, match=f"SHA-256 should be d2a5d0bf6acf.*got {found}"):
        corpora._raw.__wrapped__()


def test_a_missing_package_is_named():
    with pytest.raises(ImportError, match="no-such-thing, which is not installed"):
        corpora._package("no_such_thing")
