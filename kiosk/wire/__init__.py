"""The messages both ends speak: kiosk and hub, nothing else is shared between them.

Every message is frozen and closed (an unknown field is an error), so what one end writes the other end either
understands whole or refuses. Personal messages print as ``Name(***)`` and never show their input in errors.
Times are timezone-aware; files and keys are named by lower-case hexadecimal SHA-256.
"""

from kiosk.wire.base import Bilingual, FieldProblem, Message, PersonalMessage, Problem, Sha256
from kiosk.wire.codes import check_code, normalise_check_code
from kiosk.wire.fleet import (
    PROTOCOL,
    CheckIn,
    CheckInReply,
    DeviceReport,
    EnrolmentReply,
    EnrolmentRequest,
    QueueReport,
)
from kiosk.wire.items import (
    Catalogue,
    Choice,
    Consent,
    Faq,
    Fee,
    FormField,
    Material,
    ServiceItem,
    Step,
    Window,
)
from kiosk.wire.results import (
    CopyOutcome,
    CopyReceipt,
    CopyReport,
    CopyRequest,
    ResultCopy,
    ResultLine,
    ResultList,
    ResultQuery,
    ResultSummary,
)
from kiosk.wire.sealing import HpkeOpener, HpkeSealer, KeyUnreadable, SealBroken, new_private_key
from kiosk.wire.submissions import (
    COPY_REPORT_KIND,
    SUBMISSION_KIND,
    WIRE_SCHEMA,
    Applicant,
    ConsentGiven,
    DocumentKind,
    IntakeEnvelope,
    MaterialFile,
    SubmissionPayload,
    SubmissionReceipt,
)
from kiosk.wire.trouble import TROUBLE_KIND, TroubleReason, TroubleReceipt, TroubleReport

__all__ = [
    "COPY_REPORT_KIND",
    "PROTOCOL",
    "SUBMISSION_KIND",
    "TROUBLE_KIND",
    "WIRE_SCHEMA",
    "Applicant",
    "Bilingual",
    "Catalogue",
    "CheckIn",
    "CheckInReply",
    "Choice",
    "Consent",
    "ConsentGiven",
    "CopyOutcome",
    "CopyReceipt",
    "CopyReport",
    "CopyRequest",
    "DeviceReport",
    "DocumentKind",
    "EnrolmentReply",
    "EnrolmentRequest",
    "Faq",
    "Fee",
    "FieldProblem",
    "FormField",
    "HpkeOpener",
    "HpkeSealer",
    "IntakeEnvelope",
    "KeyUnreadable",
    "Material",
    "MaterialFile",
    "Message",
    "PersonalMessage",
    "Problem",
    "QueueReport",
    "ResultCopy",
    "ResultLine",
    "ResultList",
    "ResultQuery",
    "ResultSummary",
    "SealBroken",
    "ServiceItem",
    "Sha256",
    "Step",
    "SubmissionPayload",
    "SubmissionReceipt",
    "TroubleReason",
    "TroubleReceipt",
    "TroubleReport",
    "Window",
    "check_code",
    "new_private_key",
    "normalise_check_code",
]
