"""A seal suite from somebody else's package, as SM2 with SM4 would come: used, and missed in words."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from kiosk.wire import HpkeOpener, HpkeSealer, KeyUnreadable, SealBroken, new_private_key, sealer_for
from offline_queue import OfflineQueue, new_id

ROOT = Path(__file__).parents[2]
NAME = "TOY-SHA256"

# What docs/offline-queue.md describes; the cipher is a toy, the shape is not.
MODULE = """
import hashlib, hmac, secrets
from kiosk.wire import KeyUnreadable, SealBroken

class ToySuite:
    def new_private_key(self):
        return b"private " + secrets.token_bytes(16)

    def public_key(self, private_key):
        if not private_key.startswith(b"private "):
            raise KeyUnreadable("a private key of this suite says so")
        return b"public " + private_key[8:]

    def check(self, public_key):
        if not public_key.startswith(b"public "):
            raise KeyUnreadable("a public key of this suite says so")

    def seal(self, content, public_key, info):
        nonce = secrets.token_bytes(8)
        key = public_key[7:] + info
        stream = hashlib.shake_256(key + nonce).digest(len(content))
        closed = bytes(a ^ b for a, b in zip(content, stream))
        return nonce + hmac.digest(key, nonce + closed, "sha256") + closed

    def open(self, sealed, private_key, info):
        nonce, tag, closed = sealed[:8], sealed[8:40], sealed[40:]
        key = private_key[8:] + info
        if not hmac.compare_digest(tag, hmac.digest(key, nonce + closed, "sha256")):
            raise SealBroken("altered, or sealed as something else")
        stream = hashlib.shake_256(key + nonce).digest(len(closed))
        return bytes(a ^ b for a, b in zip(closed, stream))
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A folder in which such a package is installed, as a package manager leaves it."""
    folder = tmp_path / "site-packages"
    metadata = folder / "toy_seals-1.0.dist-info"
    metadata.mkdir(parents=True)
    (folder / "toy_seals.py").write_text(MODULE)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: toy-seals\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(f"[yedeng.seal_suites]\n{NAME} = toy_seals:ToySuite\n")
    return folder


def run(*arguments: str, package: Path | None = None, text: str = "") -> subprocess.CompletedProcess[str]:
    """A command of the kiosk, with that package installed or without."""
    environment = os.environ | ({"PYTHONPATH": str(package)} if package else {})
    command = [sys.executable, "main.py", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=environment, input=text, capture_output=True, text=True, check=False
    )


def test_what_it_seals_lies_in_the_queue_and_opens_with_its_private_key_alone(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(package))
    opener = HpkeOpener.from_texts([new_private_key(NAME)])
    text = opener.sealers[0].text
    assert text.startswith(f"{NAME} ")
    both = sealer_for([text, HpkeOpener.from_texts([new_private_key()]).sealers[0].text])  # while keys change
    item_id = new_id()
    with closing(OfflineQueue(tmp_path / "queue", sealer_for([text]), reserve=0)) as queue:
        queue.put(item_id, "submission", "李桂兰 𠮷".encode(), [b"page"])
        [item] = queue.lease()
        about = {"item_id": item_id, "kind": "submission", "schema": 1}
        assert opener.open(item.sealed, **about) == "李桂兰 𠮷".encode()  # type: ignore[arg-type]
        assert opener.open(item.attachments[0].sealed, **about, part=1) == b"page"  # type: ignore[arg-type]
        with pytest.raises(SealBroken, match="sealed as something else"):
            opener.open(item.sealed, item_id=new_id(), kind="submission", schema=1)
        queue.sealer = both
        queue.put(new_id(), "submission", b"to both keys")
        [item] = queue.lease()
        sealed_to_both = opener.open(item.sealed, item_id=item.envelope.id, kind="submission", schema=1)
        assert sealed_to_both == b"to both keys"
    with pytest.raises(KeyUnreadable, match="a public key of this suite says so"):
        HpkeSealer(b"something else", NAME)


def test_the_commands_use_it_where_it_is_installed_and_say_so_where_it_is_not(
    package: Path, tmp_path: Path
) -> None:
    keys, data = tmp_path / "keys", tmp_path / "data"
    made = run("hub", "keys", "--out", str(keys), "--suite", NAME, package=package)
    assert made.returncode == 0, made.stderr
    put = ("queue", "put", "--data", str(data), "--kind", "x", "--recipient", str(keys / "intake.pub"))
    done = run(*put, package=package, text='{"a": 1}\n')
    assert (done.returncode, done.stderr, len(done.stdout.split())) == (0, "", 1)
    refused = run(*put, text="{}\n")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "not a public key" in refused.stderr
    assert "no seal suite of that name is installed" in refused.stderr
    assert "Traceback" not in refused.stderr
