import { partsOf } from '../../domain/billingAccount/key.ts';
import type { BillingPart, BillingRecord, BillingSystem } from '../ports/billingSystem.ts';
import type { StoredEvent } from '../ports/keyWork.ts';

const PART_OF: Readonly<Record<string, BillingPart>> = {
  account: 'account',
  subscription: 'subscriptions',
  invoice: 'invoices',
  payment: 'payments',
  usage: 'usage',
};

export type Weighed = {
  /** Mirror as it is once the trusted snapshots are in it. */
  known: Map<string, BillingRecord>;
  /** Trusted states to save, the newest of each object. */
  snapshots: Map<string, BillingRecord>;
  fetch: Set<BillingPart>;
};

/** Whole seconds: what Stripe stamps events with, and what the `Date` of an answer has. */
function secondsOf(at: Date): number {
  return Math.floor(at.getTime() / 1000);
}

/**
 * Decides what a billing account's events need: nothing where the mirror is newer, a snapshot where it is complete, a
 * fetch for the rest. Two states of the same second cannot be ordered, so they cost one fetch.
 */
export function weighEvents(
  billing: Pick<BillingSystem, 'read'>,
  events: readonly StoredEvent[],
  mirrored: ReadonlyMap<string, BillingRecord>,
  isAudited: (event: StoredEvent) => boolean,
): Weighed {
  const weighed: Weighed = { known: new Map(mirrored), snapshots: new Map(), fetch: new Set() };
  const inOrder = events.toSorted((a, b) => (a.occurredAt?.getTime() ?? 0) - (b.occurredAt?.getTime() ?? 0));
  for (const event of inOrder) {
    const reading = billing.read(event, weighed.known);
    const at = event.occurredAt === null ? null : secondsOf(event.occurredAt);
    const ages = reading.about
      .map((key) => weighed.known.get(key))
      .map((record) => (record === undefined ? null : secondsOf(record.asOf)));
    if (at !== null && ages.length > 0 && ages.every((age) => age !== null && age > at)) continue;
    for (const part of reading.fetch) weighed.fetch.add(part);
    const tied = at === null || ages.some((age) => age === at);
    for (const record of reading.records) {
      const known = weighed.known.get(record.key);
      if (known !== undefined && (known.deleted || known.asOf > record.asOf)) continue;
      if (tied || isAudited(event)) weighed.fetch.add(PART_OF[record.kind]!);
      weighed.known.set(record.key, record);
      weighed.snapshots.set(record.key, record);
    }
    if (tied) for (const key of reading.about) weighed.fetch.add(PART_OF[partsOf(key).kind] ?? 'account');
  }
  return weighed;
}
