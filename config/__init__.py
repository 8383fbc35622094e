"""Typed settings of one kiosk: a TOML site file in, one frozen object out."""
