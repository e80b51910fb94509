import { createGraphiQLFetcher, type Fetcher } from "@graphiql/toolkit";
import { createClient } from "graphql-ws";
import { authorization, ENDPOINT, watchedFetch } from "./api";
import { DeskStorage } from "./storage";

/** What one GraphiQL works with, for one viewer. Another viewer gets another desk, and no answers of the first. */
export interface Desk {
  id: number;
  storage: DeskStorage;
  fetcher: Fetcher;
  close(): void;
}

let desks = 0;

/** `token`: whose desk it is; left out, nobody's. The socket opens with the first subscription. */
export function openDesk(token: string | undefined, onUnauthenticated: () => void): Desk {
  const storage = new DeskStorage();
  const headers = authorization(token);
  const wsClient = createClient({
    url: ENDPOINT,
    connectionParams: headers,
    shouldRetry: () => true,
    retryAttempts: Number.POSITIVE_INFINITY,
  });
  const fetcher = createGraphiQLFetcher({
    url: ENDPOINT,
    ...(token && { fetch: watchedFetch(onUnauthenticated) }),
    headers,
    wsClient,
    enableIncrementalDelivery: false,
  });
  const close = () => {
    storage.close();
    void wsClient.dispose();
  };
  return { id: ++desks, storage, fetcher, close };
}
