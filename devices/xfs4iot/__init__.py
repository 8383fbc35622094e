"""Devices behind services of XFS4IoT, the standard of bank terminals (CWA 17852; PROTOCOLS.md section 5)."""
