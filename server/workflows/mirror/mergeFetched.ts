import { isDeepStrictEqual } from 'node:util';
import type { BillingPart, BillingRecord, BillingSystem, FetchedPart } from '../ports/billingSystem.ts';
import type { MirrorKind } from '../ports/mirror.ts';

const KIND_OF: Readonly<Record<BillingPart, MirrorKind>> = {
  account: 'account',
  subscriptions: 'subscription',
  invoices: 'invoice',
  memos: 'memo',
  payments: 'payment',
  usage: 'usage',
};

export type Merged = {
  records: BillingRecord[];
  /** Billing accounts to which objects have moved. */
  movedTo: Set<string>;
};

export function tombstone(record: BillingRecord, asOf: Date): BillingRecord {
  return { ...record, asOf, deleted: true };
}

/** A period that has ended is history: a list of what is used now does not have it, and it stays. */
function isHistory({ body }: BillingRecord, asOf: Date): boolean {
  return body.kind === 'usage' && body.periodEndsOn <= asOf.toISOString().slice(0, 10);
}

/**
 * Merges a complete list into what is known: what it has is saved; what it lacks is gone, unless the mirror knows it from
 * a later second than the list, or it has moved to another billing account. Of one second the list is later: all that is
 * known was read before it was asked for.
 */
export async function mergeFetched(
  billing: Pick<BillingSystem, 'whereIs'>,
  billingAccountKey: string,
  part: FetchedPart,
  mirrored: ReadonlyMap<string, BillingRecord>,
): Promise<Merged> {
  const { unread = [] } = part;
  const records = part.records.map((record) => withUnread(record, mirrored.get(record.key), unread));
  const merged: Merged = { records, movedTo: new Set() };
  const listed = new Set(part.records.map(({ key }) => key));
  for (const record of mirrored.values()) {
    if (record.kind !== KIND_OF[part.part] || record.deleted || listed.has(record.key)) continue;
    if (record.asOf > part.asOf || isHistory(record, part.asOf)) continue;
    const owner = record.kind === 'usage' ? null : await billing.whereIs(record.key);
    if (owner == null) merged.records.push(tombstone(record, part.asOf));
    else if (owner !== billingAccountKey) merged.movedTo.add(owner);
  }
  return merged;
}

/** What could not be read of an object stays as it was. */
function withUnread(record: BillingRecord, known: BillingRecord | undefined, unread: readonly string[]): BillingRecord {
  if (known === undefined || known.deleted || known.kind !== record.kind) return record;
  const kept = Object.entries(known.body).filter(([name]) => unread.includes(name) && !(name in record.body));
  return kept.length === 0 ? record : { ...record, body: { ...record.body, ...Object.fromEntries(kept) } };
}

/** @returns whether a record says anything that the mirror does not */
export function isNews(record: BillingRecord, mirrored: ReadonlyMap<string, BillingRecord>): boolean {
  const known = mirrored.get(record.key);
  if (known === undefined) return !record.deleted;
  if (known.deleted) return false;
  return (
    record.deleted ||
    record.billingAccountKey !== known.billingAccountKey ||
    !isDeepStrictEqual(record.body, known.body)
  );
}
