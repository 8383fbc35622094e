"""Certificates as sealed PDF: the page, the seal on it, the keys that seal, and whether a seal is whole."""
