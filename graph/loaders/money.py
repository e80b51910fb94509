"""Amounts as a currency writes them."""

from decimal import Decimal

from graph.scalars import CurrencyCode
from graph.types.money import Money
from localmessages.rules.money import in_decimals


def money(amount: Decimal, currency: str) -> Money:
    """An amount with as many decimals as its currency has; more where it needs them."""
    return Money(amount=in_decimals(amount, currency), currency=CurrencyCode(currency))
