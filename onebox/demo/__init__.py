"""The demo institution and the main job: invented people, real machinery, everything marked as a demonstration."""
