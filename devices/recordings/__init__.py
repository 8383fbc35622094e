"""What passed between kiosk and device: written down, looked at, played again (docs/recordings.md)."""
