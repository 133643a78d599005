"""How the model of prompt attacks is made: `python -m training.prompt --data DIR --out DIR`."""
