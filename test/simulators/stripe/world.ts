import { createHash } from 'node:crypto';
import type { SimClock } from '../kit/clock.ts';
import type { CallLog } from '../kit/sim.ts';
import type { SimState } from '../kit/state.ts';
import { previousAttributes } from './events/diff.ts';
import { missing } from './protocol/errors.ts';
import { findById } from './protocol/expand.ts';
import { apiVersion, type InvoiceLine, type Json, type StripeEvent } from './protocol/wire.ts';
import { emptyState, nouns, type State, type Tables } from './state.ts';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** The state of one Stripe account, its time, and the one way in which objects change: with their events. */
export class World {
  readonly store: SimState<State>;
  readonly clock: SimClock;
  readonly calls: CallLog;
  readonly dashboardUrl: string;
  readonly accountId: string;
  /** The API request that is being handled; null for what Stripe does by itself. */
  request: { id: string; idempotency_key: string | null } | null = null;
  /** The instant that is being worked off while the clock jumps over many; null for the clock's own time. */
  instant: number | null = null;
  /** Time of the Stripe test clock whose objects are being worked on; null for the account's own time. */
  testTime: number | null = null;
  /** Ids of objects that were made or changed since the due queue last looked. */
  readonly touched = new Set<string>();
  /** Objects whose last change search does not know yet: when that was, and what it knows (null: nothing). */
  #unindexed = new Map<string, { at: number; before: Json | null }>();
  /** How many objects the search of this request found. */
  searchTotal = 0;
  /** Lines of previewed invoices by their ids, which live as long as the process. */
  readonly previewLines = new Map<string, InvoiceLine[]>();
  /** Where this simulator is reached; hosted invoices point there. */
  url = '';
  #deliver: (event: StripeEvent) => void = () => undefined;
  /** Types of the events since `heard` was called; null while nobody listens. */
  #heard: string[] | null = null;
  readonly #timerActs = new Map<string, (id: string) => void>();

  constructor(store: SimState<State>, clock: SimClock, calls: CallLog, dashboardUrl: string, accountId: string) {
    this.store = store;
    const empty = emptyState();
    store.data = { ...empty, ...store.data, tables: { ...empty.tables, ...store.data.tables } };
    this.clock = clock;
    this.calls = calls;
    this.dashboardUrl = dashboardUrl;
    this.accountId = accountId;
  }

  get state(): State {
    return this.store.data;
  }

  /** Whole seconds since 1970, by the test clock of the objects that are being worked on. */
  now(): number {
    return this.testTime ?? this.accountTime();
  }

  /** Whole seconds since 1970, by the account's own time, which no test clock moves. */
  accountTime(): number {
    return this.instant ?? this.clock.seconds();
  }

  /** Carries out `act` at the time of a test clock. */
  atTestTime<T>(time: number | null, act: () => T): T {
    const before = this.testTime;
    this.testTime = time;
    try {
      return act();
    } finally {
      this.testTime = before;
    }
  }

  /**
   * Carries out `act` on a copy of the state, of which nothing stays. Rows must be looked up anew.
   * @param deliverHere is told of the events, in place of the webhook endpoints
   */
  rehearse<T>(act: () => T, deliverHere: (event: StripeEvent) => void = () => undefined): T {
    const [data, deliver, heard, touched] = [this.store.data, this.#deliver, this.#heard, [...this.touched]];
    const unindexed = this.#unindexed;
    this.#unindexed = new Map(unindexed);
    this.store.data = structuredClone({ ...data, answers: {}, tables: { ...data.tables, events: {} } });
    this.#deliver = deliverHere;
    this.#heard = null;
    try {
      return act();
    } finally {
      this.store.data = data;
      this.#deliver = deliver;
      this.#heard = heard;
      this.#unindexed = unindexed;
      this.touched.clear();
      for (const id of touched) this.touched.add(id);
    }
  }

  /** Carries out `act`. @returns what it came to, and the types of the events that it caused */
  heard<T>(act: () => T): { result: T; events: string[] } {
    const events: string[] = [];
    this.#heard = events;
    try {
      return { result: act(), events };
    } finally {
      this.#heard = null;
    }
  }

  onEvent(deliver: (event: StripeEvent) => void): void {
    this.#deliver = deliver;
  }

  /** An id that looks like Stripe's; never the same twice. */
  id(prefix: string, length = 24): string {
    const digest = createHash('sha256').update(`${this.state.salt}:${this.state.counter++}`).digest();
    return `${prefix}_${[...digest.subarray(0, length)].map((byte) => alphabet[byte % 62]).join('')}`;
  }

  all<Name extends keyof Tables>(table: Name): Tables[Name][] {
    return Object.values(this.state.tables[table]) as Tables[Name][];
  }

  find<Name extends keyof Tables>(table: Name, id: string | null | undefined): Tables[Name] | undefined {
    const rows = this.state.tables[table] as Record<string, Tables[Name]>;
    return typeof id === 'string' && Object.hasOwn(rows, id) ? rows[id] : undefined;
  }

  /** @throws `resource_missing`: 404, or 400 when `param` names the parameter that held the id */
  get<Name extends keyof Tables>(table: Name, id: string, param = 'id'): Tables[Name] {
    const found = this.find(table, id);
    if (!found) throw missing(nouns[table], id, param);
    return found;
  }

  insert<Name extends keyof Tables>(table: Name, row: Tables[Name], event?: string): Tables[Name] {
    (this.state.tables[table] as Record<string, Tables[Name]>)[row.id] = row;
    this.touched.add(row.id);
    if (table !== 'events') this.#noteChange(row.id, null);
    this.store.touch();
    if (event !== undefined) this.emit(event, row);
    return row;
  }

  /**
   * Changes an object and reports it as `event` with its previous attributes; says nothing when nothing changed. A change
   * that throws leaves the object as it was.
   */
  change<Row extends Tables[keyof Tables]>(row: Row, event: string | null, change: (row: Row) => void): Row {
    const before = structuredClone(row) as unknown as Json;
    try {
      change(row);
    } catch (error) {
      for (const key of Object.keys(row)) if (!Object.hasOwn(before, key)) delete (row as unknown as Json)[key];
      Object.assign(row, before);
      throw error;
    }
    this.touched.add(row.id);
    const previous = previousAttributes(before, row as unknown as Json);
    if (Object.keys(previous).length === 0) return row;
    this.#noteChange(row.id, before);
    this.store.touch();
    if (event !== null) this.emit(event, row, previous);
    return row;
  }

  remove(
    table: keyof Tables,
    row: { id: string; object: string },
    event?: string,
  ): { id: string; object: string; deleted: true } {
    delete this.state.tables[table][row.id];
    this.state.deleted[row.id] = row.object;
    this.store.touch();
    if (event !== undefined) this.emit(event, row);
    return { id: row.id, object: row.object, deleted: true };
  }

  /** What search knows of an object, which is what it was some seconds ago; null when it was not there yet. */
  indexed(id: string): Json | null {
    const pending = this.#unindexed.get(id);
    if (pending && this.accountTime() < pending.at + this.state.searchDelay) return pending.before;
    this.#unindexed.delete(id);
    return (findById(this, id) ?? null) as Json | null;
  }

  #noteChange(id: string, before: Json | null): void {
    const known = this.#unindexed.has(id) ? this.indexed(id) : before;
    this.#unindexed.set(id, { at: this.accountTime(), before: known });
  }

  /** Records that something happened and sends it to the webhook endpoints. */
  emit(type: string, object: object, previous?: Json): void {
    const event: StripeEvent = {
      id: this.id('evt'),
      object: 'event',
      api_version: apiVersion,
      created: this.accountTime(),
      data: {
        object: structuredClone(object) as Json,
        ...(previous === undefined ? {} : { previous_attributes: previous }),
      },
      livemode: false,
      pending_webhooks: 0,
      request: this.request ?? { id: null, idempotency_key: null },
      type,
    };
    this.insert('events', event);
    this.#heard?.push(type);
    this.#deliver(event);
  }

  /** Lets `act` (known by `onTimer`) happen to an object at a time, once; a later call for the same moves it. */
  at(time: number, act: string, id: string): void {
    this.state.timers[`${act}:${id}`] = time;
    this.touched.add(`${act}:${id}`);
    this.store.touch();
  }

  onTimer(act: string, happen: (id: string) => void): void {
    this.#timerActs.set(act, happen);
  }

  /** What a timer lets happen; undefined when it is no longer set. */
  timer(key: string): { at: number; act: () => void } | undefined {
    const at = this.state.timers[key];
    const split = key.indexOf(':');
    const act = this.#timerActs.get(key.slice(0, split));
    if (at === undefined || !act) return undefined;
    return {
      at,
      act: () => {
        delete this.state.timers[key];
        act(key.slice(split + 1));
      },
    };
  }

  /** True the first time it is asked for `what`. */
  once(what: string): boolean {
    if (this.state.done[what]) return false;
    this.state.done[what] = true;
    return true;
  }
}
