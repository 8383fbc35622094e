"""What one kiosk consists of: the rooms that a visit may use, put together once at the start."""

from __future__ import annotations

from dataclasses import dataclass

from config.settings import Site
from devices.supervisor import Supervisor
from kiosk.availability import Availability
from kiosk.counts import Counts
from kiosk.enquiries import Enquiries
from kiosk.guide import Guide
from kiosk.results import Results
from kiosk.service import Service
from kiosk.settings_in_force import SettingsInForce
from kiosk.submissions import Submissions
from kiosk.visit import Aside
from kiosk.wire import Bilingual


@dataclass(frozen=True)
class Kiosk:
    """One kiosk, ready for residents."""

    settings: SettingsInForce
    service: Service
    devices: Supervisor
    guide: Guide
    availability: Availability
    submissions: Submissions
    results: Results
    enquiries: Enquiries
    aside: Aside
    counts: Counts

    @property
    def site(self) -> Site:
        """The settings in force now; others may come into force between two visits."""
        return self.settings.site

    @property
    def window(self) -> Bilingual:
        """Name and hours of the nearest staffed window."""
        kiosk = self.site.kiosk
        return Bilingual(
            zh=kiosk.window_zh or "最近的政务服务中心", en=kiosk.window_en or "the nearest service centre"
        )
