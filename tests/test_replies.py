"""Measures of replies, each on texts for which the answer is known."""

import numpy as np
import pytest

from persogan_lessons.measures import replies

LOUD = [f"haha yes word{place} !" for place in range(60)]
QUIET = [f"indeed , word{place} ." for place in range(60)]
TEXTS, PERSONS = LOUD + QUIET, [0] * 60 + [7] * 60


def test_a_voice_is_recognised():
    judge = replies.VoiceJudge(TEXTS, PERSONS)
    assert judge.chance == 0.5
    assert list(judge.single(["haha no !", "indeed , no ."], [0, 7])) == [1, 1]
    assert list(judge.single(["haha no !", "indeed , no ."], [7, 0])) == [0, 0]


def test_ten_replies_say_more_than_one():
    for seed in range(5):
        random = np.random.default_rng(seed)
        persons = np.repeat([0, 1], 400)
        texts = ["haha" if random.random() < (0.65, 0.35)[who] else "well" for who in persons]
        judge = replies.VoiceJudge(texts[::2], persons[::2])
        single = judge.single(texts[1::2], persons[1::2]).mean()
        assert 0.55 < single < 0.75
        assert judge.pooled(texts[1::2], persons[1::2]).mean() > single + 0.05


def test_every_person_counts_alike():
    judge = replies.VoiceJudge(TEXTS, PERSONS)
    texts = ["haha !"] * 9 + ["haha !"]  # the last one is from the quiet person
    assert list(judge.single(texts, [0] * 9 + [7])) == [1, 0]


def test_too_few_to_pool_is_an_error():
    with pytest.raises(ValueError, match="nobody has 10 replies"):
        replies.VoiceJudge(TEXTS, PERSONS).pooled(["haha !"] * 9, [0] * 9)


def test_a_person_is_found_by_the_past():
    profiles = ["haha yes ! haha !", "indeed , well .", "tea tea tea"]
    assert (
        replies.person_retrieval(["haha !", "indeed .", "tea"], [0, 1, 2], profiles=profiles) == 1
    )
    assert replies.person_retrieval(["haha !", "indeed ."], [1, 0], profiles=profiles) == 0


def drawn(word, seed):
    random = np.random.default_rng(seed)
    return [" ".join(random.choice(["a1", "b1", word], 6)) for _ in range(150)]


def test_equal_words_cannot_be_told_apart_and_others_can():
    for seed in range(5):
        real = drawn("c1", seed)
        assert abs(replies.told_apart(drawn("c1", seed + 10), real) - 0.5) < 0.13
        assert replies.told_apart(drawn("d1", seed + 10), real) > 0.9


def test_distinct():
    assert replies.distinct(["a b a b"], 1) == 0.5
    assert replies.distinct(["a b", "c d"], 2) == 1
    assert replies.distinct(["a"], 2) == 0


def test_self_bleu():
    assert replies.self_bleu(["a b c d"] * 5) == pytest.approx(1)
    assert replies.self_bleu(["a b c", "d e f"]) < 1e-6
    assert 0.3 < replies.self_bleu(["a b c d", "a b c e"]) < 1


def test_copied():
    assert replies.copied(["a b", "c"], ["a b", "d"]) == 0.5


def test_variety_tells_collapse_from_health():
    real = [f"i like word{place} ." for place in range(50)]
    assert replies.variety(real, real).healthy
    collapsed = replies.variety(["i like tea ."] * 50, real)
    assert not collapsed.healthy and "collapsed: 1 different" in collapsed.words
    stuck = replies.variety([f"i like {f'word{place} ' * 3}" for place in range(50)], real)
    assert not stuck.healthy
    assert stuck.words == "stuck: 40% of words repeat one of their reply, in real ones 0%"
    noise = [f"x{place} y{place} z{place} u{place} v{place}" for place in range(50)]
    assert "falling apart" in replies.variety(noise, ["i like tea ."] * 25 + ["you do"] * 25).words
    with pytest.raises(ValueError, match="as many fakes as real"):
        replies.variety(real, real[:-1])


def test_perplexity_counts_equally_likely_words():
    assert replies.perplexity([5 * np.log(1 / 8)], [5]) == pytest.approx(8)


def test_a_reference_knows_what_is_usual():
    real = ["a b", "a b", "a c", "b"]
    reference = replies.Reference(real, trust=0.5)
    # After "a": b in two of three; alone 3 of the 11 words and ends, smoothed over 4 kinds and one.
    chance = 0.5 * 2 / 3 + 0.5 * (3 + 1) / (11 + 4 + 1)
    assert reference._chance("a", "b") == pytest.approx(chance)
    found = [reference.perplexity([text]) for text in ("a b", "b a", "d d")]
    assert found[0] < found[1] < found[2] < np.inf
    assert reference.perplexity([""]) > 1, "nothing said is a text, too"


def test_a_reference_is_a_distribution():
    reference = replies.Reference(["a b", "a c c"])
    for first in ("<start>", "a", "never seen"):
        kinds = ["a", "b", "c", "<end>", "anything else"]
        assert sum(reference._chance(first, each) for each in kinds) == pytest.approx(1)
    with pytest.raises(ValueError, match="at least one text"):
        reference.perplexity([])


def test_spread_covers_the_truth_as_often_as_it_says():
    for seed in range(5):
        values = np.random.default_rng(seed).normal(3, 1, (1000, 5))
        found = [replies.spread(row) for row in values]
        assert 0.92 < np.mean([abs(one.mean - 3) < one.half_width for one in found]) < 0.98
    assert str(replies.spread([1.0, 1.0])) == "1.000 ± 0.000"
    assert np.isnan(replies.spread([1.0]).half_width)
    with pytest.raises(ValueError, match="at least one number"):
        replies.spread([])


def test_texts_without_persons_are_refused():
    with pytest.raises(ValueError, match="as many persons as texts"):
        replies.VoiceJudge(["a"], [])
