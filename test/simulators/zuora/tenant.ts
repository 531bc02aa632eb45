import { randomUUID } from 'node:crypto';
import type { SimContext } from '../kit/sim.ts';
import type { SimState } from '../kit/state.ts';
import { dateIn, dateTimeIn, offsetDateTimeIn } from './dates.ts';
import type { Account, Contact, SubscriptionVersion, TenantData } from './model.ts';
import type { OrderOptions } from './orders/options.ts';
import { notFound } from './protocol/errors.ts';
import type { CallKind } from './protocol/limits.ts';
import type { Refusal } from './protocol/refusals.ts';
import { RowIndex } from './rowIndex.ts';

/** Where callouts go, with the Basic credentials they carry. */
export type CalloutTarget = { url: string; user: string; password: string };

/** Custom fields that an administrator has defined in the tenant. */
export type CustomFieldDefinitions = Record<
  | 'account'
  | 'invoice'
  | 'order'
  | 'orderAction'
  | 'orderLineItem'
  | 'product'
  | 'productRatePlan'
  | 'productRatePlanCharge'
  | 'ratePlan'
  | 'ratePlanCharge'
  | 'subscription',
  string[]
>;

export type OAuthClient = { clientId: string; clientSecret: string };

/** What the switches under /__sim can change while it runs. */
export type TenantOptions = OrderOptions & {
  callouts: CalloutTarget[];
  calloutFormat: 'json' | 'form' | 'xml';
  calloutRetryMs: number;
  /** How often a callout is tried, 3 unless the tenant sets up to 5. */
  calloutAttempts: number;
  /** PaymentDeclined is told at this failure in a row of a method, 1 unless the tenant sets another; null: at every one. */
  declinedAttempt: number | null;
  /** Real time that usage files and data queries take, in ms. */
  jobMs: number;
  /** null: the limit is not enforced. */
  callsPerMinute: number | null;
  callsPerHour: number | null;
  callsPerDay: number | null;
  /** How many calls may be under way, by kind; null: not enforced. */
  inFlight: Partial<Record<CallKind, number>> | null;
  /** False once an administrator has deactivated the user of the OAuth client: no token is made, and none holds. */
  clientActive: boolean;
  /** Tokens that one address may ask for in a minute. */
  tokensPerMinute: number;
  /** Refusals that a test asked for. */
  refusals: Refusal[];
  /** Real time by which reads lag behind writes, in ms. */
  readLagMs: number;
  /** Time that every call takes after its idempotency key was noted, in ms. */
  handlingMs: number;
  /** Lists and queries lead from every page to their second one. */
  pagingLoops: boolean;
  /** How `charge-detail=all-segments` answers; the vendor's text and its samples disagree. */
  allSegments: 'flat' | 'nested';
};

/** Tables of the tenant's data, and their rows. */
export type Table = { [N in keyof TenantData]: TenantData[N] extends { id: string }[] ? N : never }[keyof TenantData];
export type Row<N extends Table> = TenantData[N][number];

/** How many things that were worked out are kept at the most. */
const mostDerived = 100;

/** One simulated tenant: its data, its clock and what all API families share. */
export class Tenant {
  readonly state: SimState<TenantData>;
  readonly ctx: SimContext;
  readonly options: TenantOptions;
  readonly #derived = new Map<string, unknown>();
  #derivedAt = -1;
  readonly #indexes = new Map<string, RowIndex<object>>();
  readonly #latest = new RowIndex<SubscriptionVersion>((one) => one.number);
  /** Rises with every change, so that what was worked out of the data can be kept until then. */
  revision = 0;
  readonly timeZone: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** OAuth clients of the API user; two while one is replaced. */
  clients: readonly OAuthClient[];
  /** The client that each token was given to; the first one where it is from before a start. */
  readonly clientOfToken = new Map<string, string>();
  readonly customFields: CustomFieldDefinitions;
  readonly entityId = '2c92c0f86a0ad8b1016a0be1ffbb3d6d';
  /** Number of the tenant, in the scope of its tokens. */
  readonly tenantId: string;
  /** E-mails of invoices since the start, for tests to count. */
  readonly sentEmails: { invoiceNumber: string; to: string[] }[] = [];
  /** User that made everything. */
  readonly userId = '2c92c0f86a0ad8b1016a0be200113d9f';

  constructor(parts: {
    state: SimState<TenantData>;
    ctx: SimContext;
    options: TenantOptions;
    timeZone: string;
    clientId: string;
    clientSecret: string;
    tenantId: string;
    customFields: CustomFieldDefinitions;
  }) {
    this.state = parts.state;
    this.ctx = parts.ctx;
    this.options = parts.options;
    this.timeZone = parts.timeZone;
    this.clientId = parts.clientId;
    this.clientSecret = parts.clientSecret;
    this.clients = [{ clientId: parts.clientId, clientSecret: parts.clientSecret }];
    this.tenantId = parts.tenantId;
    this.customFields = parts.customFields;
  }

  get data(): TenantData {
    return this.state.data;
  }

  touch(): void {
    this.revision++;
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

  /** As CRUD and ZOQL print an instant. */
  offsetDateTime(at: number): string {
    return offsetDateTimeIn(this.timeZone, at);
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

  /** What is worked out of the data, kept until the next change of it, or until too much else is. */
  derived<T>(name: string, build: () => T): T {
    if (this.#derivedAt !== this.revision || this.#derived.size > mostDerived) this.#derived.clear();
    this.#derivedAt = this.revision;
    if (!this.#derived.has(name)) this.#derived.set(name, build());
    return this.#derived.get(name) as T;
  }

  /** Rows of a table by the value of a field that never changes, oldest first. */
  by<N extends Table>(table: N, field: keyof Row<N> & string, value: string): readonly Row<N>[] {
    const name = `${table}.${field}`;
    let index = this.#indexes.get(name) as RowIndex<Row<N>> | undefined;
    if (!index) {
      index = new RowIndex<Row<N>>((row) => row[field]);
      this.#indexes.set(name, index as unknown as RowIndex<object>);
    }
    return index.get(this.data[table] as Row<N>[], value);
  }

  /** The row whose id or number is a key; @throws notFound */
  one<N extends Table>(table: N, key: string, number?: keyof Row<N> & string): Row<N> {
    const found =
      this.by(table, 'id' as keyof Row<N> & string, key)[0] ??
      (number === undefined ? undefined : this.by(table, number, key)[0]);
    if (!found) throw notFound(key);
    return found;
  }

  /** @param key id or number */
  account(key: string): Account {
    return this.one('accounts', key, 'accountNumber');
  }

  contact(id: string): Contact {
    return this.one('contacts', id);
  }

  /** The latest version of every subscription. */
  latest(): SubscriptionVersion[] {
    return this.#latest.lasts(this.data.subscriptions);
  }

  /** @param key number (the latest version) or id of one version */
  subscription(key: string): SubscriptionVersion {
    const found = this.#latest.get(this.data.subscriptions, key).at(-1) ?? this.by('subscriptions', 'id', key)[0];
    if (!found) throw notFound(key);
    return found;
  }
}
