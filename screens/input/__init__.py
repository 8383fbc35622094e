"""How a resident writes: pinyin, handwriting, letters. The engines run in a child process; no Kivy here."""
