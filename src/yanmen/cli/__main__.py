"""``python -m yanmen.cli``."""

from yanmen.cli import main

if __name__ == "__main__":  # the walk over the nouns imports this module too
    main()
