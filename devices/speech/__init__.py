"""Spoken words for the resident."""
