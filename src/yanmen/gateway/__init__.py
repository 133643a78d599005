"""Door 1: calls to the model. Examines what goes in and what comes out, and obeys standing decisions."""
