"""Journeys: real processes, real HTTP, killed, lied to and cut off; then the two sides are counted to the cent."""
