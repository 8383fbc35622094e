"""Videos of guides: read in a thread of their own, drawn by the page."""
