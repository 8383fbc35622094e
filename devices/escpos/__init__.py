"""Receipt printers that speak ESC/POS: bytes, encoder, status and drivers."""
