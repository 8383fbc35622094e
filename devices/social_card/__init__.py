"""Social-security cards over PC/SC (PROTOCOLS.md section 2; LD/T 32.5-2015, file structure 2.0)."""
