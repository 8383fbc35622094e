"""Every framing module under attack: briefly here, for as long as one likes by the command."""

from __future__ import annotations

import random

import pytest
from click.testing import CliRunner

from tests.devices.campaign import main
from tests.devices.targets import TARGETS, Target


def _changed(seed: bytes, chance: random.Random) -> bytes:
    """Sound bytes with a few changes."""
    data = bytearray(seed)
    for _ in range(chance.randint(1, 6)):
        at = chance.randint(0, len(data))
        change = chance.randbytes(chance.choice((0, 1, 1, 2, 8)))
        data[at : at + chance.choice((0, 1, 1, 2, 40))] = change
    return bytes(data)


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_no_promise_of_a_framing_module_is_broken(target: Target) -> None:
    for seed in target.seeds:
        target.attack(seed)
    chance = random.Random(20261121)
    for _ in range(300):
        target.attack(_changed(chance.choice(target.seeds), chance)[: target.longest])


def test_the_campaign_tells_what_it_tried() -> None:
    told = CliRunner().invoke(main, ["--minutes", "0.01", "--target", "apdu"])
    assert told.exit_code == 0, told.output
    rows = [line.split("|")[1:3] for line in told.output.splitlines() if line.startswith("| `")]
    assert [name.strip() for name, _ in rows] == ["`social_card/apdu`"]
    assert all(int(tried.replace(",", "")) > 0 for _, tried in rows)
