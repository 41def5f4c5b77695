"""The experiment on attention over time: scenes of photos, features of frames, trained heads."""
