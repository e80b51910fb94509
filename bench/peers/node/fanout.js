// Node's usual stack for live GraphQL, as the documentation of its parts shows it: one execution a subscriber.
import { once } from "node:events";
import { createServer } from "node:http";
import { makeExecutableSchema } from "@graphql-tools/schema";
import { useServer } from "graphql-ws/use/ws";
import { RedisPubSub } from "graphql-redis-subscriptions";
import { Redis } from "ioredis";
import { WebSocketServer } from "ws";

const typeDefs = /* GraphQL */ `
  scalar DateTime
  type Message { id: ID!, at: DateTime!, direction: String!, status: String!, body: String! }
  type Conversation {
    id: ID!
    status: String!
    version: Int!
    lastActivityAt: DateTime!
    waitingSince: DateTime
  }
  interface InboxEvent { cursor: String!, at: DateTime! }
  type MessageChanged implements InboxEvent {
    cursor: String!
    at: DateTime!
    message: Message!
    conversation: Conversation!
  }
  type Query { ok: Boolean! }
  type Subscription { inboxEvents: InboxEvent! }
`;

const CHANNEL = "bench:fanout";
const connected = () => {
  const url = process.env.REDIS_URL;
  // ioredis takes the path of a socket by itself, and not as redis-py's `unix:` address.
  return new Redis(url.startsWith("unix:") ? decodeURIComponent(new URL(url).pathname) : url);
};
const [publisher, subscriber] = [connected(), connected()];
// Who subscribes while the connection is being made may never be told of anything.
await Promise.all([once(publisher, "ready"), once(subscriber, "ready")]);
const pubsub = new RedisPubSub({ publisher, subscriber });

const schema = makeExecutableSchema({
  typeDefs,
  resolvers: {
    Subscription: {
      inboxEvents: { subscribe: () => pubsub.asyncIterator(CHANNEL), resolve: (event) => event },
    },
    InboxEvent: { __resolveType: (event) => event.__typename },
  },
});

const http = createServer((_, answer) => answer.end("ok"));
const sockets = new WebSocketServer({ server: http, path: "/graphql" });
useServer({ schema }, sockets);
http.listen(Number(process.argv[2]), "127.0.0.1");
process.on("SIGTERM", () => process.exit(0));
