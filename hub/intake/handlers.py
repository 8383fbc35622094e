"""What is done with each kind of item."""

from __future__ import annotations

from hub.analytics.receiving import receive_counts
from hub.cases.filing import file_submission
from hub.cases.results import receive_copy_report
from hub.cases.supplements import receive_supplement
from hub.evaluations.receiving import receive_evaluation
from hub.evaluations.tickets import receive_trouble
from hub.intake.opening import Handler
from kiosk.wire import (
    COPY_REPORT_KIND,
    COUNTS_KIND,
    EVALUATION_KIND,
    SUBMISSION_KIND,
    SUPPLEMENT_KIND,
    TROUBLE_KIND,
)

HANDLERS: dict[str, Handler] = {
    SUBMISSION_KIND: file_submission,
    SUPPLEMENT_KIND: receive_supplement,
    COPY_REPORT_KIND: receive_copy_report,
    TROUBLE_KIND: receive_trouble,
    EVALUATION_KIND: receive_evaluation,
    COUNTS_KIND: receive_counts,
}
