"""The kiosks: enrolment, signed requests, signs of life."""
