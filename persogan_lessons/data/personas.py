"""Invented people who talk by a small grammar, so that a reply is right or wrong for a person.

A person has a name, a tone, a habit of speech and four favourites. Past replies show them; now and
then a conversation shows that a favourite is another one today. Whoever replies has to find the
answer in the past replies or earlier in the conversation, and to say it as this person would.
There is an English grammar and a Chinese one. Nobody real is behind these people.
"""

import functools
import zlib
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from persogan_lessons.data.dialogues import Exchange, Vocabulary, plain, words

SPLITS = ("train", "test")
TESTED = 5  # of so many possible people one is a test person
TONES = ("formal", "casual")
TOPICS = ("drink", "food", "animal", "sport")
NAME, RECALL = "name", "recall"  # what may be asked besides the topics
LENGTH = 18  # words of the longest text, and the end
CHANGED = 0.3  # the share of questions about a favourite that is another one today


class Language(NamedTuple):
    """The words of one grammar; `{}` is the place of a name, a favourite or a question."""

    names: tuple
    favourites: dict  # topic: the things that one may like
    asked: dict  # what one may ask: the same as reported later
    habits: dict  # tone: how such people begin
    replies: dict  # tone: {"favourite", NAME, RECALL: ways to say it}
    questions: dict  # topic, NAME or RECALL: ways to ask
    today: dict  # tone: ways to say that a favourite has changed
    fillers: tuple  # the other's words between, and the person's answer to them


ENGLISH = Language(
    names=tuple(
        [
            "Mira",
            "Tom",
            "Ana",
            "Ben",
            "Lucy",
            "Omar",
            "Ivy",
            "Leo",
            "Nina",
            "Sam",
            "Zoe",
            "Paul",
            "Eva",
            "Hugo",
            "Rosa",
            "Max",
        ]
    ),
    favourites={
        "drink": tuple(["tea", "coffee", "milk", "juice", "water", "cocoa", "lemonade", "cider"]),
        "food": tuple(["rice", "noodles", "soup", "bread", "pasta", "curry", "salad", "pancakes"]),
        "animal": tuple(["cats", "dogs", "birds", "fish", "horses", "rabbits", "turtles", "owls"]),
        "sport": tuple(
            ["football", "tennis", "chess", "running", "swimming", "cycling", "climbing", "dancing"]
        ),
    },
    asked={
        "where do you live?": "where you live",
        "how old are you?": "how old you are",
        "what do you study?": "what you study",
        "when do you get up?": "when you get up",
        "who is your teacher?": "who your teacher is",
        "which book do you read?": "which book you read",
        "how was your day?": "how your day was",
        "why are you laughing?": "why you are laughing",
    },
    habits={
        "formal": ("well,", "indeed,", "certainly,", "my friend,"),
        "casual": ("haha", "hmm,", "yo,", "oh"),
    },
    replies={
        "formal": {
            "favourite": (
                "my preference is {}.",
                "I am very fond of {}.",
                "I would choose {}, thank you.",
            ),
            NAME: ("my name is {}.", "please call me {}.", "I am {}, pleased to meet you."),
            RECALL: ("I asked {}.", "my question was {}.", "I wanted to know {}, please."),
        },
        "casual": {
            "favourite": ("{}, obviously!", "I love {}!", "gotta be {}!"),
            NAME: ("I'm {}!", "call me {}!", "it's {}, hi!"),
            RECALL: ("just asked {}!", "was asking {}!", "wanna know {}!"),
        },
    },
    questions={
        "drink": ("what would you like to drink?", "what is your favourite drink?"),
        "food": ("what do you like to eat?", "what shall we cook for you?"),
        "animal": ("which animals do you like?", "what is your favourite animal?"),
        "sport": ("which sport do you like?", "what do you do in your free time?"),
        NAME: ("what is your name?", "who are you?"),
        RECALL: ("I am back. what did you ask me?", "sorry, what was your question?"),
    },
    today={
        "formal": ("today I prefer {}.", "these days it is {} for me."),
        "casual": ("today I want {}!", "now I'm all about {}!"),
    },
    fillers=(
        ("wait a moment, please.", "no problem."),
        ("the phone is ringing.", "take your time."),
        ("what a nice day.", "yes, it is."),
        ("I see.", "good."),
    ),
)

CHINESE = Language(
    names=tuple(
        [
            "小明",
            "小红",
            "丽丽",
            "大伟",
            "小雨",
            "阿强",
            "美兰",
            "建国",
            "小芳",
            "志远",
            "思思",
            "文杰",
            "佳佳",
            "海洋",
            "秀英",
            "天宇",
        ]
    ),
    favourites={
        "drink": tuple(["茶", "咖啡", "牛奶", "果汁", "清水", "可乐", "豆浆", "柠檬水"]),
        "food": tuple(["米饭", "面条", "饺子", "面包", "包子", "火锅", "沙拉", "豆腐"]),
        "animal": tuple(["猫", "狗", "小鸟", "金鱼", "马", "兔子", "乌龟", "熊猫"]),
        "sport": tuple(["足球", "网球", "象棋", "跑步", "游泳", "骑车", "爬山", "跳舞"]),
    },
    asked={
        "你住在哪里？": "你住在哪里",
        "你今年多大？": "你今年多大",
        "你学什么专业？": "你学什么专业",
        "你几点起床？": "你几点起床",
        "谁是你的老师？": "谁是你的老师",
        "你在看哪本书？": "你在看哪本书",
        "你今天过得怎么样？": "你今天过得怎么样",
        "你为什么笑？": "你为什么笑",
    },
    habits={
        "formal": ("您好，", "其实，", "是的，", "朋友，"),
        "casual": ("哈哈，", "嗯，", "喂，", "哎呀，"),
    },
    replies={
        "formal": {
            "favourite": ("我比较喜欢{}，谢谢您。", "我的选择是{}。", "我认为{}最合适。"),
            NAME: ("我的名字是{}。", "请叫我{}。", "我是{}，很高兴认识您。"),
            RECALL: ("我刚才请问{}。", "我的问题是{}。", "我想请教{}。"),
        },
        "casual": {
            "favourite": ("当然是{}啦！", "{}最棒了！", "我超爱{}！"),
            NAME: ("我叫{}！", "叫我{}吧！", "我就是{}呀！"),
            RECALL: ("就问问{}！", "刚问{}呢！", "想知道{}嘛！"),
        },
    },
    questions={
        "drink": ("你想喝什么？", "你最喜欢的饮料是什么？"),
        "food": ("你喜欢吃什么？", "我们给你做什么菜？"),
        "animal": ("你喜欢哪种动物？", "你最喜欢的动物是什么？"),
        "sport": ("你喜欢什么运动？", "你有空的时候做什么？"),
        NAME: ("你叫什么名字？", "你是谁？"),
        RECALL: ("我回来了，你刚才问我什么？", "对不起，你的问题是什么？"),
    },
    today={
        "formal": ("今天我更想要{}。", "最近我偏爱{}。"),
        "casual": ("今天就要{}！", "现在我迷上{}了！"),
    },
    fillers=(
        ("请等一下。", "没问题。"),
        ("电话响了。", "慢慢来。"),
        ("天气真好。", "对呀。"),
        ("我明白了。", "好。"),
    ),
)

LANGUAGES = {"english": ENGLISH, "chinese": CHINESE}


@dataclass(frozen=True)
class Person:
    """Somebody invented.

    Args:
        name: one of the names of the language.
        tone: "formal" or "casual".
        habit: how the person begins a reply, one of the habits of the tone.
        favourites: four things, a drink, a food, an animal (several of them) and a sport.
        language: "english" or "chinese".

    Raises:
        ValueError: for what the grammar has no words for.
    """

    name: str
    tone: str
    habit: str
    favourites: tuple[str, ...]
    language: str = "english"

    def __post_init__(self):
        _require("language", self.language, LANGUAGES)
        grammar = LANGUAGES[self.language]
        _require("name", self.name, grammar.names)
        _require("tone", self.tone, TONES)
        _require("habit", self.habit, grammar.habits[self.tone])
        if len(self.favourites) != len(TOPICS):
            raise ValueError(f"favourites must be one for each of {TOPICS}; got {self.favourites}")
        for topic, value in zip(TOPICS, self.favourites, strict=True):
            _require(f"favourite {topic}", value, grammar.favourites[topic])

    @property
    def split(self):
        """The split that this person belongs to, fixed by who the person is."""
        return SPLITS[
            zlib.crc32(repr(self).encode()) % TESTED == 0
        ]  # of five, one is a test person

    def fact(self, kind):
        """The favourite of a topic, or the name."""
        return self.name if kind == NAME else self.favourites[TOPICS.index(kind)]

    def says(self, kind, fact):
        """All replies by which this person would state a fact: three of them."""
        ways = LANGUAGES[self.language].replies[self.tone]
        return [self.begin(way.format(fact)) for way in ways.get(kind) or ways["favourite"]]

    def begin(self, text):
        """The text with this person's habit before it."""
        return self.habit + (" " if self.language == "english" else "") + text

    def profile(self, seed=0):
        """Five past replies: the name and the favourites, each said in one way or another."""
        random = np.random.default_rng(seed)
        return tuple(_one(random, self.says(kind, self.fact(kind))) for kind in (NAME, *TOPICS))


def sample(count, *, seed, split="train", language="english"):
    """Invented people; those of one split never are in the other.

    Args:
        count: how many.
        seed: a whole number; the same seed gives the same people.
        split: "train" or "test".
        language: "english" or "chinese".
    """
    _require("split", split, SPLITS)
    _require("language", language, LANGUAGES)
    random, people = np.random.default_rng(seed), []
    while len(people) < count:
        person = _person(random, language)
        if person.split == split:
            people.append(person)
    return people


def exchanges(people, each=4, *, seed=0):
    """Conversations of these people, each ending in a question and the person's right reply.

    Args:
        people: as `sample` returns them.
        each: questions to each person.
        seed: a whole number.

    Returns:
        A list of `Exchange`, `each` for the first person, then for the second.
    """
    random = np.random.default_rng(seed)
    return [_exchange(random, person) for person in people for _ in range(each)]


def right_fact(exchange, reply):
    """Does the reply state what is true of this person in this conversation, in plain grammar?"""
    found = read(reply, exchange.person.language)
    return found is not None and found.fact == exchange.answer


def right_tone(exchange, reply):
    """Does the reply have this person's tone? One that the grammar does not know has none."""
    found = read(reply, exchange.person.language)
    return found is not None and found.tone == exchange.person.tone


def right_habit(exchange, reply):
    """Does the reply begin as this person's replies do?"""
    found = read(reply, exchange.person.language)
    return found is not None and found.habit == exchange.person.habit


class Reading(NamedTuple):
    """What a reply says, and how."""

    tone: str
    habit: str
    fact: str


def read(reply, language="english"):
    """What a reply says, or None if the grammar has no such sentence."""
    return _sentences(language).get(plain(reply))


def known_words(*languages):
    """All words of the grammars named, sorted, for a `Vocabulary`."""
    found = set()
    for language in languages or LANGUAGES:
        _require("language", language, LANGUAGES)
        for text in _texts(LANGUAGES[language]):
            found.update(words(text.replace("{}", " ")))
    return sorted(found)


def vocabulary(*languages):
    """The `Vocabulary` of the languages named, or of all."""
    return Vocabulary(known_words(*languages), LENGTH)


def another(exchange, other):
    """The exchange with the past of somebody else: only the last turn and who is asked stay.

    Args:
        exchange: whose question, person and answer are kept.
        other: whose profile and earlier turns it gets.
    """
    history = (*other.history[:-1], exchange.history[-1])
    return Exchange(other.profile, history, exchange.reply, exchange.person, exchange.answer)


@functools.cache
def _sentences(language):
    """{sentence, plain: Reading} for everything that anybody can say."""
    grammar, found = LANGUAGES[language], {}
    facts = {NAME: grammar.names, RECALL: tuple(grammar.asked.values()), **grammar.favourites}
    for tone, ways in grammar.replies.items():
        for kind, values in facts.items():
            for way in ways.get(kind) or ways["favourite"]:
                for fact in values:
                    for habit in grammar.habits[tone]:
                        sentence = plain(f"{habit} {way.format(fact)}")
                        found[sentence] = Reading(tone, habit, fact)
    return found


def _texts(part):
    """Every text in a nest of tuples and dictionaries."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict):
        yield from _texts((*part, *part.values()))
    else:
        for inside in part:
            yield from _texts(inside)


def _one(random, some):
    return some[random.integers(len(some))]


def _person(random, language):
    grammar = LANGUAGES[language]
    tone = _one(random, TONES)
    favourites = tuple(_one(random, values) for values in grammar.favourites.values())
    habit = _one(random, grammar.habits[tone])
    return Person(_one(random, grammar.names), tone, habit, favourites, language)


def _exchange(random, person):
    """A question of some kind; what the person said two turns ago matters for some kinds."""
    grammar, kind = LANGUAGES[person.language], _one(random, (NAME, RECALL, RECALL, *2 * TOPICS))
    fact = None if kind == RECALL else person.fact(kind)
    if kind == RECALL:
        said = _one(random, tuple(grammar.asked))
        fact = grammar.asked[said]
    elif kind in TOPICS and random.random() < CHANGED:
        fact = _one(random, grammar.favourites[kind])
        said = person.begin(_one(random, grammar.today[person.tone]).format(fact))
    else:
        said = _one(random, grammar.fillers)[1]
    history = (said, *_one(random, grammar.fillers), _one(random, grammar.questions[kind]))
    profile = person.profile(random.integers(2**31))
    return Exchange(profile, history, _one(random, person.says(kind, fact)), person, fact)


def _require(name, value, allowed):
    if value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, allowed))}; got {value!r}")
