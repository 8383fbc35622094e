"""What is drawn: the Kivy stage, its theme, its words. The only place that imports Kivy."""
