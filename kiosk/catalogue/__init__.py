"""The catalogue file: built at publish time, opened read-only at the kiosk, swapped while it runs."""
