"""Talking: one question to two people, and conversations drawn as bubbles.

The widget works on ipywidgets 7 and 8, and by keyboard. A model writes replies in numbers with
`generate(profiles, history, seed=..., temperature=...)`, and a vocabulary turns texts into numbers
and back with `profile(lines)`, `history(turns)`, `texts(replies)` and `unknown(text)`. What is said
stays in the notebook and ends with it.
"""

import functools
import html

import ipywidgets
import matplotlib.pyplot as plt

TEMPERATURE = 0.5  # of a reply: hardly a slip, and still not always the same words
SPOKEN, ASKED = "#dbe9f6", "#eeeeee"  # behind the person's words, and behind the other's
WIDE, TURN = 3.8, 0.42  # inches: of a conversation, and for one turn of it

WORDS = {  # all that a reader sees, for translators
    "who": "Who?",
    "past": "What this person has said before, a line each. Change it, and it is somebody else:",
    "ask": "Say something to both:",
    "say": "Say it",
    "forget": "Start again",
    "empty": "Nothing was said yet: write a question, then press the button.",
    "unknown": "These words are new to the model: {}. It answers from what is left.",
}


def answer(model, vocabulary, *, profile, history, seed=0):
    """What somebody replies.

    Args:
        model: a `Replier`.
        vocabulary: its words.
        profile: what this person has said before, a list of texts, may be empty.
        history: the turns of the conversation, the last one to be answered, may be empty.
        seed: a whole number; another seed may find other words.

    Returns:
        A text; it may be empty.

    Raises:
        ValueError: for anything but texts.
    """
    numbers = model.generate(
        vocabulary.profile(profile)[None],
        vocabulary.history(history)[None],
        seed=seed,
        temperature=TEMPERATURE,
    )
    return vocabulary.texts(numbers)[0]


def talk(model, vocabulary, *, people):
    """A window in which the same words are said to two people, who answer each in their own way.

    Args:
        model: as `answer` takes it.
        vocabulary: likewise.
        people: {name: what this person has said before}, two or more.

    Returns:
        A `Talk` to show as the last line of a cell.

    Raises:
        ValueError: for fewer than two people.
    """
    return Talk(model, vocabulary, people=people)


class Talk(ipywidgets.VBox):
    """What `talk` returns, with the same arguments."""

    def __init__(self, model, vocabulary, *, people):
        if len(people) < 2:
            raise ValueError(f"two people are needed to compare; got {len(people)}")
        self._model, self._vocabulary = model, vocabulary
        self._partners = [_Partner(people, name) for name in list(people)[:2]]
        self._text = ipywidgets.Text(layout=ipywidgets.Layout(width="400px"))
        self._message = ipywidgets.Label()
        buttons = [_button("say", self.say), _button("forget", self.forget)]
        line = ipywidgets.HBox([self._text, *buttons])
        boxes = ipywidgets.HBox([each.box for each in self._partners])
        super().__init__([boxes, ipywidgets.Label(WORDS["ask"]), line, self._message])

    @property
    def conversations(self):
        """What was said with each of the two, the oldest turn first."""
        return [tuple(each.turns) for each in self._partners]

    def say(self):
        """Say the text in the line to both, and show what they answer."""
        text = self._text.value.strip()
        self._message.value = self._remark(text)
        if text:
            for each in self._partners:
                each.hear(text, functools.partial(answer, self._model, self._vocabulary))
            self._text.value = ""

    def forget(self):
        """Begin both conversations anew."""
        self._message.value = ""
        for each in self._partners:
            each.forget()

    def _remark(self, text):
        if not text:
            return WORDS["empty"]
        unknown = list(dict.fromkeys(self._vocabulary.unknown(text)))
        return WORDS["unknown"].format(" ".join(unknown[:8])) if unknown else ""


class _Partner:
    """One of the two: who it is, what was said before, and the conversation."""

    def __init__(self, people, name):
        self._people, self.turns = people, []
        wide = ipywidgets.Layout(width="330px")
        self._who = ipywidgets.Dropdown(options=list(people), value=name, layout=wide)
        self._past = ipywidgets.Textarea(layout=ipywidgets.Layout(width="330px", height="130px"))
        self._shown = ipywidgets.HTML(layout=wide)
        self._who.observe(self._become, names="value")
        labels = [ipywidgets.Label(WORDS[each], layout=wide) for each in ("who", "past")]
        parts = [labels[0], self._who, labels[1], self._past, self._shown]
        self.box = ipywidgets.VBox(parts, layout=ipywidgets.Layout(margin="0 16px 0 0"))
        self._become()

    def hear(self, text, respond):
        """Hear a text and answer it, whatever was said before; each time in other words."""
        self.turns.append(text)
        past = [line for line in self._past.value.splitlines() if line.strip()]
        reply = respond(profile=past, history=[text], seed=len(self.turns))
        self.turns.append(reply or "...")
        self._show()

    def forget(self):
        """Begin the conversation anew."""
        self.turns = []
        self._show()

    def _become(self, _=None):
        self._past.value = "\n".join(self._people[self._who.value])
        self.forget()

    def _show(self):
        lines = [
            f'<div style="background:{SPOKEN if place % 2 else ASKED};margin:3px;padding:4px 8px;'
            f'border-radius:8px;color:black">{html.escape(text)}</div>'
            for place, text in enumerate(self.turns)
        ]
        self._shown.value = "".join(lines[-8:])


def bubbles(conversations):
    """Draw conversations side by side, the last words of each being the person's reply.

    Args:
        conversations: {title: turns, the oldest first}, at least one.
    """
    longest = max(len(turns) for turns in conversations.values())
    size = WIDE * len(conversations), TURN * (longest + 1)
    figure, panels = plt.subplots(1, len(conversations), figsize=size, squeeze=False)
    for axes, (title, turns) in zip(panels[0], conversations.items(), strict=True):
        axes.set(xlim=(0, 1), ylim=(longest - 0.3, -0.7), title=title)
        axes.axis("off")
        for place, text in enumerate(turns, longest - len(turns)):
            _bubble(axes, text, place, spoken=(longest - place) % 2 == 1)
    figure.tight_layout()
    plt.show()


def _bubble(axes, text, place, *, spoken):
    """One turn: the person's at the right, the other's at the left."""
    box = {"boxstyle": "round,pad=0.4", "facecolor": SPOKEN if spoken else ASKED, "linewidth": 0}
    x, side = (1, "right") if spoken else (0, "left")
    axes.text(x, place, text, ha=side, va="center", bbox=box, fontsize=9)


def _button(name, act):
    button = ipywidgets.Button(description=WORDS[name])
    button.on_click(lambda _: act())
    return button
