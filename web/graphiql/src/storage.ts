import type { TabsState } from "@graphiql/react";
import type { Storage as GraphiQLStorage } from "@graphiql/toolkit";

const TABS = "graphiql:tabState";
const QUERY = "graphiql:query";
const VARIABLES = "graphiql:variables";
const HEADERS = "graphiql:headers";
const OF_THIS_TAB = new Set([TABS, QUERY, VARIABLES, HEADERS]);

/**
 * Where one GraphiQL keeps things: its tabs with this tab of the browser, so that two people can be signed
 * in side by side; theme, history and layout for good.
 */
export class DeskStorage implements GraphiQLStorage {
  #closed = false;

  /** GraphiQL writes late; from now on that writes nothing over its successor's tabs. */
  close(): void {
    this.#closed = true;
  }

  get length(): number {
    return sessionStorage.length + localStorage.length;
  }

  getItem(key: string): string | null {
    return placeOf(key).getItem(key);
  }

  setItem(key: string, value: string): void {
    if (!this.#closed) placeOf(key).setItem(key, value);
  }

  removeItem(key: string): void {
    if (!this.#closed) placeOf(key).removeItem(key);
  }

  clear(): void {
    for (const place of [sessionStorage, localStorage]) {
      for (const key of Object.keys(place)) if (key.startsWith("graphiql:")) place.removeItem(key);
    }
  }
}

/** The tabs as GraphiQL last left them; null when it left none. */
export function readTabs(): TabsState | null {
  const text = sessionStorage.getItem(TABS);
  return text === null ? null : (JSON.parse(text) as TabsState);
}

/** What the next GraphiQL will open with. */
export function writeTabs(state: TabsState): void {
  sessionStorage.setItem(TABS, JSON.stringify(state));
  // GraphiQL opens one more tab when these are not those of a tab that it finds.
  const active = state.tabs[state.activeTabIndex];
  sessionStorage.setItem(QUERY, active?.query ?? "");
  sessionStorage.setItem(VARIABLES, active?.variables ?? "");
  sessionStorage.removeItem(HEADERS);
}

function placeOf(key: string): Storage {
  return OF_THIS_TAB.has(key) ? sessionStorage : localStorage;
}
