from __future__ import annotations

import strawberry
from graphql import GraphQLInputObjectType, GraphQLSchema
from strawberry.printer import print_schema
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.schema_converter import GraphQLCoreConverter

from graph.scalars import SCALARS
from graph.types import OBJECTS
from resolvers.account import AccountMutations, AccountQueries
from resolvers.campaign import CampaignQueries
from resolvers.consent import ConsentMutations, ConsentQueries
from resolvers.contact import ContactMutations, ContactQueries
from resolvers.conversation import ConversationMutations, ConversationQueries
from resolvers.events import EventQueries
from resolvers.location import LocationMutations, LocationQueries
from resolvers.message import MessageMutations, MessageQueries
from resolvers.metrics import LocationsSummaryQueries
from resolvers.node import NodeQueries
from resolvers.tag import TagMutations, TagQueries
from resolvers.transfer import TransferMutations, TransferQueries
from resolvers.user import UserQueries
from resolvers.viewer import ViewerMutations, ViewerQueries
from subscriptions.fields import Subscription


@strawberry.type(
    description="Everything that can be read. What the viewer may not see reads like what does not exist."
)
class Query(
    ViewerQueries,
    NodeQueries,
    UserQueries,
    AccountQueries,
    LocationQueries,
    ContactQueries,
    ConsentQueries,
    ConversationQueries,
    TagQueries,
    MessageQueries,
    TransferQueries,
    CampaignQueries,
    LocationsSummaryQueries,
    EventQueries,
):
    pass


@strawberry.type(
    description=(
        "Everything that can be changed. A refusal is data, in `userErrors`: then nothing was done. Names "
        "begin with the verb."
    ),
)
class Mutation(
    ViewerMutations,
    AccountMutations,
    LocationMutations,
    ContactMutations,
    ConsentMutations,
    ConversationMutations,
    TagMutations,
    MessageMutations,
    TransferMutations,
):
    pass


schema = strawberry.Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    types=OBJECTS,
    config=StrawberryConfig(scalar_map=SCALARS),
)

graphql_schema: GraphQLSchema = schema._schema


def _let_the_core_know_one_of() -> None:
    """Strawberry checks `@oneOf` only when it builds the input; the core refuses it as a bad argument."""
    for type_ in graphql_schema.type_map.values():
        if isinstance(type_, GraphQLInputObjectType):
            definition = type_.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
            type_.is_one_of = bool(definition and definition.is_one_of)


_let_the_core_know_one_of()


def sdl() -> str:
    """The schema as text; `@oneOf` is GraphQL's own and not declared again."""
    return print_schema(schema).replace("directive @oneOf on INPUT_OBJECT\n\n", "") + "\n"
