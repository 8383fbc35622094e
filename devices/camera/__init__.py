"""The document camera: where pictures come from, and how a page becomes a clean picture."""
