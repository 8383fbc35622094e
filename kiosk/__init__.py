"""The kiosk without a screen: what a resident comes to do, and everything that needs."""
