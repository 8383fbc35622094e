"""A4 printers behind CUPS: IPP as bytes, what it says as meaning, and the driver."""
