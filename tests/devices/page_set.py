"""A labelled set of pages under a camera, rendered from a seed: where the page lies is known exactly.

`python -m tests.devices.page_set --pages 2000` renders a large set, holds the page finder and the verdicts
against it and prints a table; ``--worst FOLDER`` saves the pictures with the largest errors.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
import cv2
import numpy as np
from numpy.typing import NDArray

from devices.camera.clean import straighten
from devices.camera.finder import pages
from devices.camera.verdicts import verdicts
from tests.devices.page_art import ARTS, DESKS, art, desk_top

Picture = NDArray[np.uint8]
Quad = NDArray[np.float32]
Floats = NDArray[Any]

KINDS = ("good", "blurred", "glare", "cut-edge", "too-dark", "too-far", "no-page", "several-pages")
"""What is wrong with a picture; each verdict is the name of its kind."""

ALLOWED = {"several-pages": {"too-far"}, "no-page": {"too-dark"}, "cut-edge": {"too-far"}}
"""What else may be said of a kind, and is true: several pages are small, and a dark desk is dark."""

_SKIN = ((214, 170, 142), (176, 128, 98), (236, 196, 172))


@dataclass(frozen=True)
class Sample:
    """One rendered picture.

    Attributes:
        kind: one of `KINDS`.
        picture: uint8 RGB.
        quads: the true corners of every page in it, clockwise; the first is the one that matters.
        about: art and desk, for a report.
    """

    kind: str
    picture: Picture = field(repr=False)
    quads: tuple[Quad, ...] = field(repr=False)
    about: str


def sample(seed: int, kind: str, width: int = 1920, height: int = 1080) -> Sample:
    """Render one picture of a kind."""
    return _Render(np.random.default_rng((seed, KINDS.index(kind))), kind, width, height).sample()


def corner_error(one: Sample) -> float:
    """How far the worst corner found is from the true one, as a part of the diagonal; 1 without a page."""
    found = pages(one.picture)
    if not found:
        return 1.0
    quad, diagonal = found[0].quad, float(np.hypot(*one.picture.shape[:2]))
    away = (np.linalg.norm(np.roll(quad, turn, axis=0) - one.quads[0], axis=1).max() for turn in range(4))
    return min(1.0, float(min(away)) / diagonal)


def said(one: Sample) -> tuple[str, ...]:
    """The verdicts on a picture."""
    found = pages(one.picture)
    straight = straighten(one.picture, found[0].quad) if found else one.picture
    return verdicts(one.picture, found, straight)


def scores(told: list[tuple[str, tuple[str, ...]]]) -> dict[str, tuple[float, float]]:
    """For each verdict its recall and precision.

    Args:
        told: kind and verdicts of every picture.
    """
    right = Counter(kind for kind, keys in told if kind in keys)
    there = Counter(kind for kind, _ in told)
    wrong = Counter(key for kind, keys in told for key in keys if key not in {kind, *ALLOWED.get(kind, ())})
    return {
        kind: (right[kind] / there[kind], right[kind] / max(1, right[kind] + wrong[kind]))
        for kind in KINDS
        if kind != "good" and there[kind]
    }


class _Render:
    """One picture in the making."""

    def __init__(self, chance: np.random.Generator, kind: str, width: int, height: int) -> None:
        self.chance = chance
        self.kind = kind
        self.width, self.height = width, height
        self.unit = height / 1080
        self.desk = str(chance.choice(DESKS))
        self.arts: list[str] = []

    def sample(self) -> Sample:
        picture = self._ground()
        quads: list[Quad] = []
        for place in self._places():
            name = str(self.chance.choice(list(ARTS)))
            self.arts.append(name)
            page = art(name)
            quads.append(self._quad(page.shape[1], page.shape[0], *place))
            picture = self._lay(picture, page, quads[-1], round_corners=name == "card")
        if self.kind == "no-page":
            picture = self._clutter(picture)
        if quads and self.kind in {"good", "blurred"} and self.chance.random() < 0.3:
            picture = self._hand(picture, quads[0])
        picture *= self._light()[..., None]
        if self.kind == "glare":
            picture = self._glare(picture, quads[0])
        return Sample(self.kind, self._sensor(picture), tuple(quads), f"{'+'.join(self.arts)} on {self.desk}")

    def _ground(self) -> Floats:
        top = desk_top(self.desk)
        zoom = self.chance.uniform(0.9, 1.25) * self.unit
        rows, columns = (
            min(round(side / zoom), limit)
            for side, limit in zip((self.height, self.width), top.shape, strict=False)
        )
        y, x = (
            int(self.chance.integers(0, limit - size + 1))
            for size, limit in zip((rows, columns), top.shape, strict=False)
        )
        part = top[y : y + rows, x : x + columns]
        if self.chance.random() < 0.5:
            part = part[:, ::-1]
        return cv2.resize(part, (self.width, self.height), interpolation=cv2.INTER_AREA).astype(np.float32)

    def _places(self) -> list[tuple[float, float, float, float]]:
        """Centre x and y as fractions, long side as a fraction of the height, and the angle of every page."""
        chance = self.chance
        tilt = float(chance.normal(0, 9)) if chance.random() < 0.8 else float(chance.uniform(-40, 40))
        if chance.random() < 0.3:
            tilt += 90
        match self.kind:
            case "no-page":
                return []
            case "several-pages":
                count = int(chance.integers(2, 4))
                angle = float(chance.normal(0, 5))
                centres = np.linspace(0.5 / count, 1 - 0.5 / count, count)
                return [
                    (
                        float(x),
                        float(chance.uniform(0.42, 0.58)),
                        float(chance.uniform(0.45, 0.58)),
                        angle + float(chance.normal(0, 6)),
                    )
                    for x in centres
                ]
            case "too-far":
                return [
                    (
                        float(chance.uniform(0.3, 0.7)),
                        float(chance.uniform(0.35, 0.65)),
                        float(chance.uniform(0.3, 0.5)),
                        tilt,
                    )
                ]
            case "cut-edge":
                return [
                    (
                        float(chance.choice((-1.0, 2.0))),
                        float(chance.uniform(0.4, 0.6)),
                        float(chance.uniform(0.8, 1.0)),
                        tilt,
                    )
                ]
        return [
            (
                float(chance.uniform(0.44, 0.56)),
                float(chance.uniform(0.46, 0.54)),
                float(chance.uniform(0.72, 1.0)),
                tilt,
            )
        ]

    def _quad(self, width: int, height: int, x: float, y: float, size: float, angle: float) -> Quad:
        """Where a page's corners are seen: turned, seen from the side a little, and moved to its place."""
        long = (
            size
            * self.height
            * (1.15 if self.kind in {"good", "blurred", "glare", "too-dark", "cut-edge"} else 1)
        )
        half = np.array((width, height), np.float32) * long / max(width, height) / 2
        corners = np.array(((-1, -1), (1, -1), (1, 1), (-1, 1)), np.float32) * half
        turn = np.radians(angle)
        corners = corners @ np.array(
            ((np.cos(turn), np.sin(turn)), (-np.sin(turn), np.cos(turn))), np.float32
        )
        lean = self.chance.normal(0, 0.11, 2).clip(-0.26, 0.26) / self.height
        seen = corners / (1 + corners @ lean)[:, None]
        limit = np.array((self.width, self.height), np.float32)
        if self.kind in {"good", "blurred", "glare", "too-dark"}:
            seen *= min(1.0, float((0.94 * limit / np.ptp(seen, axis=0)).min()))  # it fits into the picture
        if self.kind == "cut-edge":
            seen *= min(1.0, 1.05 * self.height / np.ptp(seen[:, 1]))
            out = self.chance.uniform(0.05, 0.25) * np.ptp(seen[:, 0])
            x = float(
                (out - seen[:, 0].max()) / self.width + 1
                if x > 0.5
                else (-out - seen[:, 0].min()) / self.width
            )
        seen = seen + np.array((x, y)) * limit
        if self.kind in {"good", "blurred", "glare", "too-dark"}:
            low, high = 0.02 * limit - seen.min(axis=0), 0.98 * limit - seen.max(axis=0)
            seen = seen + np.maximum(low, 0) + np.minimum(high, 0)
        return np.asarray(seen, np.float32)

    def _lay(self, ground: Floats, page: Picture, quad: Quad, *, round_corners: bool) -> Floats:
        scale = min(1.0, 1.2 * float(np.linalg.norm(quad[0] - quad[1])) / page.shape[1])
        small = cv2.resize(page, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        height, width = small.shape[:2]
        cover = np.full((height, width), 255, np.uint8)
        if round_corners:
            cover[:] = 0
            radius = round(0.037 * width)  # 3.18 mm of 85.60
            cv2.rectangle(cover, (radius, 0), (width - 1 - radius, height - 1), 255, -1)
            cv2.rectangle(cover, (0, radius), (width - 1, height - 1 - radius), 255, -1)
            for x in (radius, width - 1 - radius):
                for y in (radius, height - 1 - radius):
                    cv2.circle(cover, (x, y), radius, 255, -1)
        corners = np.array(((0, 0), (width, 0), (width, height), (0, height)), np.float32) - 0.5
        matrix = cv2.getPerspectiveTransform(corners, quad)
        size = (self.width, self.height)
        warped = cv2.warpPerspective(
            small, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        mask = (cv2.warpPerspective(cover, matrix, size) / np.float32(255)).astype(np.float32)
        return (
            self._shaded(ground, mask, self.chance.uniform(0.1, 0.45)) * (1 - mask[..., None])
            + warped * mask[..., None]
        )

    def _shaded(self, ground: Floats, mask: Floats, depth: float) -> Floats:
        """The shadow that something flat throws beside itself."""
        few = cv2.resize(mask, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
        step = tuple(round(v) for v in self.chance.normal(0, 3 * self.unit, 2))
        few = cv2.GaussianBlur(
            np.roll(few, step, (0, 1)), (0, 0), float(self.chance.uniform(1, 4)) * self.unit
        )
        shade = 1 - depth * cv2.resize(few, (self.width, self.height))
        return np.asarray(ground * shade[..., None], np.float32)

    def _hand(self, picture: Floats, quad: Quad) -> Floats:
        """A hand that holds the page at one side or corner."""
        corner = int(self.chance.integers(4))
        along = self.chance.uniform(0, 1)
        centre = quad.mean(axis=0)
        held = quad[corner] * (1 - along) + quad[(corner + 1) % 4] * along
        outwards = (held - centre) / np.linalg.norm(held - centre)
        mask = np.zeros((self.height, self.width), np.uint8)
        thick = self.chance.uniform(34, 52) * self.unit
        side = np.array((-outwards[1], outwards[0]))
        for finger in range(int(self.chance.integers(1, 5))):
            tip = held - outwards * self.chance.uniform(20, 90) * self.unit + side * finger * thick * 1.15
            root = held + outwards * 260 * self.unit + side * finger * thick
            cv2.line(
                mask, tip.astype(int).tolist(), root.astype(int).tolist(), 255, round(thick), cv2.LINE_AA
            )
        skin = np.array(_SKIN[int(self.chance.integers(len(_SKIN)))], np.float32)
        cover = cv2.GaussianBlur(mask, (0, 0), 1.2).astype(np.float32) / 255
        return self._shaded(picture, cover, 0.5) * (1 - cover[..., None]) + skin * cover[..., None]

    def _clutter(self, picture: Floats) -> Floats:
        """Things that are no pages: a pen, a cup, a cable, a hand; often nothing."""
        for _ in range(int(self.chance.integers(0, 4))):
            mask = np.zeros((self.height, self.width), np.uint8)
            x, y = self.chance.uniform(0.1, 0.9, 2) * (self.width, self.height)
            far = self.chance.normal(0, 300 * self.unit, 2)
            match int(self.chance.integers(3)):
                case 0:
                    cv2.line(
                        mask,
                        (int(x), int(y)),
                        (int(x + far[0]), int(y + far[1])),
                        255,
                        round(16 * self.unit),
                        cv2.LINE_AA,
                    )
                case 1:
                    cv2.circle(
                        mask,
                        (int(x), int(y)),
                        round(self.chance.uniform(60, 150) * self.unit),
                        255,
                        -1,
                        cv2.LINE_AA,
                    )
                case _:
                    axes = (round(200 * self.unit), round(70 * self.unit))
                    cv2.ellipse(
                        mask,
                        (int(x), int(y)),
                        axes,
                        float(self.chance.uniform(0, 180)),
                        0,
                        360,
                        255,
                        -1,
                        cv2.LINE_AA,
                    )
            cover = mask.astype(np.float32) / 255
            colour = self.chance.uniform(20, 240, 3).astype(np.float32)
            picture = self._shaded(picture, cover, 0.4) * (1 - cover[..., None]) + colour * cover[..., None]
        return picture

    def _light(self) -> Floats:
        """A lamp at one side, darker corners, and at times the shadow of an arm."""
        chance = self.chance
        y, x = np.mgrid[0:54, 0:96].astype(np.float32) / np.array((54, 96), np.float32)[:, None, None]
        angle = chance.uniform(0, 2 * np.pi)
        slope = chance.uniform(0, 0.42) * ((x - 0.5) * np.cos(angle) + (y - 0.5) * np.sin(angle))
        corners = chance.uniform(0, 0.3) * ((x - 0.5) ** 2 + (y - 0.5) ** 2)
        light = 1 + slope - corners
        if self.kind != "too-dark" and chance.random() < 0.3:
            arm = np.zeros((54, 96), np.float32)
            cv2.line(
                arm,
                (int(chance.integers(96)), 0),
                (int(chance.integers(96)), 54),
                1.0,
                int(chance.integers(8, 22)),
            )
            light *= 1 - chance.uniform(0.15, 0.45) * cv2.GaussianBlur(
                arm, (0, 0), float(chance.uniform(0.7, 3))
            )
        level = chance.uniform(0.15, 0.26) if self.kind == "too-dark" else chance.uniform(0.72, 1.0)
        return np.asarray(
            cv2.resize(light * level, (self.width, self.height), interpolation=cv2.INTER_CUBIC), np.float32
        )

    def _glare(self, picture: Floats, quad: Quad) -> Floats:
        """A lamp mirrored in the page: so bright that the text is gone."""
        weights = self.chance.dirichlet((2, 2, 2, 2))
        centre = (weights @ quad).astype(int)
        size = float(np.sqrt(cv2.contourArea(quad)))
        few = np.zeros((self.height // 4, self.width // 4), np.float32)
        axes = (
            np.array((self.chance.uniform(0.12, 0.25), self.chance.uniform(0.08, 0.16))) * size / 4
        ).astype(int)
        cv2.ellipse(
            few, (centre // 4).tolist(), axes.tolist(), float(self.chance.uniform(0, 180)), 0, 360, 1.0, -1
        )
        soft = cv2.GaussianBlur(few, (0, 0), float(axes.min()) * 0.35)
        spot = cv2.resize(soft, (self.width, self.height))
        return np.asarray(picture + 330 * spot[..., None], np.float32)

    def _sensor(self, picture: Floats) -> Picture:
        chance = self.chance
        warmth = 1 + chance.uniform(-0.06, 0.06)
        picture = picture * np.array((warmth, 1.0, 2 - warmth), np.float32)
        if self.kind == "blurred":
            picture = self._unsharp(picture)
        else:
            picture = cv2.GaussianBlur(picture, (0, 0), float(chance.uniform(0.3, 1.0)) * max(0.6, self.unit))
        cv2.setRNGSeed(int(chance.integers(2**31)))
        deviation = np.full(3, chance.uniform(1, 5))
        noise = cv2.randn(np.empty((self.height, self.width, 3), np.int16), np.zeros(3), deviation)
        seen = np.asarray(np.clip(picture + noise, 0, 255), np.uint8)
        quality = int(chance.integers(70, 96))
        return np.asarray(
            cv2.imdecode(cv2.imencode(".jpg", seen, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_COLOR)
        )

    def _unsharp(self, picture: Floats) -> Floats:
        """Out of focus, or moved while it was taken."""
        if self.chance.random() < 0.5:
            return cv2.GaussianBlur(picture, (0, 0), float(self.chance.uniform(3.2, 6)) * self.unit)
        length = round(self.chance.uniform(16, 34) * self.unit)
        kernel = np.zeros((length, length), np.float32)
        ends = ((0, length // 2), (length - 1, length // 2))
        cv2.line(kernel, *ends, 1.0, max(1, round(2 * self.unit)))
        turn = cv2.getRotationMatrix2D((length / 2, length / 2), float(self.chance.uniform(0, 180)), 1)
        turned = np.asarray(cv2.warpAffine(kernel, turn, (length, length)))
        return cv2.filter2D(picture, -1, turned / turned.sum())


@click.command()
@click.option("--pages", "count", default=2000, show_default=True, help="Pages whose corners are looked for.")
@click.option(
    "--verdicts", "each", default=100, show_default=True, help="Pictures of each kind that are judged."
)
@click.option(
    "--worst", type=click.Path(path_type=Path, file_okay=False), help="Save the worst pictures here."
)
def main(count: int, each: int, worst: Path | None) -> None:
    """Hold the page finder and the verdicts against pictures whose truth is known."""
    errors = []
    for seed in range(count):
        one = sample(seed, "good", 960, 540)
        errors.append(corner_error(one))
        if worst is not None and errors[-1] > 0.01:
            worst.mkdir(parents=True, exist_ok=True)
            name = f"{seed:05d}-{errors[-1]:.3f}-{one.about.replace(' ', '-')}.png"
            cv2.imwrite(str(worst / name), cv2.cvtColor(one.picture, cv2.COLOR_RGB2BGR))
    far = float(np.mean(np.array(errors) > 0.01))
    p50, p95 = np.percentile(errors, (50, 95))
    click.echo(
        f"corners of {count} pages: p50 {p50:.2%}, p95 {p95:.2%} of the diagonal; {far:.1%} beyond 1 %"
    )
    told = []
    for kind in KINDS:
        told += [(kind, said(sample(seed, kind))) for seed in range(each)]
    for kind, (recall, precision) in scores(told).items():
        click.echo(f"{kind}: recall {recall:.0%}, precision {precision:.0%}")
    good = [keys for kind, keys in told if kind == "good"]
    click.echo(f"good: {sum(not keys for keys in good) / max(1, len(good)):.0%} without any verdict")


if __name__ == "__main__":
    main()
