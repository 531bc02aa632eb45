import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { orgProjection } from '../../server/connectors/salesforce/convert.ts';
import { Fault } from '../../server/domain/fault.ts';
import type { MrrLevel } from '../../server/domain/metrics/movements.ts';
import { handleKeys, leaveAlone, type ConnectionHandlers } from '../../server/workflows/mirror/handleKeys.ts';
import { placeEvents } from '../../server/workflows/mirror/placeEvents.ts';
import { projectAccount } from '../../server/workflows/mirror/projectAccount.ts';
import { refreshBillingAccount } from '../../server/workflows/mirror/refreshBillingAccount.ts';
import { refreshCatalog } from '../../server/workflows/mirror/refreshCatalog.ts';
import type { BillingSystem } from '../../server/workflows/ports/billingSystem.ts';
import type { Clock } from '../../server/workflows/ports/clock.ts';
import type { KeyResult, StoredEvent } from '../../server/workflows/ports/keyWork.ts';
import type {
  AccountLink,
  MirrorLookup,
  MirrorReader,
  MirrorRecord,
  MirrorWrite,
} from '../../server/workflows/ports/mirror.ts';
import type { OrgRow } from '../../server/workflows/ports/orgRows.ts';
import type { ReceivedEvent, WebhookVerifier } from '../../server/workflows/ports/webhook.ts';

/** The rules of the store, in memory: what is older never overwrites, a tombstone is never revived. */
export class MemoryMirror implements MirrorReader, MirrorLookup {
  readonly records = new Map<string, MirrorRecord>();
  readonly links = new Map<string, AccountLink>();

  apply(writes: readonly MirrorWrite[], link: AccountLink | undefined): void {
    for (const { record, via } of writes) {
      const known = this.records.get(record.key);
      // As a database would, so that nothing which is not JSON survives.
      const saved = { ...record, body: JSON.parse(JSON.stringify(record.body)) as unknown };
      if (known === undefined || isNewer(known, record, via)) this.records.set(record.key, saved);
    }
    if (link !== undefined) this.links.set(link.billingAccountKey, link);
  }

  ofBillingAccount(key: string): Promise<MirrorRecord[]> {
    return Promise.resolve([...this.records.values()].filter((record) => record.billingAccountKey === key));
  }

  ofAccount(accountId: string): Promise<MirrorRecord[]> {
    return Promise.resolve(
      [...this.records.values()].filter((record) => this.links.get(record.billingAccountKey)?.accountId === accountId),
    );
  }

  ownerOf(key: string): Promise<string | null> {
    return Promise.resolve(this.records.get(key)?.billingAccountKey ?? null);
  }

  billingAccountOf(key: string): Promise<string | null> {
    const record = this.records.get(key);
    return Promise.resolve(record === undefined || record.deleted ? null : record.billingAccountKey);
  }

  using(_connection: string, kind: 'product' | 'coupon', id: string): Promise<string[]> {
    const wanted = JSON.stringify({ [`${kind}Id`]: id }).slice(1, -1);
    const users = [...this.records.values()].filter(({ body }) => JSON.stringify(body).includes(wanted));
    return Promise.resolve([...new Set(users.map((record) => record.billingAccountKey))]);
  }

  linkOf(key: string): Promise<AccountLink | null> {
    return Promise.resolve(this.links.get(key) ?? null);
  }

  recordsOf(keys: readonly string[]): Promise<MirrorRecord[]> {
    return Promise.resolve(keys.flatMap((key) => this.records.get(key) ?? []));
  }

  accountsAfter(connection: string, after: string | null, most: number): Promise<string[]> {
    const keys = [...this.records.values()]
      .filter(({ key, kind, deleted }) => kind === 'account' && !deleted && key.startsWith(`${connection}:`))
      .map(({ key }) => key)
      .filter((key) => key > (after ?? ''));
    return Promise.resolve(keys.toSorted().slice(0, most));
  }
}

function isNewer(known: MirrorRecord, record: MirrorRecord, via: MirrorWrite['via']): boolean {
  if (known.deleted) return false;
  if (record.version !== known.version) return record.version > known.version;
  const [a, b] = [record.asOf.getTime(), known.asOf.getTime()];
  return a > b || (a === b && via === 'fetch');
}

/** Inbox, keys and rows in memory, worked by the real handlers. */
/** A wait that nobody notices, ms. */
const MOMENT_MS = 1_000;

export class Bench {
  readonly mirror = new MemoryMirror();
  readonly rows = new Map<string, OrgRow & { accountId: string }>();
  readonly inbox = new Map<string, StoredEvent & Pick<ReceivedEvent, 'key'>>();
  readonly dirty = new Set<string>();
  readonly again = new Map<string, Date>();
  readonly polls = new Map<string, Date>();
  readonly levels = new Map<string, MrrLevel[]>();
  readonly nextChangeOn = new Map<string, string | null>();
  realNow = new Date('2026-11-21T09:00:00Z');
  readonly #done = new Set<string>();
  readonly #billings: readonly BillingSystem[];
  readonly #clock: Clock;

  constructor(billings: readonly BillingSystem[], businessNow: () => Date) {
    this.#billings = billings;
    this.#clock = { now: () => this.realNow, businessNow };
  }

  receive(events: readonly ReceivedEvent[]): void {
    for (const event of events) {
      const id = `${event.connection} ${event.eventId}`;
      if (this.inbox.has(id)) continue;
      this.inbox.set(id, { ...event, id, receivedAt: this.realNow });
      if (event.key !== null) this.dirty.add(event.key);
    }
  }

  /** Works every dirty key until none is left, those too that ask for a moment. */
  async work(): Promise<void> {
    for (;;) {
      const key = [...this.dirty][0] ?? this.#afterAMoment();
      if (key === undefined) return;
      this.dirty.delete(key);
      const events = [...this.inbox.values()].filter((event) => event.key === key && !this.#done.has(event.id));
      this.#commit(key, await this.#handle(key, events));
    }
  }

  #afterAMoment(): string | undefined {
    const soon = this.realNow.getTime() + MOMENT_MS;
    const [key, at] = [...this.again].find(([, time]) => time.getTime() <= soon) ?? [];
    if (at !== undefined && at > this.realNow) this.realNow = at;
    if (key !== undefined) this.again.delete(key);
    return key;
  }

  /** Works a key at the time for which it asked to be worked again. */
  async workAgain(key: string): Promise<void> {
    this.realNow = this.again.get(key)!;
    this.dirty.add(key);
    await this.work();
  }

  /** Works a key at the time of its poll, when nothing else is to be done for it. */
  async poll(key: string): Promise<void> {
    this.realNow = this.polls.get(key)!;
    this.#commit(key, await this.#handle(key, [], true));
    await this.work();
  }

  open(key: string): number {
    return [...this.inbox.values()].filter((event) => event.key === key && !this.#done.has(event.id)).length;
  }

  #handle(key: string, events: readonly StoredEvent[], pollOnly = false): Promise<KeyResult> {
    const claim = {
      key,
      events,
      claimedAt: this.realNow,
      attempt: 1,
      pollAt: this.polls.get(key) ?? null,
      pollOnly,
      batch: false,
      refetch: [],
    };
    const project = projectAccount({
      mirror: this.mirror,
      orgRows: {
        projected: (accountId) => Promise.resolve([...this.rows.values()].filter((row) => row.accountId === accountId)),
      },
      history: { levelsOf: (accountId) => Promise.resolve(this.levels.get(accountId) ?? []) },
      accounts: { stateOf: () => Promise.resolve(null) },
      projection: orgProjection,
      clock: this.#clock,
      timeZone: 'UTC',
    });
    const handlers = this.#billings.map((billing): [string, ConnectionHandlers] => {
      const deps = { mirror: this.mirror, billing, usagePollSeconds: 300 };
      return [
        billing.connection,
        {
          refresh: refreshBillingAccount(deps),
          catalog: refreshCatalog(deps),
          billTo: leaveAlone,
          priceBook: leaveAlone,
          place: placeEvents(deps),
        },
      ];
    });
    return handleKeys(project, new Map(handlers))(claim);
  }

  #commit(key: string, result: KeyResult): void {
    for (const id of result.done) this.#done.add(id);
    const { to = null, events = [] } = result.moved ?? {};
    for (const event of this.inbox.values()) if (events.includes(event.id)) event.key = to;
    this.mirror.apply(result.mirror ?? [], result.link);
    for (const dirty of [...(result.dirty ?? []), ...(result.refetch?.keys ?? [])]) this.dirty.add(dirty);
    if (result.againAt === undefined) this.again.delete(key);
    else this.again.set(key, result.againAt);
    if (result.pollAt === undefined) this.polls.delete(key);
    else this.polls.set(key, result.pollAt);
    if (result.projection === undefined) return;
    const { accountId, rows, nextChangeOn, levels = [] } = result.projection;
    const set = new Set(levels.map(({ mrr }) => mrr.currency));
    const kept = (this.levels.get(accountId) ?? []).filter(({ mrr }) => !set.has(mrr.currency));
    this.levels.set(accountId, [...kept, ...levels]);
    this.nextChangeOn.set(accountId, nextChangeOn);
    for (const row of rows) this.rows.set(`${row.object} ${row.key}`, { ...row, accountId });
  }

  /** Rows as they come from what billing says now, without those that tell of what was before. */
  rowsOfNow(): string[] {
    const isOfNow = ({ object, key }: OrgRow): boolean =>
      object !== 'Billing_MRR_Month__c' && !key.startsWith('stripe:event:change:');
    const now = [...this.rows.values()].filter(isOfNow).map(({ fields, ...row }) => ({
      ...row,
      fields: Object.entries(fields).filter(([name]) => !name.startsWith('Last_Change')),
    }));
    return now.map((row) => JSON.stringify(row)).toSorted();
  }

  row(object: string, key: string): OrgRow['fields'] {
    const row = this.rows.get(`${object} ${key}`);
    if (row === undefined) throw new Error(`no row ${object} ${key}; there are ${[...this.rows.keys()].join(', ')}`);
    return row.fields;
  }

  rowsOf(object: string, accountId: string): OrgRow[] {
    return [...this.rows.values()].filter((row) => row.object === object && row.accountId === accountId);
  }
}

/** An endpoint that takes webhooks in as the backend does: verify, store, answer. */
export async function startIntake(
  verifier: () => WebhookVerifier,
  take: (events: ReceivedEvent[]) => void,
): Promise<{ url: string; statuses: number[]; close(): Promise<void> }> {
  const statuses: number[] = [];
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      let status = 200;
      try {
        take(
          verifier().verify({
            method: req.method ?? '',
            headers: req.headers,
            query: Object.fromEntries(new URL(req.url ?? '', 'http://localhost').searchParams),
            rawBody: Buffer.concat(chunks),
          }),
        );
      } catch (error) {
        status = error instanceof Fault && error.kind === 'forbidden' ? 401 : 400;
      }
      statuses.push(status);
      res.writeHead(status, status === 401 ? { 'www-authenticate': 'Basic realm="billing"' } : {}).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    statuses,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
