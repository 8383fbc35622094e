"""A certificate as sealed PDF: drawn, sealed, checked; against the same words by fpdf2 alone."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any, Final
from uuid import UUID

from fpdf import FPDF

from benchmarks.figures import Aim, Subject, spread
from hub.seals import paper
from hub.seals.certificate import draw_certificate
from hub.seals.checking import Verdict, check_seal
from hub.seals.demonstration import DemonstrationSeals
from hub.seals.sealing import seal_copy
from kiosk.wire import ResultCopy

TITLE: Final = "A result as sealed PDF"
HOW: Final = """\
A4, six lines, two languages, a seal drawn and signed (PAdES, ECDSA P-256 with a key on disk; a token adds
its own time). They take turns in one process that has made one of each before; processor time is counted.
fpdf2 writes the page in all of them; what it takes is mostly cutting the font down to the page's characters,
so set-up cuts faces of everyday characters for it. A name with other characters takes the whole face or, in
extensions B to F, the font of rare hanzi.
"""
_WHOLE: Final = "fpdf2 alone, the same words, the whole Noto Serif"
_DRAWN: Final = "our page, not sealed"
_SEALED: Final = "our page, sealed"
_RARE: Final = "our page, sealed, a rare hanzi in the name"
_CHECKED: Final = "checking the seal"


def seal(count: int) -> Subject:
    """Time to draw, to seal and to check, warm, in turns."""
    subject = Subject("seal", TITLE, ("what", "ms", "bytes"), how=HOW)
    with tempfile.TemporaryDirectory(prefix="yedeng-seal-") as folder:
        keys = DemonstrationSeals(Path(folder))
        keys.prepare()
        common, rare = _copy("李桂兰"), _copy("李䶮")
        sealed = seal_copy(common, keys).pdf
        trusted = keys.trusted()
        work: dict[str, Callable[[], bytes]] = {
            _WHOLE: lambda: _bare(common),
            _DRAWN: lambda: draw_certificate(common, demonstration=True).pdf,
            _SEALED: lambda: seal_copy(common, keys).pdf,
            _RARE: lambda: seal_copy(rare, keys).pdf,
        }
        taken: dict[str, list[float]] = {name: [] for name in (*work, _CHECKED)}
        sizes: dict[str, int] = {}
        for turn in range(count + 1):
            for name, make in work.items():
                begun = time.process_time()
                sizes[name] = len(make())
                if turn:
                    taken[name].append((time.process_time() - begun) * 1000)
            begun = time.process_time()
            assert check_seal(sealed, trusted).verdict is Verdict.INTACT
            taken[_CHECKED].append((time.process_time() - begun) * 1000)
    for name, times in taken.items():
        subject.rows.append((name, spread(times, digits=0), f"{sizes[name]:,}" if name in sizes else ""))
    subject.aims["sealed PDF, warm"] = Aim(median(taken[_SEALED]), 150.0, " ms")
    subject.aims["the seal itself, beside the page"] = Aim(
        median(taken[_SEALED]) / median(taken[_DRAWN]), 1.5, "x"
    )
    return subject


def _copy(name: str) -> ResultCopy:
    def line(zh: str, en: str, value: str) -> dict[str, Any]:
        return {"label": {"zh": zh, "en": en}, "value": value}

    return ResultCopy.model_validate(
        {
            "copy_id": UUID(int=1),
            "result_id": UUID(int=2),
            "copy_no": 1,
            "case_no": "3701-2026-000001",
            "title": {"zh": "社会保险参保证明", "en": "Proof of social insurance"},
            "lines": [
                line("姓名", "Name", name),
                line("社会保障号码", "Social security number", "110***********002X"),
                line("参保地", "Insured in", "灯河市"),
                line("险种", "Insurance", "城乡居民基本养老保险"),
                line("参保状态", "Status", "正常享受待遇"),
                line("参保时间", "Insured since", "2011-07"),
            ],
            "body": {
                "zh": "兹证明以上人员在本市参加社会保险，情况属实。",
                "en": "This person is insured in this city.",
            },
            "authority": {"zh": "灯河市社会保险中心", "en": "Denghe Social Insurance Centre"},
            "issued_at": datetime(2026, 11, 20, tzinfo=UTC),
            "verification_code": "7K3M-9QX2-P4C1",
        }
    )


def _bare(copy: ResultCopy) -> bytes:
    pdf = FPDF(format="A4")
    pdf.add_font("song", "", paper.FONTS / "YedengSong.otf")
    pdf.add_page()
    pdf.set_font("song", size=13)
    words = [copy.title, copy.body, copy.authority, *(line.label for line in copy.lines)]
    for text in (*(f"{one.zh} {one.en}" for one in words), *(line.value for line in copy.lines)):
        pdf.cell(0, 8, text, new_x="LMARGIN", new_y="NEXT")
    return bytes(pdf.output())
