"""The API for kiosks and other channels, assembled: ``/api/v1/…``, described in ``/api/openapi.json``."""

from hub.cases.api import router as results
from hub.catalogue.api import router as catalogue
from hub.channels.api import router as channels
from hub.intake.api import router as intake
from hub.intake.uploads import router as uploads
from hub.kiosks.api import router as kiosks
from hub.openapi import HubAPI
from hub.problems import install_problem_handlers

api = HubAPI(title="Yedeng hub", version="1", docs_url=None, urls_namespace="api")
install_problem_handlers(api)
for router in (kiosks, intake, uploads, results, catalogue, channels):
    api.add_router("/v1", router)
