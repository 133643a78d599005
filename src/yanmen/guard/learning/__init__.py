"""Learning from what got through: training in numpy, containment of poisoned labels, gates, drift. Pure but for files."""
