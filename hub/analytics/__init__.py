"""Analytics without personal data: what was sought and not found, where visits stop, how they end."""
