import { randomUUID } from 'node:crypto';
import type { SimContext } from '../kit/sim.ts';
import type { SimState } from '../kit/state.ts';
import { dateIn, dateTimeIn } from './dates.ts';
import type { Account, SubscriptionVersion, TenantData } from './model.ts';
import { notFound } from './protocol/errors.ts';

/** Where callouts go, with the Basic credentials they carry. */
export type CalloutTarget = { url: string; user: string; password: string };

/** Custom fields that an administrator has defined in the tenant. */
export type CustomFieldDefinitions = { account: string[]; subscription: string[]; order: string[] };

/** What the switches under /__sim can change while it runs. */
export type TenantOptions = {
  callouts: CalloutTarget[];
  calloutFormat: 'json' | 'form';
  calloutRetryMs: number;
  /** null: the rate limit is off. */
  callsPerMinute: number | null;
  /** Time that every call takes after its idempotency key was noted, in ms. */
  handlingMs: number;
  /** How `charge-detail=all-segments` answers; the vendor's text and its samples disagree. */
  allSegments: 'flat' | 'nested';
};

/** One simulated tenant: its data, its clock and what all API families share. */
export class Tenant {
  readonly state: SimState<TenantData>;
  readonly ctx: SimContext;
  readonly options: TenantOptions;
  #latest: { of: SubscriptionVersion[]; count: number; byNumber: Map<string, SubscriptionVersion> } = {
    of: [],
    count: 0,
    byNumber: new Map(),
  };
  readonly timeZone: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly customFields: CustomFieldDefinitions;
  readonly entityId = '2c92c0f86a0ad8b1016a0be1ffbb3d6d';
  /** User that made everything. */
  readonly userId = '2c92c0f86a0ad8b1016a0be200113d9f';

  constructor(parts: {
    state: SimState<TenantData>;
    ctx: SimContext;
    options: TenantOptions;
    timeZone: string;
    clientId: string;
    clientSecret: string;
    customFields: CustomFieldDefinitions;
  }) {
    this.state = parts.state;
    this.ctx = parts.ctx;
    this.options = parts.options;
    this.timeZone = parts.timeZone;
    this.clientId = parts.clientId;
    this.clientSecret = parts.clientSecret;
    this.customFields = parts.customFields;
  }

  get data(): TenantData {
    return this.state.data;
  }

  touch(): void {
    this.state.touch();
  }

  now(): number {
    return this.ctx.clock.now().getTime();
  }

  /** Today's date in the tenant's zone. */
  today(): string {
    return dateIn(this.timeZone, this.now());
  }

  dateTime(at: number): string {
    return dateTimeIn(this.timeZone, at);
  }

  newId(): string {
    return randomUUID().replaceAll('-', '');
  }

  /** The next number of a sequence, such as `A00000001`. */
  number(prefix: string, digits = 8): string {
    const next = (this.data.counters[prefix] ?? 0) + 1;
    this.data.counters[prefix] = next;
    return `${prefix}${String(next).padStart(digits, '0')}`;
  }

  /** @param key id or number */
  account(key: string): Account {
    const found = this.data.accounts.find((one) => one.id === key || one.accountNumber === key);
    if (!found) throw notFound(key);
    return found;
  }

  /** The latest version of every subscription, by number. Versions are only ever added, at the end. */
  #latestByNumber(): Map<string, SubscriptionVersion> {
    const versions = this.data.subscriptions;
    if (this.#latest.of !== versions || this.#latest.count > versions.length)
      this.#latest = { of: versions, count: 0, byNumber: new Map() };
    for (const version of versions.slice(this.#latest.count)) this.#latest.byNumber.set(version.number, version);
    this.#latest.count = versions.length;
    return this.#latest.byNumber;
  }

  /** The latest version of every subscription. */
  latest(): SubscriptionVersion[] {
    return [...this.#latestByNumber().values()];
  }

  /** @param key number (the latest version) or id of one version */
  subscription(key: string): SubscriptionVersion {
    const found = this.#latestByNumber().get(key) ?? this.data.subscriptions.find((one) => one.id === key);
    if (!found) throw notFound(key);
    return found;
  }
}
