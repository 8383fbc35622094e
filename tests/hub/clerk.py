"""A clerk beside a hub in another process: works on its cases through the same database, as the console does.

Run as a script with the data folder; reads one command a line from its standard input, answers with a line.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]


class Clerk:
    """Does to a case, by its number, what a clerk does in the console."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def __call__(self, act: str, case_no: str) -> str:
        """Do it; the state the case has then."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps([act, case_no]), file=self._process.stdin, flush=True)
        answer = self._process.stdout.readline()
        assert answer, "the clerk's process has ended"
        return answer.strip()


@contextmanager
def at_work(data: Path) -> Iterator[Clerk]:
    """A clerk for the hub with this data folder."""
    command = [sys.executable, str(Path(__file__)), str(data)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield Clerk(process)
        finally:
            assert process.stdin is not None
            process.stdin.close()


def _main(data: str) -> None:
    sys.path.insert(0, str(ROOT))
    os.environ |= {"YEDENG_HUB_DATA": data, "DJANGO_SETTINGS_MODULE": "hub.settings"}
    import django

    django.setup()
    from django.contrib.auth.models import User
    from django.test import RequestFactory

    from hub.accounts.models import Account
    from hub.cases import handling
    from hub.cases.models import Case
    from hub.cases.told import Explanation, Lacking
    from hub.cases.workflow import Outcome

    request = RequestFactory().post("/console/")
    request.user = User.objects.create_user(f"clerk-{os.getpid()}")
    Account.objects.create(user=request.user, role="clerk")
    lacking = (Lacking("居民户口簿", "照片看不清", "", "hukou-own-page"), Lacking("本人签字", "没有签"))
    why = Explanation("不符合参保条件", "办法第三条", "12345")
    certificate = {
        "title": {"zh": "参保登记回执", "en": ""},
        "lines": [{"label": {"zh": "姓名", "en": ""}, "value": "李桂兰"}],
        "body": {"zh": "准予登记", "en": ""},
        "authority": {"zh": "医保局", "en": ""},
    }
    acts: dict[str, Callable[[Case], object]] = {
        "claim": lambda one: handling.claim(request, one.pk, one.revision),
        "ask": lambda one: handling.ask_supplement(request, one.pk, one.revision, lacking, 10),
        "grant": lambda one: handling.decide(
            request, one.pk, one.revision, Outcome.GRANTED, None, certificate
        ),
        "refuse": lambda one: handling.decide(request, one.pk, one.revision, Outcome.REFUSED, why),
    }
    for line in sys.stdin:
        act, case_no = json.loads(line)
        acts[act](Case.objects.get(case_no=case_no))
        sys.stdout.write(Case.objects.get(case_no=case_no).state + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _main(sys.argv[1])
