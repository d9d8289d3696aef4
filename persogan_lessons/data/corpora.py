"""What real people wrote: English conversations to learn a voice from, Chinese pairs to look up.

`people` reads `chitchat-dataset` (MIT licence): 7168 conversations of 1315 people who go by
pseudonyms. Only words that at least ten of them use are kept, so that no name or address survives,
and turns with a word of the block list are left out. Nobody's identifier leaves this module.
`pairs` reads the Chinese part of `chatterbot-corpus`: too little to generate from, enough to
search.
"""

import functools
import hashlib
import importlib.util
import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import NamedTuple

import numpy as np

from persogan_lessons.data.dialogues import RARE, TURNS, Exchange, Vocabulary, words

SPEAKERS = 10  # that a word has to be used by
VOCABULARY, LENGTH = 1500, 16  # words known, and words of a turn
CONVERSATIONS = 3  # that a person has to have had
NEW_PEOPLE, TALKATIVE = 40, 10  # on whom nothing is trained, and how many conversations they had
PROFILE = 30  # past replies that tell a voice
PROFILES = 3  # drawn for each half of a person's conversations
SHORTEST = 3  # words of a reply that can show a voice
SHA256 = {
    "chitchat_dataset": "d2a5d0bf6acf354fef51f3af39cbece2220d3b8f6086b658c3d335105798312a",
    "chatterbot_corpus": "407f4e76d1716f4bfcde3743132965d3b1c82b52c2e431ba3abcccb613cc1afe",
}
# Turns with one of these are left out: insults, sex, drugs, violence, and creeds to quarrel over.
BLOCKED = """
alcohol ass asshole bastard beer bitch bitches blood bomb boob boobs breast bullshit cocaine
crap cunt damn damned dead death democrat democrats dick die died drug drugs drunk dumb dyke
dying fag faggot fuck fucked fucking gay god gun guns hate hell heroin hitler hooker idiot
idiots jerk jesus jew jews kill killed killing lesbian marijuana moron murder muslim muslims
naked nazi nazis nigga nigger nude penis piss pissed poop porn pregnant prostitute pussy racist
rape raped republican republicans retard retarded sex sexual sexy shit shitty shoot slut
stupid suck sucked sucks suicide terrorist terrorists trump vagina virgin vodka weed whiskey
whore wine
"""
BLOCKED = frozenset(words(BLOCKED))


class Talk(NamedTuple):
    """One conversation: who spoke, and what, turn by turn."""

    speakers: tuple
    turns: tuple


class Group(NamedTuple):
    """Some people's replies, in three parts that share no conversation.

    Attributes:
        learning: exchanges to train a generator on; empty for people never seen.
        judging: exchanges to fit a judge of voices on.
        testing: exchanges to reply to; their profiles come from conversations that no judge reads.
    """

    learning: list
    judging: list
    testing: list


def vocabulary():
    """The `Vocabulary` of the commonest 1500 decent words that at least ten people use."""
    return Vocabulary(_common_words(), LENGTH)


@functools.cache
def people(split="train"):
    """Exchanges of real people with at least three conversations.

    Args:
        split: "train", or "test" for 40 people on whom nothing is trained, who had at least ten.

    Returns:
        A `Group`. Persons are numbers from 0 that mean nothing outside of it; the same number is
        the same person in its three parts. The profile of an exchange is 30 replies from other
        conversations.

    Raises:
        ValueError: for another split.
        ImportError: where the package with the conversations is not installed.
        OSError: where its file is not the one that the lesson was made with.
    """
    if split not in ("train", "test"):
        raise ValueError(f"split must be 'train' or 'test'; got {split!r}")
    random = np.random.default_rng(0)
    spoken = _by_speaker()
    talkative = [who for who in sorted(spoken) if len(spoken[who]) >= TALKATIVE]
    new = list(random.permutation(talkative)[:NEW_PEOPLE])
    chosen = new if split == "test" else random.permutation(sorted(set(spoken) - set(new)))
    parts = [_parts(random, spoken[who], number, split) for number, who in enumerate(chosen)]
    return Group(*(sum(part, []) for part in zip(*parts, strict=True)))


def pairs():
    """Chinese questions and answers, `(question, answer)`, each pair once."""
    import yaml

    folder = _package("chatterbot_corpus") / "data" / "chinese"
    files = sorted(folder.glob("*.yml"))
    content = [path.read_bytes() for path in files]
    _verify("chatterbot_corpus", b"".join(content))
    found = {}
    for text in content:
        for question, *answers in yaml.safe_load(text)["conversations"]:
            for answer in answers:
                if words(str(question)) and words(str(answer)):
                    found[str(question), str(answer)] = None
    return list(found)


# ---- people ----------------------------------------------------------------------------------


def _parts(random, talks, number, split):
    """Three lists of exchanges of one person: two thirds of the talks, a sixth, a sixth."""
    order = random.permutation(len(talks))
    learned, judged = 2 * len(order) // 3, 5 * len(order) // 6
    places = order[:learned], order[learned:judged], order[judged:]
    learned, judged, tested = ([talks[place] for place in some] for some in places)
    if split == "test":  # nothing is learned from them, so a judge can read more
        known = _profiles(random, judged)
        return [], _exchanges(learned, known, number), _exchanges(tested, known, number)
    one, other = learned[::2], learned[1::2]
    known = _profiles(random, one), _profiles(random, other)
    learning = _exchanges(one, known[1], number) + _exchanges(other, known[0], number)
    both = known[0] + known[1]
    return learning, _exchanges(judged, both, number), _exchanges(tested, both, number)


def _profiles(random, talks):
    """A few draws of 30 of the replies in some talks."""
    said = [reply for talk in talks for _, reply in talk] or [""]
    count = min(PROFILE, len(said))
    draws = [random.permutation(len(said))[:count] for _ in range(PROFILES)]
    return [tuple(said[place] for place in draw) for draw in draws]


def _exchanges(talks, profiles, number):
    """What a person replied in some talks, each with one of the profiles."""
    said = [each for talk in talks for each in talk]
    return [
        Exchange(profiles[place % len(profiles)], history, reply, number)
        for place, (history, reply) in enumerate(said)
    ]


@functools.cache
def _by_speaker():
    """{speaker: [[(history, reply), ...] of each conversation]} of those who talked a lot."""
    spoken = defaultdict(list)
    for talk in _talks():
        for who in set(talk.speakers):
            spoken[who].append(_replies_of(talk, who))
    spoken = {who: [each for each in talks if each] for who, talks in spoken.items()}
    return {who: talks for who, talks in spoken.items() if len(talks) >= CONVERSATIONS}


def _replies_of(talk, who):
    """(the four turns before, the reply) wherever this person replies to something."""
    return [
        (talk.turns[max(0, place - TURNS) : place], talk.turns[place])
        for place in range(1, len(talk.turns))
        if talk.speakers[place] == who and len(talk.turns[place].split()) >= SHORTEST
    ]


@functools.cache
def _talks():
    """All conversations, without turns that hold a blocked word; RARE stands for rare words."""
    known, talks = set(_common_words()), []
    for spoken in _raw():
        decent = [(who, said) for who, said in spoken if BLOCKED.isdisjoint(said)]
        turns = [" ".join(word if word in known else RARE for word in said) for _, said in decent]
        talks.append(Talk(tuple(who for who, _ in decent), tuple(turns)))
    return talks


@functools.cache
def _common_words():
    """The words kept, the commonest first."""
    counts, users = Counter(), defaultdict(set)
    for spoken in _raw():
        for who, said in spoken:
            counts.update(said)
            for word in set(said):
                users[word].add(who)
    common = [word for word, _ in counts.most_common() if len(users[word]) >= SPEAKERS]
    return [word for word in common if word not in BLOCKED][: VOCABULARY - 4]


@functools.cache
def _raw():
    """Per conversation [(speaker, words)], one entry for each turn."""
    content = (_package("chitchat_dataset") / "dataset.json").read_bytes()
    _verify("chitchat_dataset", content)
    return [
        [
            (turn[0]["sender"], words(" ".join(part["text"] for part in turn)))
            for turn in talk["messages"]
        ]
        for talk in json.loads(content).values()
    ]


# ---- packages --------------------------------------------------------------------------------


def _package(name):
    """The folder of an installed package."""
    found = importlib.util.find_spec(name)
    if found is None:
        raise ImportError(
            f"the conversations come with the package {name.replace('_', '-')}, which is not "
            'installed. Run: pip install "persogan_lessons[data]"'
        )
    return Path(found.submodule_search_locations[0])


def _verify(name, content):
    """Refuse a file whose content is not the one that the lesson was made with."""
    found = hashlib.sha256(content).hexdigest()
    if found != SHA256[name]:
        raise OSError(
            f"the data of {name} are not those that this lesson was made with: SHA-256 should be "
            f"{SHA256[name][:12]}..., got {found[:12]}... Install again: "
            'pip install --force-reinstall "persogan_lessons[data]"'
        )
