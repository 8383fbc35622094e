"""What an installation says about its single sign-on (OpenID Connect Core 1.0). Knows nothing of Django.

Everything stands in ``oidc.toml`` in the data folder; without that file there is none.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, ValidationError, field_validator

from hub.accounts.policy import ROLES
from hub.environment import NotMeant

FILE: Final = "oidc.toml"


class SingleSignOn(BaseModel):
    """A provider, and how its claims become a role and a place.

    A value of ``role_claim`` that ``roles`` does not name gives no account. ``organisation_claim`` holds the
    name of an organisation; without it everybody stands at ``organisation``, or at the root. Who logged in
    there with a method or class that ``second_factor`` names (``amr``, ``acr``) is not asked for one here.
    ``key_ids`` is false for a provider with one key that has no ``kid``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    button: str = Field(min_length=1, max_length=40)
    issuer: HttpUrl
    authorization_endpoint: HttpUrl
    token_endpoint: HttpUrl
    userinfo_endpoint: HttpUrl
    jwks_endpoint: HttpUrl
    algorithm: Literal["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"] = "RS256"
    key_ids: bool = True
    client_id: str
    client_secret: str = Field(repr=False)
    scopes: str = "openid profile"
    name_claim: str = "preferred_username"
    role_claim: str
    roles: dict[str, str]
    organisation_claim: str = ""
    organisation: str = ""
    second_factor: frozenset[str] = frozenset()

    @field_validator("roles")
    @classmethod
    def _known(cls, roles: dict[str, str]) -> dict[str, str]:
        unknown = set(roles.values()) - set(ROLES)
        if unknown:
            raise ValueError(f"no such role: {', '.join(sorted(unknown))}")
        return roles

    @classmethod
    def read(cls, folder: Path) -> SingleSignOn | None:
        """What the file in ``folder`` says, ``None`` without one. Raises ``NotMeant``."""
        file = folder / FILE
        try:
            return cls.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except ValidationError as error:
            places = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
            raise NotMeant(f"{file}: {places}") from None
        except (OSError, UnicodeError, tomllib.TOMLDecodeError) as error:
            raise NotMeant(f"{file} cannot be read: {error}") from None

    @property
    def iss(self) -> str:
        """The issuer as providers write it: without a closing stroke that nobody typed."""
        text = str(self.issuer)
        return text.rstrip("/") if self.issuer.path == "/" else text

    def django_settings(self) -> dict[str, object]:
        """The settings of mozilla-django-oidc."""
        return {
            "OIDC_OP_AUTHORIZATION_ENDPOINT": str(self.authorization_endpoint),
            "OIDC_OP_TOKEN_ENDPOINT": str(self.token_endpoint),
            "OIDC_OP_USER_ENDPOINT": str(self.userinfo_endpoint),
            "OIDC_OP_JWKS_ENDPOINT": str(self.jwks_endpoint),
            "OIDC_RP_CLIENT_ID": self.client_id,
            "OIDC_RP_CLIENT_SECRET": self.client_secret,
            "OIDC_RP_SIGN_ALGO": self.algorithm,
            "OIDC_RP_SCOPES": self.scopes,
            "OIDC_VERIFY_KID": self.key_ids,
            "OIDC_USE_PKCE": True,
            "OIDC_TIMEOUT": 5,
        }
