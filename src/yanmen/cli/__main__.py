"""``python -m yanmen.cli``."""

from yanmen.cli import main

main()
