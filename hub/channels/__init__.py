"""Other channels: web, phone and window show the same guides and the same availability as the kiosks."""
