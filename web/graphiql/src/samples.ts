import { ask } from "./api";
import samplesQuery from "./samples.graphql?raw";

/** What the variables of the ready operations point at. */
export interface Samples {
  email: string;
  conversationId: string;
  locationId: string;
  destinationId: string;
  locationIds: string[];
}

interface Sample {
  id: string;
  location: { id: string };
  transferDestinations: { nodes: { id: string }[] };
}

interface SamplesData {
  waiting: { nodes: Sample[] };
  latest: { nodes: Sample[] };
  locations: { nodes: { id: string }[] };
}

const KEY = "localmessages:samples";
const UNKNOWN = "sign in above to fill this in";

/** Before anyone has signed in: each id says where it will come from. */
export function unknownSamples(email: string): Samples {
  return {
    email,
    conversationId: UNKNOWN,
    locationId: UNKNOWN,
    destinationId: UNKNOWN,
    locationIds: [UNKNOWN],
  };
}

/** Ids that whoever has this token may see; what there is none of stays unknown. */
export async function fetchSamples(token: string, email: string): Promise<Samples> {
  const data = await ask<SamplesData>(samplesQuery, {}, token);
  const unknown = unknownSamples(email);
  const sample = data.waiting.nodes[0] ?? data.latest.nodes[0];
  const locationIds = data.locations.nodes.map(({ id }) => id);
  return {
    email,
    conversationId: sample?.id ?? unknown.conversationId,
    locationId: sample?.location.id ?? locationIds[0] ?? unknown.locationId,
    destinationId: sample?.transferDestinations.nodes[0]?.id ?? unknown.destinationId,
    locationIds: locationIds.length > 0 ? locationIds : unknown.locationIds,
  };
}

/** What the tabs were last filled with; null when they never were. */
export function readSamples(): Samples | null {
  const text = sessionStorage.getItem(KEY);
  return text === null ? null : (JSON.parse(text) as Samples);
}

export function keepSamples(samples: Samples): void {
  sessionStorage.setItem(KEY, JSON.stringify(samples));
}
