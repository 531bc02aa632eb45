import PubSubApiClient from 'salesforce-pubsub-api-client';
import { SimClock } from '../../kit/clock.ts';
import { startSalesforceSim, type RunningSalesforce } from '../main.ts';
import type { SalesforceSimOptions } from '../options.ts';
import { USERS } from '../org/seed.ts';
import type { FieldValue } from '../org/types.ts';
import type { Person } from '../testing.ts';
import type { ChannelMember } from './channels/channels.ts';

export const NOW = '2026-11-21T09:30:00.000Z';

/** A simulated org with a Pub/Sub endpoint, at a fixed time. */
export async function startPubSubOrg(options: SalesforceSimOptions = {}): Promise<RunningSalesforce> {
  return startSalesforceSim({
    clock: new SimClock(Date.parse(NOW) - Date.now()),
    tls: {},
    pubsub: {},
    ...options,
  });
}

/** The switches of a simulator. @returns status and body of the answer */
export async function switchTo(sim: RunningSalesforce, path: string, body: unknown) {
  const response = await fetch(`${sim.url}/__sim/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** Selects entities on a custom channel, which is made when it is not there. */
export function select(sim: RunningSalesforce, channel: string, members: Partial<ChannelMember>[]): void {
  if (channel !== 'ChangeEvents')
    sim.changes.channels.saveChannel({ fullName: channel, label: channel, channelType: 'data' });
  for (const member of members)
    sim.changes.channels.saveMember({
      fullName: `${channel}_${member.selectedEntity}`.replaceAll(/_+/g, '_'),
      eventChannel: channel,
      selectedEntity: 'AccountChangeEvent',
      enrichedFields: [],
      ...member,
    });
}

/** Saves of one person, outside of any API. */
export function saver(sim: RunningSalesforce, person: Person, origin = '') {
  const { org } = sim;
  const options = { userId: org.userNamed(USERS[person])!.Id, origin, allOrNone: true };
  const ids = (results: ReturnType<typeof org.insert>): string[] =>
    results.map(({ id, errors }) => {
      if (id === null) throw new Error(JSON.stringify(errors));
      return id;
    });
  return {
    userId: options.userId,
    insert: (object: string, ...rows: Record<string, FieldValue>[]) => ids(org.insert(object, rows, options)),
    update: (object: string, ...rows: Record<string, FieldValue>[]) => ids(org.update(object, rows, options)),
    remove: (object: string, ...rows: string[]) => ids(org.remove(object, rows, options)),
  };
}

export type Header = Record<string, unknown> & { recordIds: string[]; changedFields: string[]; nulledFields: string[] };
export type Payload = Record<string, unknown> & { ChangeEventHeader: Header };
/** What the client tells its callback. */
export type Told = { type: string; payload: Payload; replayId: number; lastReplayId: number; error: GrpcError };
type GrpcError = Error & { code: number; metadata: { get(name: string): unknown[] } };

/** Start of a subscription: new events, everything kept, or what follows a replay id. */
export type From = 'latest' | 'earliest' | number;

type Callback = (info: { lastReplayId: number }, type: string, data?: unknown) => void;
type Client = {
  connect(): Promise<void>;
  subscribe(topic: string, callback: Callback, count?: number): void;
  subscribeFromEarliestEvent(topic: string, callback: Callback, count?: number): void;
  subscribeFromReplayId(topic: string, callback: Callback, count: number | null, replayId: number): void;
  requestAdditionalEvents(topic: string, count: number): void;
  publish(topic: string, payload: object): Promise<unknown>;
  close(): void;
};

const QUIET = { debug() {}, info() {}, warn() {}, error() {} };

/** A subscriber with the independent npm client, unchanged. */
export class Subscriber {
  readonly client: Client;
  readonly #told: Told[] = [];
  #waiting: (() => void) | null = null;

  private constructor(client: Client) {
    this.client = client;
  }

  static connect(sim: RunningSalesforce, person: Person = 'admin'): Promise<Subscriber> {
    return Subscriber.connectBy(sim, {
      authType: 'user-supplied',
      accessToken: sim.tokenFor(USERS[person]),
      instanceUrl: sim.tlsUrl!,
      organizationId: sim.orgId,
    });
  }

  /** With another way to authenticate. */
  static async connectBy(sim: RunningSalesforce, config: Record<string, string>): Promise<Subscriber> {
    const endpoint = { pubSubEndpoint: sim.pubsub!, rejectUnauthorizedSsl: false };
    const client = new PubSubApiClient({ ...config, ...endpoint } as never, QUIET) as unknown as Client;
    await client.connect();
    return new Subscriber(client);
  }

  /** Subscribes, and comes back when the server has taken the subscription. */
  async subscribe(sim: RunningSalesforce, topic: string, from: From = 'latest', count?: number): Promise<this> {
    const before = await this.#ready(sim);
    const callback: Callback = (info, type, data) => {
      const event = (data ?? {}) as { payload: Payload; replayId: number };
      this.#told.push({ type, ...event, lastReplayId: info.lastReplayId, error: data as GrpcError });
      this.#waiting?.();
    };
    if (from === 'latest') this.client.subscribe(topic, callback, count);
    else if (from === 'earliest') this.client.subscribeFromEarliestEvent(topic, callback, count);
    else this.client.subscribeFromReplayId(topic, callback, count ?? null, from);
    while (this.#told.length === 0 && (await this.#ready(sim)) <= before) continue;
    return this;
  }

  async #ready(sim: RunningSalesforce): Promise<number> {
    return ((await (await fetch(`${sim.url}/__sim/pubsub`)).json()) as { ready: number }).ready;
  }

  /** The next thing that was told of this type, whatever came before; waits for it. */
  async next(type = 'event'): Promise<Told> {
    for (;;) {
      const at = this.#told.findIndex((told) => told.type === type);
      if (at !== -1) return this.#told.splice(0, at + 1).at(-1)!;
      await new Promise<void>((resolve) => (this.#waiting = resolve));
    }
  }

  /** What was told and not yet asked for. */
  untold(type = 'event'): number {
    return this.#told.filter((told) => told.type === type).length;
  }

  close(): void {
    this.client.close();
  }
}
