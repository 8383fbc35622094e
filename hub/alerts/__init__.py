"""Alerts: rules by symptom, grouped, silenced, escalated, told by e-mail and signed webhooks."""
