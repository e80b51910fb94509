import { ask } from "./api";
import { operations } from "./operations";

/** Who is signed in in this tab of the browser. */
export interface Session {
  token: string;
  expiresAt: string;
  name: string;
}

interface SignInData {
  signIn: {
    viewer: { user: { name: string } | null } | null;
    accessToken: { token: string; expiresAt: string } | null;
    userErrors: { message: string }[];
  };
}

const KEY = "localmessages:session";

/** Sign in by the API's own mutation; an `Error` says why not. */
export async function signIn(email: string, password: string): Promise<Session> {
  const { signIn } = await ask<SignInData>(operations.SignIn, { input: { email, password } });
  if (!signIn.accessToken) throw new Error(reason(signIn.userErrors));
  return { ...signIn.accessToken, name: signIn.viewer?.user?.name ?? email };
}

/** End the session; the cookie says which. Without the API it ends by itself. */
export async function signOut(): Promise<void> {
  try {
    await ask("mutation { signOut(input: {}) { endedSessions } }", {});
  } catch {
    // It has ended already.
  }
}

export function readSession(): Session | null {
  const text = sessionStorage.getItem(KEY);
  return text === null ? null : (JSON.parse(text) as Session);
}

export function keepSession(session: Session): void {
  sessionStorage.setItem(KEY, JSON.stringify(session));
}

/** Go on with the next token of the same session. */
export function keepToken(token: Pick<Session, "token" | "expiresAt">): void {
  const session = readSession();
  if (session) keepSession({ ...session, ...token });
}

export function forgetSession(): void {
  sessionStorage.removeItem(KEY);
}

function reason(userErrors: { message: string }[]): string {
  const messages = userErrors.map(({ message }) => message).join(" ");
  return messages || "This account asks for a second factor: get a token from the console and put it under Headers.";
}
