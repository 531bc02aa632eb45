import { isDeepStrictEqual } from 'node:util';
import { partsOf } from '../../domain/billingAccount/key.ts';
import { PART_OF, type BillingPart, type BillingRecord, type BillingSystem } from '../ports/billingSystem.ts';
import type { StoredEvent } from '../ports/keyWork.ts';

export type Weighed = {
  /** Mirror as it is once the trusted snapshots are in it. */
  known: Map<string, BillingRecord>;
  /** Trusted states to save, the newest of each object. */
  snapshots: Map<string, BillingRecord>;
  /** What was done to subscriptions, of every event, also of those that need nothing else. */
  changes: BillingRecord[];
  fetch: Set<BillingPart>;
  /** What each event that names parts to be fetched asks for. */
  asked: Map<StoredEvent, readonly BillingPart[]>;
  /** Objects of which an older version may replace the newest that is known. */
  takenBack: Set<string>;
  /** Events of trusted states that are to be looked at once more when their objects have come to rest. */
  audits: StoredEvent[];
  /** Trusted states that nothing has followed, by key: what is fetched now has to be the same. */
  audited: Map<string, BillingRecord>;
};

/** Whether a trusted state is checked by a fetch: `later`, when no other event can be on its way, or `now`. */
export type Audit = 'never' | 'later' | 'now';

/** Whole seconds: what Stripe stamps events with, and what the `Date` of an answer has. */
function secondsOf(at: Date): number {
  return Math.floor(at.getTime() / 1000);
}

/**
 * Decides what a billing account's events need: nothing where the mirror is newer, a snapshot where it is complete, a
 * fetch for the rest. Two different states of the same second cannot be ordered, so they cost one fetch.
 */
export function weighEvents(
  billing: Pick<BillingSystem, 'read'>,
  events: readonly StoredEvent[],
  mirrored: ReadonlyMap<string, BillingRecord>,
  auditOf: (event: StoredEvent) => Audit,
): Weighed {
  const weighed: Weighed = {
    known: new Map(mirrored),
    snapshots: new Map(),
    changes: [],
    fetch: new Set(),
    asked: new Map(),
    audits: [],
    audited: new Map(),
    takenBack: new Set(),
  };
  const inOrder = events.toSorted((a, b) => (a.occurredAt?.getTime() ?? 0) - (b.occurredAt?.getTime() ?? 0));
  for (const event of inOrder) {
    const reading = billing.read(event, weighed.known);
    weighed.changes.push(...(reading.changes ?? []));
    const at = event.occurredAt === null ? null : secondsOf(event.occurredAt);
    const isTied = (key: string): boolean => {
      const record = weighed.known.get(key);
      return at === null || (record !== undefined && secondsOf(record.asOf) === at);
    };
    const isOlder = (key: string): boolean => {
      const record = weighed.known.get(key);
      return at !== null && record !== undefined && secondsOf(record.asOf) > at;
    };
    if (reading.about.length > 0 && reading.about.every(isOlder)) continue;
    for (const part of reading.fetch) weighed.fetch.add(part);
    if (reading.fetch.length > 0) weighed.asked.set(event, reading.fetch);
    for (const key of reading.takenBack ?? []) weighed.takenBack.add(key);
    for (const record of reading.records) weighRecord(weighed, event, record, isTied(record.key), auditOf(event));
    const told = new Set(reading.records.map(({ key }) => key));
    for (const key of reading.about)
      if (!told.has(key) && isTied(key)) weighed.fetch.add(PART_OF[partsOf(key).kind] ?? 'account');
  }
  return weighed;
}

function weighRecord(weighed: Weighed, event: StoredEvent, record: BillingRecord, tied: boolean, audit: Audit): void {
  const { key } = record;
  const known = weighed.known.get(key);
  if (known?.deleted === true) return;
  if (record.deleted) {
    // Nothing follows a deletion. That of what was never known counts too: its first state may come late.
    weighed.audited.delete(key);
    weighed.known.set(key, record);
    weighed.snapshots.set(key, record);
    return;
  }
  if (known !== undefined && known.asOf > record.asOf) return;
  const part = PART_OF[record.kind]!;
  weighed.audited.delete(key);
  if (event.contested === true) weighed.fetch.add(part);
  if (known !== undefined && tied && isDeepStrictEqual(known.body, record.body)) {
    // What is known already, told again.
    if (audit === 'later') weighed.audits.push(event);
    if (audit === 'now') {
      weighed.fetch.add(part);
      weighed.audited.set(key, record);
    }
    return;
  }
  if (tied) weighed.fetch.add(part);
  else if (audit !== 'never') weighed.audits.push(event);
  weighed.known.set(key, record);
  weighed.snapshots.set(key, record);
}
