"""A receipt as bytes: read back by the simulated printer, which shares no code with the encoder."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from devices.escpos.encode import PrinterProfile, encode
from devices.escpos.metre import paper_mm
from devices.escpos.text import clean, dots, gbk, wrap
from devices.receipt import (
    Align,
    Columns,
    Cut,
    Feed,
    Logo,
    Part,
    Qr,
    Receipt,
    Rule,
    Size,
    Text,
    Title,
)
from devices.simulators.escpos_stream import CommandParser
from devices.simulators.paper import PaperPrinter

WIDE, NARROW = PrinterProfile(), PrinterProfile(width_dots=384)
NATIVE_QR = PrinterProfile(width_dots=384, qr="native")


def wire(*parts: Part, profile: PrinterProfile = WIDE) -> bytes:
    return b"".join(encode(Receipt(parts), profile))


def printed(tmp_path: Path, *parts: Part, profile: PrinterProfile = WIDE) -> PaperPrinter:
    printer = PaperPrinter(tmp_path, "paper", profile.width_dots)
    printer.receive(wire(*parts, profile=profile))
    assert printer.unknown_commands == []
    assert len(printer.papers) == 1
    return printer


def ink(path: Path) -> NDArray[np.bool_]:
    return np.asarray(Image.open(path).convert("L")) < 128


def inked(path: Path, axis: int) -> NDArray[np.int_]:
    """Columns (axis 0) or rows (axis 1) of the paper that are not bare."""
    return np.flatnonzero(ink(path).any(axis=axis)).astype(np.int_)


def test_chinese_text_goes_out_as_gbk_and_is_read_back(tmp_path: Path) -> None:
    data = wire(Text("医保参保登记 OK，·…—"))
    assert "医保参保登记 OK，·…—".encode("gbk") in data
    assert printed(tmp_path, Text("医保参保登记 OK，·…—")).transcripts == [["医保参保登记 OK，·…—"]]


@pytest.mark.parametrize("name", ["王䶮", "李𠮷", "㛃", "𬴊", "¥400.00", "陈𬭩€"])
def test_what_gbk_lacks_is_drawn_never_a_question_mark(tmp_path: Path, name: str) -> None:
    printer = printed(tmp_path, Text(name))
    assert printer.transcripts == [[]], "the line came as a picture"
    assert ink(printer.papers[0]).sum() > 100


def test_a_printer_without_chinese_gets_every_line_drawn(tmp_path: Path) -> None:
    profile = PrinterProfile(gbk=False)
    assert printed(tmp_path, Title("回执"), Text("abc"), profile=profile).transcripts == [[]]


def test_columns_stand_at_both_edges(tmp_path: Path) -> None:
    printer = printed(tmp_path, Columns("申请人", "李*兰"))
    (line,) = printer.transcripts[0]
    assert line.startswith("申请人 ")
    assert line.endswith(" 李*兰")
    assert dots(line) == WIDE.width_dots


def test_drawn_columns_stand_at_both_edges_too(tmp_path: Path) -> None:
    columns = inked(printed(tmp_path, Columns("姓名", "王䶮")).papers[0], 0)
    margin = 40
    assert columns[0] < margin + 6
    assert columns[-1] > margin + 576 - 6


def test_a_long_value_hangs_beside_its_label(tmp_path: Path) -> None:
    value = "经十路社区二十四小时自助服务区银行北门内二层东侧电梯旁第三台机器"
    lines = printed(tmp_path, Columns("地点", value)).transcripts[0]
    assert len(lines) == 2
    assert "".join(line.removeprefix("地点").strip() for line in lines) == value


def test_a_huge_number_shrinks_before_it_breaks(tmp_path: Path) -> None:
    number = Text("3701-2026-000173", Size.HUGE)
    assert printed(tmp_path, number).transcripts == [["3701-2026-000173"]]
    assert printed(tmp_path, number, profile=NARROW).transcripts == [["3701-2026-000173"]]


def test_sizes_differ_on_paper(tmp_path: Path) -> None:
    heights = []
    for size in Size:
        rows = inked(printed(tmp_path / size, Text("号", size)).papers[0], 1)
        heights.append(int(rows[-1] - rows[0]))
    assert heights[0] < 26 < heights[1] < 50 < heights[2]


def test_alignment(tmp_path: Path) -> None:
    lefts = [inked(printed(tmp_path / a, Text("灯", align=a)).papers[0], 0)[0] for a in Align]
    assert lefts[0] < lefts[1] < lefts[2]


@pytest.mark.parametrize("profile", [WIDE, NARROW, NATIVE_QR])
def test_a_qr_code_on_paper_can_be_read(tmp_path: Path, profile: PrinterProfile) -> None:
    data = "https://hub.example/c/3701-2026-000173?k=7Q4M"
    printer = printed(tmp_path, Text("扫一扫"), Qr(data), profile=profile)
    picture = cv2.imread(str(printer.papers[0]))
    assert picture is not None
    assert cv2.QRCodeDetector().detectAndDecode(picture)[0] == data


def test_a_code_drawn_by_the_printer_itself_is_a_few_bytes_and_moves_the_same_paper() -> None:
    code = Receipt((Qr("yedeng:7K3M-9QX2-P4C"),))
    ours, its = (encode(code, PrinterProfile(qr=by)) for by in ("raster", "native"))
    assert len(b"".join(its)) * 20 < len(b"".join(ours))
    assert paper_mm(its) == paper_mm(ours)


def test_a_qr_module_has_at_least_four_dots() -> None:
    with pytest.raises(ValueError, match="4 dots"):
        Qr("x", module_dots=3)
    for profile in (NARROW, NATIVE_QR):
        with pytest.raises(ValueError, match="paper"):
            encode(Receipt((Qr("x" * 1500),)), profile)


def test_a_receipt_is_cut_once_at_its_end_or_where_it_says(tmp_path: Path) -> None:
    assert len(printed(tmp_path / "one", Logo(), Rule(), Text("a"), Feed(2)).papers) == 1
    printer = PaperPrinter(tmp_path / "two", "paper")
    printer.receive(wire(Text("a"), Cut(), Text("b"), Cut()))
    assert printer.transcripts == [["a"], ["b"]]


def test_nothing_of_a_receipt_shows_in_its_repr() -> None:
    receipt = Receipt((Title("机密"), Text("李桂兰"), Columns("姓名", "李桂兰"), Qr("李桂兰")))
    assert "李桂兰" not in repr(receipt)
    assert "机密" not in repr(receipt)


HOSTILE = st.text(
    st.one_of(
        st.characters(codec=None),
        st.sampled_from("\x00\x04\x05\x10\x14\x1b\x1c\x1d\n\r\t\x0c\x18@!Vi中文䶮\u2028\u202e\ufeff\ud800"),
    ),
    max_size=40,
)


@given(HOSTILE, HOSTILE)
@settings(max_examples=150, deadline=None)
def test_no_text_is_ever_a_command(first: str, second: str) -> None:
    """The commands that reach the printer are the same as for harmless text of the same length of lines."""
    for part in (Text(first), Columns(first, second), Title(second)):
        harmless = {command.name for command in CommandParser().feed(wire(Text("安全"), Rule()))}
        parser = CommandParser()
        names = {command.name for command in parser.feed(wire(part))}
        assert names <= harmless | {b""}
        assert parser.unknown == []


@given(HOSTILE, st.integers(2, 60))
@settings(max_examples=200)
def test_wrapping_keeps_every_character_and_the_width(text: str, columns: int) -> None:
    cleaned = clean(text)
    width = columns * 12 + 24
    lines = wrap(cleaned, width)
    assert "".join("".join(lines).split(" ")) == "".join(cleaned.split(" "))
    assert all(dots(line) <= width for line in lines)


@given(HOSTILE)
def test_cleaned_text_is_ascii_or_two_gbk_bytes_a_character(text: str) -> None:
    encoded = gbk(clean(text))
    if encoded is not None:
        assert not any(byte < 0x20 for byte in encoded)
        assert encoded.decode("gbk") == clean(text)


def test_a_name_keeps_characters_newer_than_this_python() -> None:
    assert clean("王\U00031350\U000323af") == "王\U00031350\U000323af"
    assert clean("葛\U000e0100城\ufe00") == "葛城", "a variation selector is no character of its own"


def test_no_line_begins_with_a_closing_mark() -> None:
    assert wrap("一二三四，五六", 4 * 24) == ["一二三", "四，五六"]


@given(st.binary(max_size=300), st.integers(1, 299))
@settings(max_examples=200)
def test_the_simulated_printer_reads_any_bytes_in_any_pieces(data: bytes, cut: int) -> None:
    whole, pieces = CommandParser(), CommandParser()
    assert whole.feed(data) == pieces.feed(data[:cut]) + pieces.feed(data[cut:])
