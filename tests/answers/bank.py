"""How a bank of answers is written down."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """A student's answer; `word` is what the message must say, None for a right one."""

    task: str
    answer: object
    word: str | None

    @property
    def name(self):
        """What the answer is called in a report."""
        return f"{self.task}-{getattr(self.answer, '__name__', type(self.answer).__name__)}"


class Bank(list):
    """The answers for one lesson, each decorated with `wrong(task, word)` or `right(task)`."""

    def wrong(self, task, word):
        """Keep an answer that must be caught, by a message with this word in it."""
        return lambda answer: self._keep(task, answer, word)

    def right(self, task):
        """Keep an answer that must pass."""
        return lambda answer: self._keep(task, answer, None)

    def _keep(self, task, answer, word):
        self.append(Answer(task, answer, word))
        return answer
