"""One field being written: keys and strokes become letters, candidates and words. No Kivy, no waiting.

What was entered so far lives in ``entry`` (the page keeps it when it is drawn anew). The field shows the
words and behind them the letters that are not hanzi yet, and that is what is answered: nothing is guessed
on the way out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

from screens.input.desk import Desk, Method
from screens.input.messages import Look, Point, Read, Reply, Take, Taken, Words

#: Letters that wait to become hanzi; a whole address with its street has about 30.
MOST_LETTERS: Final = 36
#: Strokes of one hanzi: the most complicated of GB 18030's first level has 36.
MOST_STROKES: Final = 48
SEPARATOR: Final = "'"


class Entry(Protocol):
    """Where what was entered is kept."""

    draft: str
    letters: str
    strokes: list[list[Point]]


class Writer:
    """Writes into one entry.

    ``changed`` follows every change of the words or letters, ``offered`` every change of the candidates.
    """

    def __init__(
        self,
        entry: Entry,
        desk: Desk,
        longest: int,
        *,
        changed: Callable[[], None],
    ) -> None:
        self.entry = entry
        self.candidates: tuple[str, ...] = ()
        self.more = False
        self.offered: Callable[[], None] = lambda: None
        self._desk = desk
        self._longest = longest
        self._changed = changed
        self._closed = False
        self._offered_for = ""

    def __repr__(self) -> str:
        return "Writer()"  # nothing of what is written

    @property
    def words(self) -> str:
        """Everything that stands in the field, as it is answered and searched for."""
        return (self.entry.draft + self.entry.letters)[: self._longest]

    def open(self) -> None:
        """Go on with what the entry holds: candidates for its letters or strokes."""
        if self.entry.strokes:
            self._read()
        else:
            self._look()

    def close(self) -> None:
        """The page is gone; late answers are nobody's."""
        self._closed = True

    def switch(self, method: Method) -> None:
        """Write otherwise from now on. Letters wait for a hanzi by hand; elsewhere they stay letters."""
        if method == "letters":
            self._settle()
        self.entry.strokes.clear()
        self._desk.choose(method)

    # -- keys

    def letter(self, key: str) -> None:
        """A letter or ``'`` of pinyin."""
        letters = self.entry.letters
        if len(letters) >= MOST_LETTERS or (key == SEPARATOR and (not letters or letters[-1] == key)):
            return
        if len(self.entry.draft) + len(letters) < self._longest:
            self.entry.letters += key
            self._changed()
            self._look()

    def character(self, key: str) -> None:
        """A character as it is: letters and digits of the letter keyboard, the space."""
        self._settle()
        self.entry.draft = (self.entry.draft + key)[: self._longest]
        self._changed()

    def space(self) -> None:
        """The first candidate where something waits for one, else a space."""
        if self.candidates:
            self.choose(0)
        else:
            self.character(" ")

    def backspace(self) -> None:
        """One stroke, letter or character less, whichever came last."""
        if self.entry.strokes:
            self.undo_stroke()
            return
        if self.entry.letters:
            self.entry.letters = self.entry.letters[:-1]
        else:
            self.entry.draft = self.entry.draft[:-1]
        self._changed()
        self._look()

    def clear(self) -> None:
        """Nothing is left of anything."""
        self.entry.draft = self.entry.letters = ""
        self.entry.strokes.clear()
        self._offer(())
        self._changed()

    # -- strokes

    def stroke(self, points: list[Point]) -> None:
        """One more stroke of the hanzi that is being written."""
        if points and len(self.entry.strokes) < MOST_STROKES:
            self.entry.strokes.append(points)
            self._read()

    def undo_stroke(self) -> None:
        """The last stroke was none."""
        if self.entry.strokes:
            self.entry.strokes.pop()
            self._read()

    def rewrite(self) -> None:
        """The hanzi is begun again."""
        self.entry.strokes.clear()
        self._read()

    # -- candidates

    def choose(self, index: int) -> None:
        """This candidate it is: it takes the place of its letters, or of the strokes and all letters."""
        if index >= len(self.candidates):
            return
        if self.entry.strokes:
            self.entry.draft = (self.entry.draft + self.candidates[index])[: self._longest]
            self.entry.letters = ""
            self.entry.strokes.clear()
            self._offer(())
            self._changed()
            return
        letters = self._offered_for  # a key pressed since is not among what the candidates stand for
        self._desk.ask(Take(letters, index), lambda said: self._take(letters, said))

    def get_more(self) -> None:
        """Ask for the candidates behind those that are there."""
        known = self.candidates
        if self.more:
            self._desk.ask(Look(self._offered_for, len(known)), lambda said: self._append(known, said))

    def _take(self, letters: str, said: Reply | None) -> None:
        # What was typed behind the letters meanwhile stays behind them; deleted ones stay deleted.
        if self._closed or not isinstance(said, Taken) or not self.entry.letters.startswith(letters):
            return
        self.entry.letters = said.rest + self.entry.letters[len(letters) :]
        self.entry.draft = (self.entry.draft + said.text)[: self._longest]
        self._changed()
        self._look()

    def _append(self, known: tuple[str, ...], said: Reply | None) -> None:
        if isinstance(said, Words) and self.candidates is known:
            self._offer((*known, *said.words), more=said.more)

    def _look(self) -> None:
        letters = self.entry.letters
        if not letters:
            self._offer(())
            return
        self._desk.ask(Look(letters), lambda said: self._looked(letters, said))

    def _looked(self, letters: str, said: Reply | None) -> None:
        if self._closed or letters != self.entry.letters or self.entry.strokes:
            return
        self._offered_for = letters
        self._offer(said.words, more=said.more) if isinstance(said, Words) else self._offer(())

    def _read(self) -> None:
        strokes = tuple(tuple(stroke) for stroke in self.entry.strokes)
        if not strokes:
            self._look()
            return
        self._desk.ask(Read(strokes), lambda said: self._was_read(len(strokes), said))

    def _was_read(self, count: int, said: Reply | None) -> None:
        if not self._closed and count == len(self.entry.strokes):
            self._offer(said.words if isinstance(said, Words) else ())

    def _offer(self, words: tuple[str, ...], *, more: bool = False) -> None:
        if self._closed:
            return
        self.candidates, self.more = words, more
        self.offered()

    def _settle(self) -> None:
        """Letters that became no hanzi stay as they are: nothing that was entered is lost."""
        self.entry.draft = self.words
        self.entry.letters = ""
        self.entry.strokes.clear()
        self._offer(())
