"""The site file: everything that differs from one kiosk to the next, read once, never changed while running.

A site file is TOML. Unknown keys are refused with their place and the nearest known name; relative paths in
it resolve against the folder it lies in; a missing file is an error (pydantic-settings alone accepts it).
"""

from __future__ import annotations

import difflib
import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)


class SettingsError(Exception):
    """A site file that cannot be used; the message names the file, the place in it and what to do."""


class Table(BaseModel):
    """One table of the site file: frozen, and closed to keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class KioskSettings(Table):
    """Who and where this kiosk is."""

    place_zh: str = Field(
        default="24 小时自助服务区", description="Name of the place in the top strip, Chinese."
    )
    place_en: str = Field(
        default="24-hour service area", description="Name of the place in the top strip, English."
    )
    keeper: str = Field(default="", description="Name of the keeper, the person responsible for this kiosk.")
    keeper_phone: str = Field(
        default="", description="The keeper's phone, shown on help pages and printed on paper."
    )
    helpline: str = Field(default="12345", description="The public hotline offered beside the keeper.")
    window_zh: str = Field(default="", description="Nearest staffed window with its hours, Chinese.")
    window_en: str = Field(default="", description="Nearest staffed window with its hours, English.")
    latitude: float | None = Field(
        default=None,
        ge=-90,
        le=90,
        description="Where the kiosk stands, degrees north: how far offices are.",
    )
    longitude: float | None = Field(
        default=None, ge=-180, le=180, description="Where the kiosk stands, degrees east."
    )
    language: Literal["zh", "en"] = Field(default="zh", description="Language a visit starts in.")
    data: Path = Field(
        default=Path("var"), description="Folder for the queue, keys and catalogue of this kiosk."
    )


class PanelSettings(Table):
    """The touch panel, as the technician measured it."""

    width: int = Field(default=1080, ge=480, le=7680, description="Width of the picture in pixels.")
    height: int = Field(default=1920, ge=480, le=7680, description="Height of the picture in pixels.")
    diagonal_inches: float = Field(
        default=21.5, gt=7, lt=120, description="Diagonal of the visible picture in inches."
    )
    lower_edge_mm: float = Field(
        default=750, ge=0, le=2000, description="Height of the picture's lower edge above the floor, mm."
    )
    theme: Literal["auto", "night", "day", "contrast", "yellow"] = Field(
        default="auto",
        description="Colours a visit starts in; auto is day from 7 to 19 o'clock, night otherwise.",
    )
    fullscreen: bool = Field(default=True, description="Fill the whole screen without borders.")
    reduced_motion: bool = Field(default=False, description="Change pages without sliding.")

    @property
    def pixels_per_mm(self) -> float:
        """Pixels in one millimetre of this panel."""
        return float((self.width**2 + self.height**2) ** 0.5 / (self.diagonal_inches * 25.4))


class HubSettings(Table):
    """Where the hub is and how this kiosk becomes known to it."""

    url: str = Field(
        default="",
        description="Address of the hub, e.g. https://hub.example; empty: no hub, everything is kept here.",
    )
    enrolment_code_file: Path | None = Field(
        default=None, description="File that holds the one-time enrolment code (a secret)."
    )
    ca: Path | None = Field(
        default=None,
        description="Certificate (PEM) of the authority that signed the hub's, if it is one of your own.",
    )
    timeout: float = Field(
        default=8.0, gt=0, le=120, description="Seconds before a request to the hub is given up."
    )
    embedded: bool = Field(
        default=False, description="Start a hub of our own beside the kiosk (demonstration only)."
    )


class QueueSettings(Table):
    """How uploads wait."""

    first_wait: float = Field(
        default=2.0, gt=0, description="Seconds of the first pause after a failed upload."
    )
    longest_wait: float = Field(
        default=900.0, gt=0, description="Seconds of the longest pause between uploads of one item."
    )
    bandwidth: int = Field(
        default=0, ge=0, description="Bytes a second the queue may send at most; 0: as fast as the line."
    )
    hold_days: float = Field(
        default=3.0, gt=0, description="Days the keeper has to see to an item the hub has refused."
    )


class VisitSettings(Table):
    """Seconds without a touch before a resident is asked whether they are still there (UX.md 1.4)."""

    reading: float = Field(default=120, gt=0, description="Reading a guide.")
    form: float = Field(default=90, gt=0, description="A form with nothing private on it yet.")
    private: float = Field(default=60, gt=0, description="Something private is on the screen.")
    done: float = Field(default=30, gt=0, description="The confirmation at the end.")
    warning: float = Field(
        default=30, ge=20, description="Countdown of the warning; WCAG 2.2 asks for at least 20 s."
    )
    elder_factor: float = Field(
        default=2.0, ge=1, description="All of the above are multiplied by this in elder mode."
    )
    card: float = Field(
        default=20, gt=0, description="Waiting for a card before the page offers another way."
    )


class SimulationSettings(Table):
    """A kiosk without hardware: the far ends of all devices are served by the bench."""

    enabled: bool = Field(default=False, description="Start the bench beside the kiosk.")
    hub_port: int = Field(
        default=0, ge=0, le=65535, description="Port of the embedded hub behind the bench's network cable."
    )


class RecordingSettings(Table):
    """Who may have a device's traffic recorded with nothing hidden (docs/recordings.md)."""

    people: tuple[str, ...] = Field(
        default=(),
        description="Who may agree to it, each as NAME: PUBLIC KEY; two must agree every time.",
    )
    sealed_to: str = Field(
        default="", description="Public key to which such a recording is sealed; empty: there are none."
    )
    keep_days: int = Field(default=7, ge=1, le=90, description="Days after which such a recording is wiped.")


class DeviceSettings(BaseModel):
    """One ``[devices.NAME]`` table: the driver's name, and the options that driver understands."""

    model_config = ConfigDict(frozen=True, extra="allow")

    driver: str = Field(min_length=1)

    @property
    def options(self) -> dict[str, Any]:
        """The driver's own options; the driver validates them."""
        return dict(self.model_extra or {})


class Site(BaseSettings):
    """One kiosk's site file."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid")

    directory: Path = Field(exclude=True)
    kiosk: KioskSettings = KioskSettings()
    panel: PanelSettings = PanelSettings()
    hub: HubSettings = HubSettings()
    queue: QueueSettings = QueueSettings()
    visit: VisitSettings = VisitSettings()
    simulation: SimulationSettings = SimulationSettings()
    recordings: RecordingSettings = RecordingSettings()
    devices: dict[str, DeviceSettings] = Field(default_factory=dict)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what the site file says.

        No environment and no .env: what a kiosk does must be readable in one file.
        """
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings,)

    @model_validator(mode="after")
    def _device_names(self) -> Site:
        for name in self.devices:
            if not name.replace("-", "").replace("_", "").isalnum() or not name.isascii():
                raise ValueError(f"device name {name!r} may hold only letters, digits, - and _")
        return self

    @property
    def data(self) -> Path:
        """Folder of this kiosk's own data, absolute."""
        return self.directory / self.kiosk.data

    def path(self, relative: str | Path) -> Path:
        """Resolve a path written in the site file against the folder it lies in."""
        return self.directory / relative


def load_site(path: Path) -> Site:
    """Read a site file.

    Raises:
        SettingsError: the file is missing, is not TOML, or holds a key or value that is not understood.
    """
    if not path.is_file():
        raise SettingsError(
            f"{path}: there is no such site file; config/example.toml shows one with every setting explained"
        )
    try:
        values = TomlConfigSettingsSource(Site, toml_file=path)()
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: is not TOML: {error}") from error
    if "directory" in values:
        raise SettingsError(f"{path}: directory: this setting is not known")
    try:
        return Site(directory=path.resolve().parent, **values)
    except ValidationError as error:
        raise SettingsError("\n".join(f"{path}: {line}" for line in explain(error, Site))) from error


def explain(error: ValidationError, model: type[BaseModel], place: tuple[str, ...] = ()) -> list[str]:
    """Say each fault of ``error`` in one line: its place in the file, what is wrong, the nearest known name.

    ``place`` is put before every location, for tables that are validated on their own (a driver's options).
    """
    lines = []
    for fault in error.errors(include_url=False, include_input=False):
        where = ".".join([*place, *(str(part) for part in fault["loc"])]) or "the file"
        if fault["type"] == "extra_forbidden":
            known = _known_names(model, fault["loc"][:-1])
            near = difflib.get_close_matches(str(fault["loc"][-1]), known, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else f"; known here: {', '.join(sorted(known))}"
            lines.append(f"{where}: this setting is not known{hint}")
        elif fault["type"] == "missing":
            lines.append(f"{where}: this setting is missing")
        else:
            lines.append(f"{where}: {fault['msg']}")
    return lines


def _known_names(model: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    for part in location:
        field = model.model_fields.get(str(part))
        if (
            field is None
            or not isinstance(field.annotation, type)
            or not issubclass(field.annotation, BaseModel)
        ):
            return []
        model = field.annotation
    return [name for name in model.model_fields if name != "directory"]
