from __future__ import annotations

from decimal import Decimal

import strawberry

from graph.scalars import CurrencyCode


@strawberry.type(description="An amount in one currency. Amounts of different currencies are never added up.")
class Money:
    amount: Decimal = strawberry.field(description='The amount in major units, such as `"19.90"`.')
    currency: CurrencyCode = strawberry.field(description="Its currency.")


@strawberry.input(description="An amount in one currency.")
class MoneyInput:
    amount: Decimal = strawberry.field(
        description="The amount in major units, more than zero, with no more decimals than the currency has."
    )
    currency: CurrencyCode = strawberry.field(description="Its currency.")
