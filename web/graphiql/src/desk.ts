import { createGraphiQLFetcher, type Fetcher } from "@graphiql/toolkit";
import { createClient } from "graphql-ws";
import { ENDPOINT } from "./api";
import { Renewal } from "./renewal";
import type { Session } from "./session";
import { DeskStorage } from "./storage";

/** What one GraphiQL works with, for one viewer. Another viewer gets another desk, and no answers of the first. */
export interface Desk {
  id: number;
  storage: DeskStorage;
  fetcher: Fetcher;
  close(): void;
}

let desks = 0;

/** `session`: whose desk it is; left out, nobody's. The socket opens with the first subscription. */
export function openDesk(session: Session | null, onUnauthenticated: () => void): Desk {
  const storage = new DeskStorage();
  const renewal = session && new Renewal(session, onUnauthenticated);
  const wsClient = createClient({
    url: ENDPOINT,
    ...(renewal && { connectionParams: renewal.connectionParams }),
    shouldRetry: () => true,
    retryAttempts: Number.POSITIVE_INFINITY,
  });
  const fetcher = createGraphiQLFetcher({
    url: ENDPOINT,
    ...(renewal && { fetch: renewal.fetch }),
    wsClient,
    enableIncrementalDelivery: false,
  });
  const close = () => {
    storage.close();
    void wsClient.dispose();
  };
  return { id: ++desks, storage, fetcher, close };
}
