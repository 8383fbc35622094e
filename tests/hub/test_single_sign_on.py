"""Logging in by OpenID Connect, over real HTTP, at a provider of the tests' own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from oidc_provider_mock import User, run_server_in_thread

from tests.hub.conftest import HubProcess, hub_command

# The provider, which runs in a thread here, uses an older way of its own library.
pytestmark = pytest.mark.filterwarnings("ignore:get_jwt_config:DeprecationWarning")

PEOPLE = (
    User(sub="u1", claims={"preferred_username": "wang", "duty": ["other", "fleet"], "amr": ["pwd", "mfa"]}),
    User(sub="u2", claims={"preferred_username": "zhao", "duty": "fleet", "amr": ["pwd"]}),
    User(sub="u3", claims={"preferred_username": "qian", "duty": "cleaning", "amr": ["mfa"]}),
    User(sub="u4", claims={"preferred_username": "Local", "duty": "fleet", "amr": ["mfa"]}),
)


@pytest.fixture(scope="module")
def hub_with_provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    """A hub that knows a provider, and has an account named ``local``."""
    hub = HubProcess(tmp_path_factory.mktemp("hub"))
    with run_server_in_thread(user_claims=PEOPLE) as server:
        issuer = f"http://localhost:{server.server_port}"
        (hub.data / "oidc.toml").write_text(
            f"""
            button = "统一身份认证"
            issuer = "{issuer}"
            authorization_endpoint = "{issuer}/oauth2/authorize"
            token_endpoint = "{issuer}/oauth2/token"
            userinfo_endpoint = "{issuer}/userinfo"
            jwks_endpoint = "{issuer}/jwks"
            key_ids = false
            client_id = "the-hub"
            client_secret = "of the tests"
            role_claim = "duty"
            roles = {{ fleet = "technician" }}
            second_factor = ["mfa"]
            """,
            encoding="utf-8",
        )
        hub_command(
            "create-account",
            "local",
            "--role",
            "clerk",
            "--password",
            "a long enough 7",
            "--data",
            str(hub.data),
        )
        hub.start()
        try:
            yield hub
        finally:
            hub.stop()


def log_in(hub: HubProcess, sub: str) -> tuple[requests.Session, requests.Response]:
    """Through the provider's page and back; the console's answer."""
    session = requests.Session()
    asked = session.get(f"{hub.url}/oidc/authenticate/")
    return session, session.post(asked.url, data={"sub": sub})


class TestSingleSignOn:
    def test_the_login_offers_it(self, hub_with_provider: HubProcess) -> None:
        assert "统一身份认证" in requests.get(f"{hub_with_provider.url}/console/login/", timeout=9).text

    def test_who_showed_two_factors_there_is_in(self, hub_with_provider: HubProcess) -> None:
        session, answer = log_in(hub_with_provider, "u1")
        assert answer.url == f"{hub_with_provider.url}/console/"
        assert "运维人员" in session.get(f"{hub_with_provider.url}/console/my-account/").text

    def test_who_showed_one_there_shows_the_second_here(self, hub_with_provider: HubProcess) -> None:
        _session, answer = log_in(hub_with_provider, "u2")
        assert answer.url.startswith(f"{hub_with_provider.url}/console/second-factor/set-up/")

    @pytest.mark.parametrize("sub", ["u3", "u4"], ids=["a role we do not know", "somebody else's name"])
    def test_who_has_no_account_here_is_told_so(self, hub_with_provider: HubProcess, sub: str) -> None:
        session, answer = log_in(hub_with_provider, sub)
        assert answer.url == f"{hub_with_provider.url}/console/login/"
        assert "统一身份认证未能登录" in answer.text
        inside = session.get(f"{hub_with_provider.url}/console/my-account/")
        assert "/console/login/" in inside.url

    def test_a_state_that_was_never_given_is_refused(self, hub_with_provider: HubProcess) -> None:
        answer = requests.get(f"{hub_with_provider.url}/oidc/callback/?code=1&state=2", timeout=9)
        assert answer.url == f"{hub_with_provider.url}/console/login/"


def test_a_file_that_cannot_be_meant_is_told_with_its_place(tmp_path: Path) -> None:
    from hub.accounts.single_sign_on import SingleSignOn
    from hub.environment import NotMeant

    assert SingleSignOn.read(tmp_path) is None
    (tmp_path / "oidc.toml").write_text('issuer = "no address"\nroles = { a = "king" }\n')
    with pytest.raises(NotMeant, match=r"issuer: .*roles: .*no such role: king"):
        SingleSignOn.read(tmp_path)
