export const ENDPOINT = "/graphql";

interface Answer<Data> {
  data?: Data | null;
  errors?: { message: string; extensions?: { code?: string } }[];
}

/** The data of one operation; an `Error` with the API's own words where there is none. */
export async function ask<Data>(query: string, variables: object, token?: string): Promise<Data> {
  const response = await fetch(ENDPOINT, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/graphql-response+json, application/json;q=0.9",
      ...authorization(token),
    },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await answer<Data>(response);
  if (errors?.length || !data) throw new Error(errors?.map(({ message }) => message).join(" ") || "No data came.");
  return data;
}

export function authorization(token?: string): Record<string, string> {
  return token ? { Authorization: `Bearer ${token}` } : {};
}

/** Whether the API does not know the token any more. */
export async function isUnauthenticated(response: Response): Promise<boolean> {
  const { errors } = await answer(response);
  return errors?.some(({ extensions }) => extensions?.code === "UNAUTHENTICATED") ?? false;
}

async function answer<Data>(response: Response): Promise<Answer<Data>> {
  try {
    return (await response.json()) as Answer<Data>;
  } catch {
    throw new Error(`${ENDPOINT} answered ${response.status} without JSON. Is the API running?`);
  }
}
