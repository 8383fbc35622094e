"""Programs that are started and measured: the smallest Kivy window, and the kiosk with a stopwatch."""
