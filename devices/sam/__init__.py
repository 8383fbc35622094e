"""Second-generation ID card readers: the SAM/SDT serial protocol (PROTOCOLS.md section 1, GA 450)."""
