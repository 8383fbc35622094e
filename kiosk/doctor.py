"""Checks this installation and says in words what is wrong and what to do about it.

Nothing is opened that a running kiosk may be using: `python main.py devices status` asks the devices. What is
not in the standard library is imported only after the packages were found to be there.
"""

from __future__ import annotations

import ctypes
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from config.settings import Site

ROOT = Path(__file__).resolve().parents[1]
SET_UP = "run deploy/setup.sh"
RARE_HANZI = "䶮𠮷㛃𬴊𬭩𪚥"
"""Characters of names that poor fonts lack; the last one is only in CJK extension B."""
COMPILED_PINYIN = ROOT / "assets" / "build" / "input"
HANDWRITING_MODEL = Path("/usr/share/tegaki/models/zinnia/handwriting-zh_CN.model")
PCSCD_SOCKET = Path("/run/pcscd/pcscd.comm")
CLOCK_SYNCHRONISED = Path("/run/systemd/timesync/synchronized")
BUILT_AFTER = datetime(2026, 11, 1, tzinfo=UTC)
"""No right clock shows a time before this version was made."""
DISK_FAILURE, DISK_WARNING = 200_000_000, 2_000_000_000
"""Free bytes below which submissions are at risk, and below which the keeper should look."""

Verdict = Literal["ok", "warning", "failure"]


@dataclass(frozen=True)
class Finding:
    """One thing that was checked: how it stands in words, and what to do unless it is in order."""

    check: str
    verdict: Verdict
    words: str
    advice: str = ""


def examine(site_file: Path | None = None) -> Iterator[Finding]:
    """Makes every check, one after the other; those of the site file only when one is named.

    Without the right packages nothing else can be judged, so that ends it.
    """
    basis = [*python(), *packages()]
    yield from basis
    if any(finding.verdict == "failure" for finding in basis):
        return
    for check in (debian_packages, fonts, drawings, catalogues, graphics, chip_cards, speech, writing, clock):
        yield from check()
    if site_file is None:
        yield from disk(ROOT)
    else:
        yield from site(site_file)


def python() -> Iterator[Finding]:
    """The interpreter: Kivy's wheels end at 3.13."""
    version = platform.python_version()
    if (3, 11) <= sys.version_info[:2] <= (3, 13):
        yield Finding("python", "ok", f"Python {version}")
    else:
        advice = "use Python 3.11, 3.12 or 3.13"
        yield Finding("python", "failure", f"Python {version} is not supported", advice)


def packages(requirements: Path = ROOT / "requirements.txt") -> Iterator[Finding]:
    """The Python packages, in the versions that were tested together."""
    pinned = dict(re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", requirements.read_text(), re.MULTILINE))
    wrong = []
    for name, wanted in pinned.items():
        try:
            found = metadata.version(name)
        except metadata.PackageNotFoundError:
            found = "missing"
        if found != wanted:
            wrong.append(f"{name} {found} instead of {wanted}")
    if wrong:
        yield Finding("packages", "failure", ", ".join(wrong), SET_UP)
    else:
        yield Finding("packages", "ok", f"{len(pinned)} Python packages as tested")


def debian_packages(wanted: Path = ROOT / "deploy" / "debian-packages.txt") -> Iterator[Finding]:
    """The Debian packages of the set-up script's list."""
    if shutil.which("dpkg-query") is None:
        yield Finding("debian", "warning", "this is not Debian", f"see to what {wanted.name} lists")
        return
    names = [line.split("#")[0].strip() for line in wanted.read_text().splitlines()]
    command = ["dpkg-query", "-W", "-f=${db:Status-Status} ${Package}\n", *filter(None, names)]
    listed = subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()
    missing = sorted({*filter(None, names)} - {line.removeprefix("installed ") for line in listed})
    if missing:
        yield Finding("debian", "failure", f"missing Debian packages: {', '.join(missing)}", SET_UP)
    else:
        yield Finding("debian", "ok", "all Debian packages are installed")


def fonts(folder: Path = ROOT / "assets" / "fonts") -> Iterator[Finding]:
    """The fonts: there, Chinese in shape (a Japanese face draws 门 wrongly), and down to rare hanzi."""
    from fontTools.ttLib import TTFont, TTLibError

    covered: set[int] = set()
    for name in ("YedengSans-Regular.otf", "YedengSans-Bold.otf", "YedengRare.ttf"):
        try:
            with (folder / name).open("rb") as file, TTFont(file, lazy=True) as font:
                covered |= set(font.getBestCmap())
                face = str(font["name"].getDebugName(4))
        except (OSError, TTLibError):
            yield Finding("fonts", "failure", f"the font {name} is missing or damaged", SET_UP)
            return
        if "Sans" in name and " SC" not in face:
            words = f"{name} holds {face}, not the Simplified Chinese face"
            yield Finding("fonts", "failure", words, f"delete {folder}, then {SET_UP}")
            return
    lacking = [character for character in RARE_HANZI if ord(character) not in covered]
    if lacking:
        yield Finding("fonts", "failure", f"the fonts lack {' '.join(lacking)}", SET_UP)
    else:
        words = f"Simplified Chinese, regular and bold, and {len(covered):,} characters with the rare ones"
        yield Finding("fonts", "ok", words)


def drawings(assets: Path = ROOT / "assets") -> Iterator[Finding]:
    """Icons and pictures: every drawing made into PNG."""
    sources = [(kind, path.stem) for kind in ("icons", "pictures") for path in (assets / kind).glob("*.svg")]
    missing = [name for kind, name in sources if not [*(assets / "build" / kind).glob(f"*/{name}.png")]]
    if missing or not sources:
        yield Finding("drawings", "failure", f"{len(missing) or 'all'} icons or pictures are missing", SET_UP)
    else:
        yield Finding("drawings", "ok", f"{len(sources)} icons and pictures")


def catalogues(locale: Path = ROOT / "screens" / "locale") -> Iterator[Finding]:
    """The texts for residents: every language compiled, and no older than its source."""
    sources = sorted(locale.glob("*/LC_MESSAGES/*.po"))
    stale = [path.parts[-3] for path in sources if _older(path.with_suffix(".mo"), path)]
    if stale or not sources:
        yield Finding(
            "texts", "failure", f"texts not compiled: {', '.join(stale) or 'all languages'}", SET_UP
        )
    else:
        yield Finding("texts", "ok", f"texts in {', '.join(path.parts[-3] for path in sources)}")


def _older(made: Path, source: Path) -> bool:
    return not made.exists() or made.stat().st_mtime < source.stat().st_mtime


def graphics() -> Iterator[Finding]:
    """OpenGL: the libraries, and whether a graphics card draws."""
    for library in ("libGL.so.1", "libEGL.so.1"):
        try:
            ctypes.CDLL(library)
        except OSError:
            yield Finding("graphics", "failure", f"{library} cannot be loaded", SET_UP)
            return
    if any(Path("/dev/dri").glob("renderD*")):
        yield Finding("graphics", "ok", "OpenGL with a graphics card")
    else:
        advice = "fine for a tour; a kiosk wants a graphics card its user may open (group render)"
        yield Finding("graphics", "warning", "OpenGL is drawn by the processor", advice)


def chip_cards(socket: Path = PCSCD_SOCKET) -> Iterator[Finding]:
    """The PC/SC daemon. systemd and the simulation start it when a card is first asked for."""
    if socket.exists():
        yield Finding("chip cards", "ok", "the PC/SC daemon answers or is started on demand")
    elif shutil.which("pcscd", path="/usr/sbin:/usr/bin:/sbin:/bin"):
        advice = "systemctl enable --now pcscd.socket; the simulation starts it by itself"
        yield Finding("chip cards", "warning", "the PC/SC daemon is installed but does not run", advice)
    else:
        yield Finding("chip cards", "failure", "the PC/SC daemon is missing", SET_UP)


def speech() -> Iterator[Finding]:
    """The voice that reads pages aloud."""
    if shutil.which("espeak-ng"):
        yield Finding("speech", "ok", "espeak-ng speaks Mandarin and English")
    else:
        yield Finding("speech", "warning", "espeak-ng is missing: pages are not read aloud", SET_UP)


def writing(compiled: Path = COMPILED_PINYIN, model: Path = HANDWRITING_MODEL) -> Iterator[Finding]:
    """What names and addresses are written with besides letters."""
    missing = []
    for way, library, data in (
        ("pinyin", "librime.so.1", compiled / "build"),
        ("handwriting", "libzinnia.so.0", model),
    ):
        try:
            ctypes.CDLL(library)
        except OSError:
            missing.append(f"{way} ({library} cannot be loaded)")
        else:
            if not data.exists():
                missing.append(f"{way} ({data} is missing)")
    if missing:
        words = f"{' and '.join(missing)} cannot be used: residents have the letter keyboard"
        yield Finding("writing", "warning", words, SET_UP)
    else:
        yield Finding("writing", "ok", "pinyin and handwriting")


def clock(synchronised: Path = CLOCK_SYNCHRONISED) -> Iterator[Finding]:
    """The clock: deadlines on receipts and signatures to the hub depend on it."""
    now = datetime.now(UTC)
    if now < BUILT_AFTER:
        yield Finding(
            "clock", "failure", f"the clock says {now:%Y-%m-%d}", "set the clock, check its battery"
        )
    elif synchronised.exists():
        yield Finding("clock", "ok", f"{now:%Y-%m-%d %H:%M} UTC, kept by the network")
    else:
        advice = "timedatectl set-ntp true, or see to another time service"
        words = f"{now:%Y-%m-%d %H:%M} UTC, not known to be kept by the network"
        yield Finding("clock", "warning", words, advice)


def disk(folder: Path) -> Iterator[Finding]:
    """Free space where this kiosk keeps its data; `folder` need not exist yet."""
    existing = next(place for place in (folder, *folder.parents) if place.exists())
    free = shutil.disk_usage(existing).free
    words = f"{free / 1e9:.1f} GB free at {folder}"
    if free < DISK_FAILURE:
        yield Finding("disk", "failure", words, "make room: nothing more can be kept safely")
    elif free < DISK_WARNING:
        yield Finding("disk", "warning", words, "make room soon")
    else:
        yield Finding("disk", "ok", words)


def site(path: Path) -> Iterator[Finding]:
    """The site file, its devices' drivers and options, and the space at its data folder."""
    from config.settings import SettingsError, load_site

    try:
        settings = load_site(path)
    except SettingsError as error:
        yield from (Finding("site", "failure", line, "mend this line") for line in str(error).splitlines())
        return
    yield Finding("site", "ok", f"{path} is understood")
    yield from devices(settings)
    yield from disk(settings.data)


def devices(settings: Site) -> Iterator[Finding]:
    """Whether each device's driver exists and understands its options, and what was counted of it.

    Nothing is opened.
    """
    from config.settings import SettingsError
    from devices import counters
    from devices.registry import build

    counted = counters.load(settings.data / counters.FILE)
    for name, table in settings.devices.items():
        try:
            device = build(name, table, settings.directory)
        except SettingsError as error:
            yield from (Finding(name, "failure", line, "mend this line") for line in str(error).splitlines())
        else:
            counts = f"; {counted[name].words}" if name in counted else ""
            yield Finding(name, "ok", f"{device.family} by {table.driver}{counts}")
    if not settings.devices:
        advice = "name one in a [devices.NAME] table"
        yield Finding("devices", "warning", "the site file names no device", advice)
