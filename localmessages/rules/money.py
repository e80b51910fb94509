"""Amounts of money: which there are, how a currency writes them, and in its smallest units."""

from collections.abc import Sequence
from decimal import Decimal

from localmessages.rules.refusal import Refused, UserErrorCode

# ISO 4217, the currencies that people pay with.
_NO_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_TWO_DECIMALS = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP
CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR
IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN
NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP
STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD XCG YER ZAR ZMW ZWG
"""
_THREE_DECIMALS = "BHD IQD JOD KWD LYD OMR TND"
_DECIMALS = {
    currency: decimals
    for decimals, currencies in ((0, _NO_DECIMALS), (2, _TWO_DECIMALS), (3, _THREE_DECIMALS))
    for currency in currencies.split()
}
CURRENCIES = frozenset(_DECIMALS)
# What fits into the column of an amount.
LARGEST = Decimal(10) ** 11
_SYMBOLS = {"AUD": "A$", "CAD": "CA$", "EUR": "€", "GBP": "£", "JPY": "¥", "NZD": "NZ$", "USD": "$"}


def decimals_of(currency: str) -> int:
    """How many decimals the currency has; of one that is not known here two, as most."""
    return _DECIMALS.get(currency, 2)


def in_decimals(amount: Decimal, currency: str) -> Decimal:
    """The amount with as many decimals as its currency has; more where it needs them."""
    exact = amount.normalize()
    exponent = exact.as_tuple().exponent
    needed = max(decimals_of(currency), -exponent if isinstance(exponent, int) else 0)
    return exact.quantize(Decimal(1).scaleb(-needed))


def to_minor_units(amount: Decimal, currency: str) -> int:
    """The amount as a number of the currency's smallest units: 1999 for 19.99 dollars, 500 for 500 yen."""
    units = amount.scaleb(decimals_of(currency))
    if units != units.to_integral_value():
        raise ValueError(f"{amount} {currency} has more decimals than the currency")
    return int(units)


def from_minor_units(units: int, currency: str) -> Decimal:
    """The amount that so many of the smallest units are."""
    return Decimal(units).scaleb(-decimals_of(currency))


def shown(amount: Decimal, currency: str) -> str:
    """The amount as people read it, such as `$1,250.00`, `¥500` or `KWD 1.250`."""
    figure = f"{in_decimals(amount, currency):,f}"
    symbol = _SYMBOLS.get(currency)
    return f"{symbol}{figure}" if symbol else f"{currency} {figure}"


def check_amount(amount: Decimal, currency: str, *, field: Sequence[str]) -> None:
    """Raise `Refused` for an amount that nobody can pay: of no currency, nothing, too much, too fine."""
    if currency not in CURRENCIES:
        raise Refused(
            UserErrorCode.INVALID,
            f"{currency} is no currency that people pay with.",
            field=[*field, "currency"],
            remedy="Give a code such as USD.",
        )
    if not 0 < amount < LARGEST:
        raise Refused(
            UserErrorCode.INVALID,
            f"An amount is more than zero and less than {LARGEST:,f}.",
            field=[*field, "amount"],
            remedy="Give another amount.",
        )
    decimals = decimals_of(currency)
    if in_decimals(amount, currency).as_tuple().exponent != -decimals:
        raise Refused(
            UserErrorCode.INVALID,
            f"Amounts in {currency} have no decimals."
            if decimals == 0
            else f"Amounts in {currency} have at most {decimals} decimals.",
            field=[*field, "amount"],
            remedy="Round it.",
        )
