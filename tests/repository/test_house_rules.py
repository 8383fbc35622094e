"""The rule of tests/conftest.py: a test that leaves a thread running fails."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

CONFTEST = Path(__file__).resolve().parents[1] / "conftest.py"


def verdicts(pytester: pytest.Pytester, body: str) -> dict[str, int]:
    pytester.makeconftest(CONFTEST.read_text().replace("GRACE = 5.0", "GRACE = 0.05"))
    pytester.makeini("[pytest]\nasyncio_default_fixture_loop_scope = function")
    pytester.makepyfile(body)
    return pytester.runpytest_subprocess("-p", "no:randomly", "-p", "no:django").parseoutcomes()


def test_a_thread_that_outlives_its_test_fails_it(pytester: pytest.Pytester) -> None:
    body = """
        import threading
        stop = threading.Event()
        def test_leaves_one():
            threading.Thread(target=stop.wait, name="left", daemon=True).start()
        def teardown_module():
            stop.set()
    """
    assert verdicts(pytester, body) == {"passed": 1, "errors": 1}


def test_threads_of_wider_fixtures_and_ended_ones_are_fine(pytester: pytest.Pytester) -> None:
    body = """
        import threading
        import pytest
        @pytest.fixture(scope="module")
        def service():
            stop = threading.Event()
            thread = threading.Thread(target=stop.wait)
            thread.start()
            yield
            stop.set()
            thread.join()
        def test_uses_it(service):
            threading.Thread(target=int).start()
        def test_uses_it_again(service):
            pass
    """
    assert verdicts(pytester, body) == {"passed": 2}
