import type { BillingObject } from '../../../server/domain/account/facts.ts';
import { keyOf, partsOf } from '../../../server/domain/billingAccount/key.ts';
import {
  BILLING_PARTS,
  PART_OF,
  type BillingPart,
  type BillingRecord,
  type BillingSystem,
  type EventReading,
  type FetchedBillingAccount,
  type FetchedPart,
} from '../../../server/workflows/ports/billingSystem.ts';
import type { StoredEvent } from '../../../server/workflows/ports/keyWork.ts';
import type { ChangeSource } from '../../../server/workflows/ports/sweep.ts';
import type { ReceivedEvent } from '../../../server/workflows/ports/webhook.ts';
import { call, type Weather } from './calls.ts';
import type { Connection } from './objects.ts';

/** A state of one object; null once it is deleted. */
export type State = { at: number; body: BillingObject | null; owner: string; version: number };

type Told = {
  key: string;
  form: 'snapshot' | 'hint' | 'thin';
  /** The state that is told; of a deleted object the last one. */
  body: BillingObject;
  deleted: boolean;
};

/** Reads lag by less than this, ms; sweeps look back further. */
const MOST_LAG_MS = 4000;
const OVERLAP_MS = 30_000;

const toSecond = (ms: number) => Math.floor(ms / 1000) * 1000;

/**
 * A billing system with its quirks. `stripe`: events carry states, times have whole seconds, reads show what is. `zuora`:
 * events name parts, subscriptions have versions and move between accounts, reads lag behind events.
 */
export class BillingModel implements BillingSystem, ChangeSource {
  readonly connection: Connection;
  readonly readsMayLag: boolean;
  readonly #weather: Weather;
  readonly #send: (event: ReceivedEvent) => void;
  readonly #histories = new Map<string, State[]>();
  readonly #events: { event: ReceivedEvent; visibleAt: number }[] = [];
  #revision = 0;
  #shownThrough = 0;

  constructor(connection: Connection, weather: Weather, send: (event: ReceivedEvent) => void) {
    this.connection = connection;
    this.readsMayLag = connection === 'zuora';
    this.#weather = weather;
    this.#send = send;
  }

  /** Objects as they are now; what was used of a subscription is gone when that is not in force. */
  objects(): BillingObject[] {
    const now = Date.now();
    return [...this.#histories.keys()]
      .flatMap((key) => this.#stateAt(key, now)?.body ?? [])
      .filter((body) => body.kind !== 'usage' || this.#isMetered(body.subscriptionKey!, now));
  }

  of<Kind extends BillingObject['kind']>(kind: Kind): Extract<BillingObject, { kind: Kind }>[] {
    return this.objects().filter((body): body is Extract<BillingObject, { kind: Kind }> => body.kind === kind);
  }

  /** Changes an object, or makes it, and tells of it. */
  put(body: BillingObject): void {
    this.#push(body.key, body, body.kind === 'account' ? body.key : body.billingAccountKey);
  }

  remove(key: string): void {
    const last = this.#histories.get(key)?.at(-1);
    if (last?.body) this.#push(key, null, last.owner);
  }

  /** True when something moved to the account, ever. */
  wasGivenSomething(key: string): boolean {
    const moved = (states: State[]) =>
      states.some(({ owner }, at) => owner === key && at > 0 && states[at - 1]!.owner !== key);
    return [...this.#histories.values()].some(moved);
  }

  /** A deleted account takes all that it had with it, and one event tells of it. */
  removeAccount(key: string): void {
    for (const [own, history] of this.#histories) {
      const last = history.at(-1)!;
      if (own !== key && last.owner === key && last.body) history.push({ ...last, at: Date.now(), body: null });
    }
    this.remove(key);
  }

  #push(key: string, body: BillingObject | null, owner: string): void {
    const history = this.#histories.get(key) ?? [];
    const before = history.at(-1);
    this.#revision += 1;
    const at = Date.now();
    const seen = body === null ? null : { ...body, sourceUrl: `https://billing.example/${key}?rev=${this.#revision}` };
    this.#histories.set(key, [...history, { at, body: seen, owner, version: (before?.version ?? 0) + 1 }]);
    const told = seen ?? before?.body;
    if (told && told.kind !== 'usage') this.#emit(key, told, seen === null, [owner, before?.owner ?? owner], at);
  }

  #emit(key: string, body: BillingObject, deleted: boolean, owners: readonly string[], at: number): void {
    const { random } = this.#weather;
    const stripe = this.connection === 'stripe';
    const named = random.pick(owners);
    // That something is gone is told with all that it was.
    const form = !stripe
      ? 'thin'
      : deleted
        ? 'snapshot'
        : random.pick(['snapshot', 'snapshot', 'hint', 'thin'] as const);
    const payload: Told = { key, form, body, deleted };
    // Zuora names an account by its number as well as by its id, but not one that it has no more.
    const account = !stripe && !deleted && random.chance(10) ? named.replace(':account:', ':account:No-') : named;
    const event: ReceivedEvent = {
      connection: this.connection,
      eventId: `evt_${this.#revision}`,
      kind: partsOf(key).kind,
      key: account,
      occurredAt: stripe || random.chance(50) ? new Date(toSecond(at)) : null,
      payload,
    };
    this.#events.push({ event, visibleAt: at + random.below(1000) });
    this.#send(event);
  }

  #stateAt(key: string, at: number): State | undefined {
    return this.#histories.get(key)?.findLast((state) => state.at <= at);
  }

  /** The moment whose state a read shows: never before one that was shown already. */
  #readMoment(): number {
    const lag = this.readsMayLag && this.#weather.random.chance(40) ? this.#weather.random.below(MOST_LAG_MS) : 0;
    this.#shownThrough = Math.max(this.#shownThrough, Date.now() - lag);
    return this.#shownThrough;
  }

  async fetch(asked: string, parts: readonly BillingPart[]): Promise<FetchedBillingAccount> {
    const id = asked.replace(/^No-/, '');
    const key = keyOf(this.connection, 'account', id);
    const found = await call(this.#weather, this.connection, () => {
      const state = this.#stateAt(key, this.#readMoment());
      return { exists: state?.body != null, deleted: state !== undefined, asOf: new Date(toSecond(Date.now())) };
    });
    const { deleted, asOf } = found;
    if (!found.exists && this.readsMayLag) return { found: false, deleted: null, asOf: null };
    if (!found.exists) return { found: false, deleted, asOf };
    const read = await Promise.all(
      parts.map((part) => call(this.#weather, this.connection, () => this.#list(part, key))),
    );
    return { found: true, billingAccountKey: key, parts: read };
  }

  #list(part: BillingPart, accountKey: string): FetchedPart {
    const moment = this.#readMoment();
    const asOf = new Date(toSecond(Date.now()));
    const records = [...this.#histories.keys()].flatMap((key): BillingRecord[] => {
      const state = this.#stateAt(key, moment);
      if (!state?.body || state.owner !== accountKey || PART_OF[state.body.kind] !== part) return [];
      if (state.body.kind === 'usage' && !this.#isMetered(state.body.subscriptionKey!, moment)) return [];
      return [this.#record(key, state, asOf)];
    });
    return { part, records, asOf };
  }

  #isMetered(subscriptionKey: string, moment: number): boolean {
    const body = this.#stateAt(subscriptionKey, moment)?.body;
    return body?.kind === 'subscription' && body.status !== 'Canceled';
  }

  #record(key: string, { at, body, owner, version }: State, asOf: Date): BillingRecord {
    const versioned = this.connection === 'zuora' && body!.kind === 'subscription';
    return {
      key,
      kind: body!.kind,
      billingAccountKey: owner,
      asOf: this.connection === 'zuora' && body!.kind !== 'usage' ? new Date(toSecond(at)) : asOf,
      version: versioned ? version : 0,
      deleted: false,
      body: body!,
    };
  }

  read(event: StoredEvent, known: ReadonlyMap<string, BillingRecord>): EventReading {
    if (event.kind === 'backfill') return { records: [], fetch: [...BILLING_PARTS], about: [] };
    if (event.kind === 'swept') return this.#readSwept(event, known);
    // Once it is read, its key ends; until then a read that lags shows it as it was.
    if (event.kind === 'deleted') {
      const { part } = event.payload as { part: BillingPart };
      return { records: [], fetch: [part], about: [], isExact: part === 'account' };
    }
    const { key, form, body, deleted } = event.payload as Told;
    const part = PART_OF[partsOf(key).kind]!;
    if (form === 'thin') return { records: [], fetch: [part], about: [] };
    if (deleted && part === 'account') return { records: [], fetch: ['account', 'subscriptions'], about: [key] };
    if (form === 'hint') return { records: [], fetch: [part], about: [key] };
    const metered = body.kind === 'subscription' && body.charges.some(({ kind }) => kind === 'usage');
    const record: BillingRecord = {
      key,
      kind: body.kind,
      billingAccountKey: body.kind === 'account' ? key : body.billingAccountKey,
      asOf: event.occurredAt!,
      version: 0,
      deleted,
      body,
    };
    return { records: [record], fetch: metered && !known.has(key) ? ['usage'] : [], about: [key] };
  }

  #readSwept({ payload }: StoredEvent, known: ReadonlyMap<string, BillingRecord>): EventReading {
    const { key, at, version, says } = payload as { key: string; at: number; version: number; says: string };
    const record = known.get(key);
    const fetch: EventReading = { records: [], fetch: [PART_OF[partsOf(key).kind]!], about: [] };
    const nothing: EventReading = { records: [], fetch: [], about: [] };
    if (record === undefined) return fetch;
    if (record.deleted) return nothing;
    if (record.kind === 'subscription') return record.version >= version ? nothing : fetch;
    const age = record.asOf.getTime() - at;
    return age > 0 || (age === 0 && record.body.sourceUrl === says) ? nothing : fetch;
  }

  whereIs(key: string): Promise<string | null> {
    return call(this.#weather, this.connection, () => {
      const state = this.#stateAt(key, Date.now());
      return state?.body ? state.owner : null;
    });
  }

  async sweep(
    cursor: string | null,
    take: (events: ReceivedEvent[]) => Promise<void>,
  ): Promise<{ cursor: string; checkedThrough: Date }> {
    const startedAt = Date.now();
    const since = cursor === null ? null : Number(cursor) - OVERLAP_MS;
    const events =
      since === null
        ? this.of('account').map(({ key }) => this.#backfill(key))
        : this.connection === 'stripe'
          ? this.#listed(since)
          : this.#swept(since);
    for (let start = 0; start < events.length; start += 20) {
      await call(this.#weather, this.connection, () => {});
      await take(events.slice(start, start + 20));
    }
    return { cursor: String(startedAt), checkedThrough: new Date(startedAt) };
  }

  #backfill(key: string): ReceivedEvent {
    const base = { connection: this.connection, eventId: `backfill:${key}`, kind: 'backfill', key };
    return { ...base, occurredAt: null, payload: {}, isCopy: true };
  }

  /** Events that happened since; the list shows them a little late. */
  #listed(since: number): ReceivedEvent[] {
    return this.#events
      .filter(({ event, visibleAt }) => visibleAt <= Date.now() && event.occurredAt!.getTime() >= toSecond(since))
      .map(({ event }) => ({ ...event, isCopy: true }));
  }

  #deleted(key: string, owner: string, at: number): ReceivedEvent {
    const base = { connection: this.connection, eventId: `deleted:${key}`, kind: 'deleted', key: owner };
    return { ...base, occurredAt: new Date(at), payload: { part: PART_OF[partsOf(key).kind] }, isCopy: true };
  }

  /** Deleted rows are told of when no read shows what they were any more; with an account goes all that it had. */
  #deletedRow(key: string, { at, owner }: State): ReceivedEvent[] {
    const isTold = key === owner || (at < Date.now() - MOST_LAG_MS && this.#stateAt(owner, Date.now())?.body != null);
    return isTold ? [this.#deleted(key, owner, toSecond(at))] : [];
  }

  /** Rows that changed since, in the order of change. */
  #swept(since: number): ReceivedEvent[] {
    const moment = this.#readMoment();
    return [...this.#histories.keys()].flatMap((key): ReceivedEvent[] => {
      const state = this.#stateAt(key, moment);
      if (state === undefined || state.at < since || partsOf(key).kind === 'usage') return [];
      const at = toSecond(state.at);
      if (state.body === null) return this.#deletedRow(key, state);
      const final = at < toSecond(Date.now()) ? '' : ':first';
      return [
        {
          connection: this.connection,
          eventId: `swept:${key}:${at}${final}`,
          kind: 'swept',
          key: state.owner,
          occurredAt: new Date(at),
          payload: { key, at, version: state.version, says: state.body.sourceUrl },
          isCopy: true,
        },
      ];
    });
  }
}
