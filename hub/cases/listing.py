"""Cases and results as rows for the command line; without anything about residents."""

from __future__ import annotations

from typing import Any

from hub.cases.models import Case, Result


def case_rows() -> list[dict[str, Any]]:
    """``{id, case_no, item, state, received}`` of every case, oldest first."""
    return [
        {
            "id": str(case.id),
            "case_no": case.case_no,
            "item": case.item_id,
            "state": case.state,
            "received": case.received_at.isoformat(),
        }
        for case in Case.objects.order_by("received_at", "case_no")
    ]


def result_rows() -> list[dict[str, Any]]:
    """``{result_id, case_no, item, copies}`` of every result, oldest first."""
    results = Result.objects.order_by("decided_at").select_related("case").prefetch_related("copies")
    return [
        {
            "result_id": str(result.id),
            "case_no": result.case.case_no,
            "item": result.case.item_id,
            "copies": [
                {
                    "copy_id": str(copy.id),
                    "copy_no": copy.copy_no,
                    "kiosk": copy.kiosk_id,
                    "issued": copy.issued_at.isoformat(),
                    "outcome": copy.outcome or None,
                }
                for copy in result.copies.all()
            ],
        }
        for result in results
    ]
