"""2-D scanner modules of the GM65 family (PROTOCOLS.md section 6)."""
