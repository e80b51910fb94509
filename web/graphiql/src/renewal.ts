import { authorization, ENDPOINT, isUnauthenticated } from "./api";
import { keepToken, type Session } from "./session";

const REFRESH = "mutation { refreshSession(input: {}) { accessToken { token expiresAt } userErrors { code } } }";
// A socket is opened with a token that lasts a while.
const SOON_MS = 30_000;

interface Refreshed {
  data?: { refreshSession: { accessToken: { token: string; expiresAt: string } | null } } | null;
}

/** The access token of a session, and the next one when it has ended: the refresh token is in a cookie. */
export class Renewal {
  private session: Session;
  private renewing: Promise<boolean> | null = null;
  private readonly onUnauthenticated: () => void;

  constructor(session: Session, onUnauthenticated: () => void) {
    this.session = session;
    this.onUnauthenticated = onUnauthenticated;
  }

  /** A `fetch` that goes on with the next token, and tells when there is none. */
  readonly fetch: typeof fetch = async (input, init) => {
    const response = await fetch(input, this.signed(init));
    if (!(await isUnauthenticated(response.clone()))) return response;
    if (await this.renewed()) return fetch(input, this.signed(init));
    this.onUnauthenticated();
    return response;
  };

  /** What the socket begins with. */
  readonly connectionParams = async (): Promise<Record<string, string>> => {
    if (Date.parse(this.session.expiresAt) - Date.now() < SOON_MS && !(await this.renewed())) this.onUnauthenticated();
    return authorization(this.session.token);
  };

  private signed(init: RequestInit | undefined): RequestInit {
    const headers = new Headers(init?.headers);
    // What somebody has written under Headers counts more.
    if (!headers.has("authorization")) headers.set("authorization", `Bearer ${this.session.token}`);
    return { ...init, headers };
  }

  /** Whether there is a next token; asked for once, by all who need it at the same time. */
  private renewed(): Promise<boolean> {
    this.renewing ??= this.renew().finally(() => {
      this.renewing = null;
    });
    return this.renewing;
  }

  private async renew(): Promise<boolean> {
    const response = await fetch(ENDPOINT, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query: REFRESH }),
    });
    const { data } = (await response.json()) as Refreshed;
    const next = data?.refreshSession.accessToken;
    if (!next) return false;
    this.session = { ...this.session, ...next };
    keepToken(next);
    return true;
  }
}
