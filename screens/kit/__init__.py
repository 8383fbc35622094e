"""The kit: few pieces, one family of shapes, that lay themselves out at once."""
