"""What can be wrong, and how it is seen: one function each, which asks the database as of a given moment."""

from hub.alerts.symptoms.registry import SYMPTOMS, Sign, Symptom

__all__ = ["SYMPTOMS", "Sign", "Symptom"]
