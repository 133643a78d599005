"""What somebody answers for: that a vulnerability does not touch a product, or does, in the exchange formats of the field."""

from yanmen.supply.vex.statement import Product, Statement
from yanmen.supply.vex.statements import Idle, Statements

__all__ = ["Idle", "Product", "Statement", "Statements"]
