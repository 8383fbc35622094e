"""Bytes in and out: one module for each way to a device."""
