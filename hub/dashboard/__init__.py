"""The first page of the console: what is wrong now, how the work stands, what yesterday was."""
