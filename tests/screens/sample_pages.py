"""Realistic pages of every kind, for the gallery and for tests of the screens."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kiosk.pages import (
    Action,
    Ask,
    Attract,
    CaptureDocument,
    CheckAnswers,
    Chip,
    Choice,
    Choose,
    ChooseSeveral,
    Done,
    Find,
    Glimpse,
    GuideRendering,
    GuideRow,
    GuideSection,
    GuideVideo,
    Home,
    MarkMaterials,
    Notice,
    OutOfService,
    Page,
    PresentCard,
    Rating,
    ReadGuide,
    ReviewCapture,
    Row,
    ShowPaper,
    Step,
    StillThere,
)


@dataclass(frozen=True)
class Both:
    """Words in both languages, as the catalogue brings them."""

    zh: str
    en: str


NOW = Chip(Both("此刻可办", "Available now"), "ok")
ALWAYS = Chip(Both("随时可查", "Any time"), "ok")
LATER = Chip(Both("银行系统维护至 03:00", "Bank maintenance until 03:00"), "warn")
MORNING = Chip(Both("明早 9:00 起", "From 9:00 tomorrow"), "quiet")
BROKEN = Chip(Both("缺纸，已通知维护人员", "No paper, the keeper knows"), "bad")

TILES = (
    Choice(
        "guides",
        Both("查指南", "Look it up"),
        Both("怎么办、带什么", "What to do, what to bring"),
        "book",
        ALWAYS,
    ),
    Choice(
        "submit",
        Both("办事项", "Apply"),
        Both("46 项可在这里办", "46 things can be done here"),
        "pencil",
        NOW,
    ),
    Choice(
        "results",
        Both("打证明", "Print a proof"),
        Both("参保、缴存、查询", "Insurance, deposits, records"),
        "document",
        NOW,
    ),
    Choice(
        "progress",
        Both("查进度", "Check progress"),
        Both("刷卡或扫回执码", "By card or receipt code"),
        "clock",
        NOW,
    ),
    Choice(
        "book",
        Both("预约取号", "Book a visit"),
        Both("复杂的事去窗口", "Complex things at the window"),
        "ticket",
        MORNING,
    ),
    Choice(
        "pay",
        Both("缴费", "Pay"),
        Both("水电气热、保费", "Water, power, gas, heat, insurance"),
        "yuan",
        LATER,
    ),
    Choice(
        "claim",
        Both("领补贴", "Claim benefits"),
        Both("看看我能享受什么", "See what I am entitled to"),
        "gift",
        ALWAYS,
    ),
    Choice(
        "trouble",
        Both("评价与反映", "Rate and report"),
        Both("办不成也告诉我们", "Tell us what went wrong"),
        "star",
        BROKEN,
    ),
)
OFTEN = (
    Choice(
        "medical",
        Both("城乡居民基本医疗保险参保登记", "Medical insurance for residents"),
        Both("没有单位的人每年登记一次", "For people without an employer, once a year"),
        "heart",
        NOW,
    ),
    Choice(
        "proof",
        Both("社会保险参保证明", "Social insurance record"),
        Both("当场打印，带章有效", "Printed at once, with seal"),
        "document",
        NOW,
    ),
    Choice(
        "child",
        Both("给孩子上户口", "Register a newborn"),
        Both("满月前后都能办", "Before or after the first month"),
        "baby",
        MORNING,
    ),
)
JOURNEY = Both("城乡居民医保参保登记", "Medical insurance")
BACK_CARD = Action("social-card", Both("用社保卡填写", "Use social-security card"))
NO_CARD = Action("no-card", Both("没带身份证", "I have no ID card here"))


def step(n: int) -> Step:
    """Step ``n`` of the sample journey."""
    return Step(JOURNEY, n, 5)


RATING = Rating(
    Both("这次办得怎么样？", "How did it go?"),
    Both("不评价也可以", "Only if you like"),
    tuple(
        Choice(f"rate-{level}", words, icon=f"face-{level}")
        for level, words in (
            (5, Both("非常满意", "Very good")),
            (4, Both("满意", "Good")),
            (3, Both("基本满意", "All right")),
            (2, Both("不满意", "Poor")),
            (1, Both("非常不满意", "Very poor")),
        )
    ),
)


def search(typed: str) -> tuple[Choice, ...]:
    """Finds something for everything but x."""
    return () if typed.startswith("x") else OFTEN[: max(1, 3 - len(typed) // 3)]


CATALOGUE = Path(__file__).parents[2] / "assets" / "build" / "catalogue"
CARD = "cards/resident-medical-insurance-enrol-{}.png"
SAMPLE = "samples/resident-medical-insurance-enrol.png"


def guide_page() -> ReadGuide:
    """A guide in two renderings, longer than the panel."""

    def sections(pictures: bool) -> tuple[GuideSection, ...]:
        return (
            GuideSection(
                "what",
                Both("这是什么", "What it is"),
                (
                    Both(
                        "没有单位交医保的人，每年在这里登记一次，生病住院就能报销。新生儿、学生和老人都可以办，一个人一张身份证就够了。",
                        "No employer insures you? Register once a year and hospital bills are shared.",
                    ),
                ),
            ),
            GuideSection(
                "bring",
                Both("您要带的东西", "What to bring"),
                (),
                (
                    GuideRow(
                        Both("身份证", "ID card"),
                        Both("放一下就行，不用复印", "Just lay it down, no copy"),
                        "id-card" if pictures else None,
                        chip=Chip(Both("我有", "I have it"), "ok"),
                    ),
                    GuideRow(
                        Both("户口簿", "Household register"),
                        Both("首页和您本人那一页，在这里拍照", "First page and your own, photographed here"),
                        "book" if pictures else None,
                        chip=Chip(Both("在这里拍照", "Photographed here"), "ok"),
                    ),
                    GuideRow(
                        Both("低保证", "Low-income certificate"),
                        Both("有低保的才需要，可免保费", "Only if you have one; no fee then"),
                        "document" if pictures else None,
                        chip=Chip(Both("有的人才需要", "Some people only")),
                    ),
                    GuideRow(
                        Both("申请表", "Application form"),
                        Both("在这里办，机器替您填好", "Here it is filled in for you"),
                        "form" if pictures else None,
                        action=Action("sample-form", Both("看样表", "See a sample"), "eye"),
                    ),
                ),
            ),
            GuideSection(
                "steps",
                Both("怎么办", "How it goes"),
                (),
                tuple(
                    GuideRow(
                        words,
                        picture=icon if pictures else None,
                        n=n,
                        card=CATALOGUE / CARD.format(n) if pictures else None,
                    )
                    for n, (words, icon) in enumerate(
                        (
                            (Both("放身份证", "Lay down the ID card"), "id-card"),
                            (Both("核对信息，缺的补上", "Check what we know, add what is missing"), "list"),
                            (Both("拍户口簿", "Photograph the register"), "camera"),
                            (Both("确认提交，拿回执", "File it, take the receipt"), "printer"),
                        ),
                        1,
                    )
                ),
            ),
            GuideSection(
                "get",
                Both("多久、多少钱", "Days and fee"),
                (
                    Both(
                        "当场受理，三个工作日内办结，结果在任何一台自助机上都能取。",
                        "Accepted at once, decided within three working days, collected at any kiosk.",
                    ),
                ),
                (GuideRow(Both("费用", "Fee"), Both("不收费", "Free"), "yuan"),),
            ),
            GuideSection(
                "basis",
                Both("依据", "Legal basis"),
                (
                    Both(
                        "《社会保险法》第二十五条；国发〔2016〕3 号",
                        "Social Insurance Law, Art. 25",
                    ),
                ),
            ),
        )

    return ReadGuide(
        name="guide",
        title=Both("城乡居民基本医疗保险参保登记", "Medical insurance for urban and rural residents"),
        chips=(
            Chip(Both("此刻可在这里办", "Can be done here now"), "ok"),
            Chip(Both("当场办结", "Decided at once")),
            Chip(Both("不收费", "Free")),
            Chip(Both("3 月 1 日更新", "Updated 1 March")),
        ),
        renderings=(
            GuideRendering("plain", Both("大白话", "Plain words"), sections(False)),
            GuideRendering("illustrated", Both("图解", "Pictures"), sections(True)),
        ),
        source=Both("来源：市医疗保障局，第 3 版", "Source: Municipal Medical Insurance Bureau, version 3"),
        rating=RATING,
        main=Action("submit", Both("现在办理", "Do it now"), "pencil"),
        others=(
            Action("list", Both("我要带什么", "What do I bring?"), "list"),
            Action("phone", Both("手机带走", "To my phone"), "qr"),
        ),
        back=True,
    )


def video_page() -> ReadGuide:
    """The guide with its video first."""
    page = guide_page()
    steps = page.renderings[1].sections[2]
    film = GuideVideo(
        CATALOGUE / "videos" / "resident-medical-insurance-enrol.mp4",
        (
            Both("居民医保参保", "Medical insurance"),
            *(row.title for row in steps.rows),
        ),
    )
    rest = tuple(one for one in page.renderings[0].sections if one.id != "steps")
    video = GuideRendering("video", Both("视频", "Video"), rest, film)
    return replace(page, name="guide-video", renderings=(video, *page.renderings))


class PaintedFrame:
    """A camera picture drawn by arithmetic: a pale page on a brown desk."""

    def __init__(self, number: int, width: int = 640, height: int = 360) -> None:
        self.number, self.width, self.height = number, width, height

    def rgb_bytes(self) -> bytes:
        """Rows from the top."""
        from PIL import Image, ImageDraw

        picture = Image.new("RGB", (self.width, self.height), (96, 78, 62))
        draw = ImageDraw.Draw(picture)
        corners = [(x * self.width, y * self.height) for x, y in OUTLINE]
        draw.polygon(corners, fill=(240, 236, 224))
        for line in range(8):
            y = self.height * (0.24 + 0.07 * line)
            draw.line(
                (self.width * 0.3, y, self.width * (0.68 - 0.04 * (line % 3)), y + 4),
                fill=(120, 116, 110),
                width=3,
            )
        return picture.tobytes()


OUTLINE = ((0.25, 0.14), (0.74, 0.11), (0.79, 0.87), (0.22, 0.9))


def glimpse() -> Glimpse:
    """What the sample camera sees."""
    return Glimpse(PaintedFrame(1), OUTLINE)


def jpeg() -> bytes:
    """A small photo of a page."""
    from PIL import Image

    frame = PaintedFrame(1)
    out = io.BytesIO()
    picture = Image.frombytes("RGB", (frame.width, frame.height), frame.rgb_bytes())
    picture.crop((140, 40, 510, 320)).resize((740, 560)).save(out, "JPEG", quality=85)
    return out.getvalue()


def pages() -> dict[str, Page]:
    """One page and more of every kind, by a short name."""
    text_pages: dict[str, Any] = {
        "attract": Attract(
            name="attract",
            title=Both("灯亮着，随时为您办事", "The light is on, at any hour"),
            note=Both("轻点屏幕开始", "Touch to begin"),
            chips=(Chip(Both("此刻有 46 件事可在这里办", "46 things can be done here now"), "ok"), LATER),
        ),
        "out-of-service": OutOfService(
            name="out-of-service",
            title=Both("这台机器正在休息", "This machine is resting"),
            note=Both("维护人员已经知道", "The keeper knows already"),
            lines=(
                Both("从 02:10 开始，预计 06:00 前恢复", "Since 02:10, back by 06:00"),
                Both(
                    "最近的自助机：经十路 88 号邮政网点，步行 6 分钟",
                    "Nearest kiosk: post office, 88 Jingshi Road, 6 minutes on foot",
                ),
                Both("有急事请打 12345", "In a hurry? Call 12345"),
            ),
        ),
        "home": Home(
            name="home",
            title=Both("晚上好，您想办什么事？", "Good evening, what would you like to do?"),
            prompt=Both("说说您的事，例如：给孩子上户口", "What is it about? e.g. register a newborn"),
            tiles=TILES,
        ),
        "home-four": Home(
            name="home",
            title=Both("晚上好，您想办什么事？", "Good evening, what would you like to do?"),
            prompt=Both("说说您的事，例如：给孩子上户口", "What is it about? e.g. register a newborn"),
            tiles=(*TILES[:3], TILES[7]),
            often_title=Both("大家常办的", "What people often come for"),
            often=OFTEN,
        ),
        "find": Find(
            name="find",
            title=Both("您想办什么事？", "What is it about?"),
            prompt=Both("打拼音或首字母，例如 ybcb", "Type a few letters"),
            find=search,
            nothing=Both(
                "没有找到，换个说法试试，或者找人帮忙", "Nothing found. Try other words, or get help"
            ),
            back=True,
        ),
        "find-draft": Find(
            name="find",
            title=Both("您想办什么事？", "What is it about?"),
            prompt=Both("打拼音或首字母，例如 ybcb", "Type a few letters"),
            find=search,
            nothing=Both(
                "没有找到，换个说法试试，或者找人帮忙", "Nothing found. Try other words, or get help"
            ),
            meant=lambda _: Both("您是不是想找：医保参保", "Did you mean: join health insurance"),
            draft="yb",
            back=True,
        ),
        "find-nothing": Find(
            name="find",
            title=Both("您想办什么事？", "What is it about?"),
            prompt=Both("打拼音或首字母，例如 ybcb", "Type a few letters"),
            find=search,
            nothing=Both(
                "没有找到，换个说法试试，或者找人帮忙", "Nothing found. Try other words, or get help"
            ),
            draft="xyz",
            back=True,
        ),
        "choose": Choose(
            name="choose-item",
            title=Both("您想办哪一件？", "Which one is it?"),
            note=Both("此刻都可以在这里办", "All of them can be done here now"),
            choices=OFTEN,
            back=True,
        ),
        "guide": guide_page(),
        "guide-pictures": replace(
            guide_page(), name="guide-pictures", renderings=guide_page().renderings[::-1]
        ),
        "guide-video": video_page(),
        "sample": ShowPaper(
            name="sample",
            title=Both("申请表：样表", "Application form: sample"),
            note=Both("演示数据，表里的人是编的", "Demonstration data. The person in it does not exist."),
            picture=CATALOGUE / SAMPLE,
            main=Action("close", Both("看完了", "Done reading"), "chevron-left"),
        ),
        "present": PresentCard(
            name="present-id-card",
            card="id-card",
            title=Both("请把身份证放在感应区", "Please lay your ID card on the reader"),
            note=Both("放平，亮灯后再拿起来，大约 2 秒", "Flat, until the light shines, about 2 seconds"),
            step=step(1),
            others=(BACK_CARD, NO_CARD),
            back=True,
        ),
        "present-problem": PresentCard(
            name="present-social-card",
            card="social-card",
            title=Both("请插入社保卡", "Please insert your social-security card"),
            note=Both("芯片朝上，推到底", "Chip up, push it in"),
            problem=Both(
                "没有读到，请再放一次，放平不要动",
                "It was not read. Please lay it down again, flat and still",
            ),
            step=step(1),
            others=(NO_CARD,),
            back=True,
        ),
        "ask-phone": Ask(
            name="ask-phone",
            kind="phone",
            title=Both("您的手机号是多少？", "What is your mobile number?"),
            hint=Both("办好了发短信告诉您", "We send you a message when it is done"),
            draft="1380531",
            longest=11,
            step=step(2),
            main=Action("enter", Both("下一步", "Next")),
            back=True,
        ),
        "ask-number": Ask(
            name="ask-number",
            kind="digits",
            title=Both("请输入身份证号码", "Please type your ID number"),
            hint=Both("18 位，最后一位可能是 X", "18 characters, the last may be X"),
            problem=Both("号码不对，请核对后再输", "That number is not right, please check it"),
            draft="11010519491231002",
            longest=18,
            step=step(2),
            main=Action("enter", Both("下一步", "Next")),
            others=(Action("skip", Both("先不填", "Not now")),),
            back=True,
        ),
        "ask-date": Ask(
            name="ask-date",
            kind="date",
            title=Both("孩子哪天出生的？", "When was the child born?"),
            draft="2026-11",
            step=step(2),
            main=Action("enter", Both("下一步", "Next")),
            back=True,
        ),
        "ask-text": Ask(
            name="ask-text",
            kind="text",
            title=Both("您现在住在哪里？", "Where do you live now?"),
            hint=Both("可以先用拼音", "Letters will do"),
            draft="jing shi lu 88 hao",
            step=step(2),
            main=Action("enter", Both("下一步", "Next")),
            back=True,
        ),
        "mark-materials": MarkMaterials(
            name="mark-materials",
            title=Both("这些东西，您有吗？", "Do you have these?"),
            note=Both("居民医保参保登记", "Join resident health insurance"),
            materials=(
                Choice(
                    "id-card", Both("居民身份证", "ID card"), Both("不用复印", "No copy needed"), "id-card"
                ),
                Choice(
                    "hukou",
                    Both("居民户口簿", "Household register"),
                    Both("带上首页和您本人那一页", "Its first page and your own"),
                    "book",
                ),
                Choice("photo", Both("一寸证件照", "Photograph"), None, "user"),
            ),
            marks=(
                Choice("have", Both("有", "Yes")),
                Choice("lack", Both("没有", "No")),
                Choice("unknown", Both("不知道是什么", "What is it?")),
            ),
            main=Action("enter", Both("看我的清单", "Show my list"), "list"),
            back=True,
        ),
        "list-for-phone": Notice(
            name="list-for-phone",
            title=Both("用手机扫一扫", "Scan this with your phone"),
            note=Both("清单就在码里，不上网也能看", "The list is in the code itself"),
            qr="居民医保参保登记\n您要带的东西\n□ 居民身份证\n□ 居民户口簿\n" * 8,
            main=Action("close", Both("回到清单", "Back to the list"), "chevron-left"),
        ),
        "ask-code": Ask(
            name="ask-code",
            kind="code",
            title=Both("请输入回执上的查询码", "Enter the check code from your receipt"),
            hint=Both(
                "也可以把回执上的二维码对着扫码窗。查询码一共 11 位，横线不用输",
                "Or hold the QR code on the receipt before the scanner. The code has 11 characters",
            ),
            problem=Both(
                "这个查询码不对。请对着回执再看一遍，一共 11 位", "This code is not right. Please compare"
            ),
            longest=11,
            draft="7K3M9QX2P4A",
            main=Action("enter", Both("下一步", "Next")),
            back=True,
        ),
        "ask-choice": Ask(
            name="ask-choice",
            kind="choice",
            title=Both("您属于哪一种情形？", "Which of these are you?"),
            choices=(
                Choice("ordinary", Both("普通居民", "Resident")),
                Choice("student", Both("在校学生", "Student"), Both("含大学生", "University included")),
                Choice(
                    "low",
                    Both("低保对象", "On low-income support"),
                    Both("免交保费，要拍低保证", "No fee; certificate is photographed"),
                ),
                Choice("baby", Both("新生儿", "Newborn")),
            ),
            step=step(2),
            back=True,
        ),
        "capture": CaptureDocument(
            name="capture-hukou",
            title=Both("请把户口簿放在摄像头下面", "Please lay the household register under the camera"),
            note=Both("首页和您本人那一页，放平就行", "First page and your own, lying flat"),
            look=glimpse,
            step=step(3),
            main=Action("shoot", Both("拍照", "Take the picture"), "camera"),
            back=True,
        ),
        "review": ReviewCapture(
            name="review-hukou",
            title=Both("拍清楚了吗？", "Is it clear?"),
            picture=jpeg(),
            problem=Both("有一个角没拍全，可能要重拍", "One corner is cut off, better take it again"),
            step=step(3),
            main=Action("keep", Both("拍清楚了，用这张", "It is clear, use it"), "check"),
            others=(Action("again", Both("重拍一张", "Take it again"), "camera"),),
            back=True,
        ),
        "check": CheckAnswers(
            name="check-answers",
            title=Both("请核对，没错就提交", "Please check, then file"),
            rows=(
                Row(Both("姓名", "Name"), "李*兰"),
                Row(Both("身份证号", "ID number"), "110***********002X"),
                Row(Both("手机号", "Mobile"), "138****1234", "phone"),
                Row(Both("参保情形", "Situation"), Both("普通居民", "Resident"), "situation"),
                Row(Both("户口簿", "Household register"), Both("已拍 1 张", "1 page photographed"), "hukou"),
            ),
            consent=Both(
                "提交后，我们把这些信息交给市医疗保障局，只用来办这件事。您随时可以在任何一台自助机上查看和撤回。",
                "When you file, this goes to the Medical Insurance Bureau, for this alone.",
            ),
            step=step(4),
            main=Action("file", Both("同意并提交", "Agree and file"), "check"),
            back=True,
        ),
        "notice-help": Notice(
            name="help",
            title=Both("找人帮忙", "Get help"),
            note=Both("您填的内容都还在，回来可以接着办", "What you entered is kept while you call"),
            picture="help-person",
            lines=(
                Both("政务服务热线 12345，24 小时有人接", "Public hotline 12345, at any hour"),
                Both("维护责任人 赵师傅 0531-8666 0000", "Keeper Mr Zhao 0531-8666 0000"),
                Both(
                    "最近的窗口：历下区政务服务中心，明早 9:00 开门",
                    "Nearest window: Lixia service centre, opens 9:00",
                ),
            ),
            main=Action("close", Both("回去接着办", "Back to what I was doing"), "chevron-left"),
            back=True,
        ),
        "notice-waiting": Notice(
            name="filing",
            title=Both("正在提交", "Filing"),
            note=Both("请稍等，不要离开", "One moment please"),
            picture="sent",
            waiting=True,
            lines=(Both("大约需要几秒钟", "A few seconds"),),
        ),
        "notice-kept": Notice(
            name="trouble-kept",
            title=Both("记下了，一个工作日内给您回话", "Noted. We answer within one working day"),
            big="F-7K3M-Q2",
            lines=(
                Both("号码已经打印，请收好", "The number is printed, please keep it"),
                Both("也可以打 12345 问进展", "Or ask 12345"),
            ),
            tone="ok",
            picture="kept-here",
            main=Action("close", Both("好的", "All right")),
        ),
        "notice-bad": Notice(
            name="failsafe",
            title=Both("对不起，机器出了点问题", "Sorry, something went wrong"),
            lines=(
                Both("您的信息没有提交出去，也没有留在这里", "Nothing was sent and nothing is kept"),
                Both("请再试一次，或者找人帮忙", "Please try again, or get help"),
            ),
            tone="bad",
            picture="out-of-service",
            main=Action("again", Both("再试一次", "Try again"), "refresh"),
        ),
        "notice-plain": Notice(
            name="not-printed",
            title=Both("没有打印出来", "It was not printed"),
            note=Both("打印机缺纸，维护人员已经知道", "The printer has no paper, the keeper knows"),
            tone="warn",
            lines=(
                Both(
                    "受理编号 3701-2026-000173，可以拍照或抄下来",
                    "Number 3701-2026-000173, take a photo or write it down",
                ),
            ),
            main=Action("go-on", Both("知道了", "I see")),
        ),
        "still-there": StillThere(
            seconds=30,
            title=Both("您还在吗？", "Are you still there?"),
            note=Both("不碰屏幕的话，会清除您的信息，回到首页", "Otherwise everything is erased"),
        ),
        "done": Done(
            name="done",
            kept=False,
            title=Both("已经受理，您可以放心了", "Received, you can rest assured"),
            note=Both("回执正在打印，请从下方取走", "The receipt is being printed, please take it below"),
            number_label=Both("受理编号", "Case number"),
            number="3701-2026-000173",
            lines=(
                Both(
                    "最晚 11 月 24 日答复，结果在任何一台自助机上都能取",
                    "Answer by 24 November at the latest, to be collected at any kiosk",
                ),
            ),
            main=Action("finish", Both("办完了，清除我的信息", "Done, erase my data")),
            rating=RATING,
            step=step(5),
        ),
        "done-rated": Done(
            name="done",
            kept=False,
            title=Both("已经受理，您可以放心了", "Received, you can rest assured"),
            note=Both("回执已打印，请从下方取走", "The receipt is printed, please take it below"),
            number_label=Both("受理编号", "Case number"),
            number="3701-2026-000173",
            lines=(Both("最晚 11 月 24 日答复", "Answer by 24 November at the latest"),),
            main=Action("finish", Both("办完了，清除我的信息", "Done, erase my data")),
            rating=Rating(Both("谢谢，您的评价收下了", "Thank you. Your rating is kept")),
        ),
        "rating-reasons": ChooseSeveral(
            name="rating-reasons",
            title=Both("对不起，哪里没做好？", "We are sorry. What went wrong?"),
            note=Both("可以选几条，也可以一条不选", "Choose any, or none"),
            choices=(
                Choice("told", Both("要什么材料，没有一次说清", "I was not told everything at once")),
                Choice("again", Both("交过的材料又要交", "I had to give the same documents again")),
                Choice("late", Both("没有按承诺的时间办好", "It was not done when promised")),
                Choice("guide", Both("指南看不懂", "The guide was unclear")),
                Choice("use", Both("机器不好操作", "The machine was hard to use")),
                Choice("staff", Both("工作人员态度不好", "The staff were not friendly")),
                Choice(
                    "call-back",
                    Both("请给我回个电话", "Please call me back"),
                    Both("下一步留一个号码", "You give a number next"),
                    "phone",
                ),
            ),
            draft="again call-back",
            main=Action("enter", Both("提交评价", "Send"), "check"),
            back=True,
        ),
        "progress-decided": Notice(
            name="progress-decided",
            title=Both("已经办好了", "It is decided"),
            note=Both("城乡居民基本医疗保险参保登记", "Medical insurance for residents"),
            big="3701-2026-000173",
            lines=(
                Both("11 月 20 日收到", "Received on 20 November"),
                Both("结果可以在这里打印", "The result can be printed here"),
            ),
            tone="ok",
            main=Action("collect", Both("打印结果", "Print the result"), "printer"),
            others=(Action("finish", Both("办完了，清除我的信息", "Done, erase my data")),),
            rating=RATING,
            back=True,
        ),
        "done-kept": Done(
            name="done-kept",
            kept=True,
            title=Both("已收好，联网后马上送出", "Kept safely here, sent as soon as we are online"),
            note=Both("回执已打印，请从下方取走", "The receipt is printed, please take it below"),
            number_label=Both("查询码", "Check code"),
            number="7K3M-Q2XA-9",
            lines=(
                Both(
                    "凭查询码在任何一台自助机或 12345 都能查到", "Ask with this code at any kiosk or at 12345"
                ),
                Both("送到以后，您的手机会收到短信", "You get a message when it has arrived"),
            ),
            main=Action("finish", Both("办完了，清除我的信息", "Done, erase my data")),
            rating=RATING,
        ),
    }
    return text_pages
