"""The slow and obvious reference: what must stand at the end of the ordered stream (see reference.py)."""
