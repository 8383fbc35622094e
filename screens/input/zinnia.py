"""Strokes to hanzi with zinnia, through its C interface (``zinnia.h`` of 0.06) and Tegaki's model.

The model knows 6763 hanzi (GB 2312), each from one sample in one order of strokes. So what was written is
centred and scaled as its samples are, and asked again in the two orders in which people and samples differ
most.
"""

from __future__ import annotations

import ctypes
from ctypes import c_char_p, c_int, c_size_t, c_void_p
from functools import cached_property
from pathlib import Path
from typing import Any, Final

LIBRARY: Final = "libzinnia.so.0"
Strokes = list[list[tuple[int, int]]]

BOX: Final = 1000
MARGIN: Final = 60
#: As many of the first answer stay in front; after them the best of the other orders of strokes.
FRONT, OTHERS = 6, 2
#: Written as large as the box, the mouth looks to the model like the frame that nobody writes.
LOOKS_LIKE: Final = {"囗": "口"}


class ZinniaError(Exception):
    """The library or its model cannot be used."""


class Zinnia:
    """One model, opened (mapped into memory) with the first hanzi: many never write by hand.

    Raises:
        ZinniaError: the library or the model is missing; once opened, that it is damaged.
    """

    def __init__(self, model: Path) -> None:
        try:
            self._library: Any = ctypes.CDLL(LIBRARY)
        except OSError as error:
            raise ZinniaError(f"{LIBRARY} cannot be loaded: {error}") from None
        if not model.is_file():
            raise ZinniaError(f"{model} is missing")
        self._model = model
        self._declare()

    @cached_property
    def _recognizer(self) -> Any:
        recognizer = self._library.zinnia_recognizer_new()
        if not self._library.zinnia_recognizer_open(recognizer, bytes(self._model)):
            raise ZinniaError(f"{self._model} is no model of zinnia")
        return recognizer

    def _declare(self) -> None:
        for name, result, *arguments in (
            ("recognizer_new", c_void_p),
            ("recognizer_open", c_int, c_void_p, c_char_p),
            ("recognizer_classify", c_void_p, c_void_p, c_void_p, c_size_t),
            ("character_new", c_void_p),
            ("character_set_width", None, c_void_p, c_size_t),
            ("character_set_height", None, c_void_p, c_size_t),
            ("character_add", c_int, c_void_p, c_size_t, c_int, c_int),
            ("character_destroy", None, c_void_p),
            ("result_size", c_size_t, c_void_p),
            ("result_value", c_char_p, c_void_p, c_size_t),
            ("result_destroy", None, c_void_p),
        ):
            function = getattr(self._library, f"zinnia_{name}")
            function.restype, function.argtypes = result, arguments

    def recognise(self, strokes: Strokes, count: int) -> list[str]:
        """At most ``count`` hanzi that the strokes may be, the likeliest first. y grows downwards."""
        strokes = centred([stroke for stroke in strokes if stroke])
        if not strokes:
            return []
        first = self.classify(strokes, count)
        others = [self.classify(order, OTHERS) for order in other_orders(strokes)]
        found = [*first[:FRONT], *(hanzi for answer in others for hanzi in answer), *first[FRONT:]]
        return list(dict.fromkeys(LOOKS_LIKE.get(hanzi, hanzi) for hanzi in found))[:count]

    def classify(self, strokes: Strokes, count: int) -> list[str]:
        """What the model says of strokes in one order, centred and scaled already."""
        z = self._library
        character = z.zinnia_character_new()
        z.zinnia_character_set_width(character, BOX)
        z.zinnia_character_set_height(character, BOX)
        for number, stroke in enumerate(strokes):
            for x, y in stroke:
                z.zinnia_character_add(character, number, x, y)
        result = z.zinnia_recognizer_classify(self._recognizer, character, count)
        z.zinnia_character_destroy(character)
        if not result:
            return []
        found = [z.zinnia_result_value(result, i).decode() for i in range(z.zinnia_result_size(result))]
        z.zinnia_result_destroy(result)
        return found


def centred(strokes: Strokes) -> Strokes:
    """The strokes in the middle of the box and as large as it, their proportions kept."""
    xs = [x for stroke in strokes for x, _ in stroke]
    ys = [y for stroke in strokes for _, y in stroke]
    if not xs:
        return []
    scale = (BOX - 2 * MARGIN) / max(max(xs) - min(xs), max(ys) - min(ys), 1)
    middle_x, middle_y = (max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2
    return [
        [
            (round((x - middle_x) * scale + BOX / 2), round((y - middle_y) * scale + BOX / 2))
            for x, y in stroke
        ]
        for stroke in strokes
    ]


def other_orders(strokes: Strokes) -> list[Strokes]:
    """The same strokes, the first two exchanged (水, 山), and the last one second (a frame: 医, 区)."""
    orders = []
    if len(strokes) > 1:
        orders.append([strokes[1], strokes[0], *strokes[2:]])
    if len(strokes) > 2:
        orders.append([strokes[0], strokes[-1], *strokes[1:-1]])
    return orders
