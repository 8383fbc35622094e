"""The far ends of all devices: they speak the real protocols over the real transports."""
