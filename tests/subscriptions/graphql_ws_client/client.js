// The client of the graphql-ws package against our socket: `node client.js <url> <scenario>` prints what it saw.
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

const [url, scenario, how] = process.argv.slice(2);
const seen = { closed: [], connected: 0 };

const open = (options = {}) =>
  createClient({
    url,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    ...options,
    on: {
      connected: () => (seen.connected += 1),
      closed: (event) => seen.closed.push([event.code, event.reason]),
      ...options.on,
    },
  });

const all = async (client, payload) => {
  const answers = [];
  for await (const answer of client.iterate(payload)) answers.push(answer);
  return answers;
};

const failure = async (promise) => {
  try {
    return { answers: await promise };
  } catch (error) {
    return { failed: Array.isArray(error) ? error.map((each) => each.extensions.code) : [error.code, error.reason] };
  }
};

const GREETS = { query: 'subscription { greets }' };

// A socket that says something else than the client of the package means, the first time.
let misbehaves = true;
const saying = (change) =>
  class extends WebSocket {
    send(data, ...more) {
      for (const each of misbehaves ? change(JSON.parse(data), data) : [data]) super.send(each, ...more);
    }
  };
const subscribe = JSON.stringify({ type: 'subscribe', id: 'x', payload: GREETS });

// What a client has to do to be closed with each code of the protocol.
const provocations = {
  4400: { webSocketImpl: saying((message, data) => (message.type === 'subscribe' ? [data, '[]'] : [data])) },
  4401: { webSocketImpl: saying((message, data) => [subscribe, data]) },
  4403: { connectionParams: () => ({ Authorization: misbehaves ? 'Bearer nobody' : 'Bearer ada' }) },
  4406: {
    webSocketImpl: class extends WebSocket {
      constructor(address, protocols) {
        super(address, misbehaves ? [] : protocols);
      }
    },
  },
  4408: { webSocketImpl: saying(() => []) },
  4409: { webSocketImpl: saying((message, data) => (message.type === 'subscribe' ? [data, data] : [data])) },
  4429: { webSocketImpl: saying((message, data) => (message.type === 'connection_init' ? [data, data] : [data])) },
  1009: { webSocketImpl: saying((message, data) => (message.type === 'subscribe' ? [data, 'x'.repeat(2e5 + 1)] : [data])) },
};

const scenarios = {
  // Is closed with a code; tells what it was told, and whether it came again by itself.
  async closing() {
    const again = new Promise((resolve) => {
      const client = open({
        lazy: true,
        retryAttempts: 1,
        retryWait: async () => {},
        ...provocations[how],
        on: {
          closed: () => (misbehaves = false),
          connected: () => misbehaves || resolve({ again: true }),
        },
      });
      client.on('closed', (event) => seen.closed.push([event.code, event.reason]));
      failure(all(client, GREETS)).then(resolve);
    });
    return again;
  },

  async operations() {
    const client = open({ connectionParams: { Authorization: 'Bearer ada' } });
    const query = await all(client, { query: '{ who }' });
    const mutation = await all(client, {
      query: 'mutation Shout($text: String!) { shout(text: $text) }',
      operationName: 'Shout',
      variables: { text: 'hé' },
    });
    const subscription = await all(client, { query: 'subscription { ticks { number } }' });
    const sideBySide = await Promise.all(
      Array.from({ length: 20 }, (_, number) =>
        all(client, { query: `subscription { ticks(to: ${(number % 4) + 1}) { number } }` }),
      ),
    );
    await client.dispose();
    return { query, mutation, subscription, counts: sideBySide.map((each) => each.length) };
  },

  async refusals() {
    const client = open();
    const broken = await failure(all(client, { query: '{' }));
    const unknown = await failure(all(client, { query: 'subscription { unknown }' }));
    const masked = await all(client, { query: '{ bug }' });
    const failing = await all(client, { query: 'subscription { fails(how: "no") }' });
    const after = await all(client, { query: '{ who }' });
    await client.dispose();
    return { broken, unknown, masked, failing, after };
  },

  async leaving() {
    const client = open({ lazyCloseTimeout: 60_000 });
    const taken = [];
    for await (const answer of client.iterate({ query: 'subscription { ticks(to: 1000000) { number } }' })) {
      taken.push(answer.data.ticks.number);
      if (taken.length === 3) break;
    }
    const after = await all(client, { query: '{ who }' });
    const rest = client.iterate({ query: 'subscription { ticks(name: "left", to: 0) { number } }' });
    const waiting = rest.next();
    await all(client, { query: '{ who }' });
    await rest.return();
    await waiting;
    const ended = new Promise((done) => client.on('closed', done));
    await client.dispose();
    await ended;
    return { taken, after };
  },

  async forbidden() {
    return failure(all(open({ connectionParams: { Authorization: 'Bearer nobody' } }), { query: '{ who }' }));
  },

  async pings() {
    let pongs = 0;
    const answered = new Promise((resolve) => {
      const client = open({
        lazy: false,
        keepAlive: 20,
        on: { pong: (received) => received && ++pongs === 3 && resolve(client) },
      });
    });
    await (await answered).dispose();
    return { pongs };
  },

  // Goes on until its subscription has begun again on another connection, whatever ended the first one.
  async returning() {
    const client = open({ retryAttempts: 50, retryWait: () => new Promise((done) => setTimeout(done, 50)) });
    const numbers = [];
    for await (const answer of client.iterate({ query: 'subscription { greets }' })) {
      numbers.push(answer.data.greets);
      console.error('subscribed');
      if (seen.connected === 2) break;
    }
    await client.dispose();
    return { numbers };
  },
};

const result = await scenarios[scenario]();
console.log(JSON.stringify({ ...result, ...seen }));
process.exit(0);
