"""What is plugged into the kiosk: contract, drivers, simulators. No Kivy and no business words in here."""
