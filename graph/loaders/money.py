"""Amounts as a currency writes them."""

from decimal import Decimal

from graph.scalars import CurrencyCode
from graph.types.money import Money

# ISO 4217: all others have two.
_WITHOUT_DECIMALS = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG"}
    | {"RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"}
)
_WITH_THREE_DECIMALS = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})


def money(amount: Decimal, currency: str) -> Money:
    """An amount with as many decimals as its currency has; more where it needs them."""
    least = 0 if currency in _WITHOUT_DECIMALS else 3 if currency in _WITH_THREE_DECIMALS else 2
    exact = amount.normalize()
    exponent = exact.as_tuple().exponent
    needed = max(least, -exponent if isinstance(exponent, int) else 0)
    return Money(amount=exact.quantize(Decimal(1).scaleb(-needed)), currency=CurrencyCode(currency))
