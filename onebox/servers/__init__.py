"""The servers the system stands on, as private processes on loopback."""
