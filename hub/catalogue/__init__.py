"""The catalogue of service items, as it is published to kiosks."""
