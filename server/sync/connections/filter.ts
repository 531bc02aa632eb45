import { projectionKeyOf } from '../../domain/billingAccount/key.ts';
import type { Db } from '../../platform/db/database.ts';
import type { Log } from '../../platform/log.ts';
import { partsTakenBy, TAKE_EVERYTHING, type BillingFilter } from '../../workflows/ports/billingFilter.ts';
import { readPartsAnew } from '../backfill/parts.ts';
import { bumpKeys } from '../keys/bump.ts';
import { forgetKinds } from '../mirror/forget.ts';

const KINDS_OF = {
  subscriptions: ['subscription', 'change'],
  invoices: ['invoice', 'memo'],
  payments: ['payment'],
  usage: ['usage'],
} as const;
const AT_ONCE = 1000;

/** The same text for filters that take the same. */
function textOf({ objects, currencies, fields }: BillingFilter): string {
  const names = Object.keys(fields).sort();
  return JSON.stringify({
    objects: [...objects].sort(),
    currencies: currencies === null ? null : [...currencies].sort(),
    fields: Object.fromEntries(names.map((name) => [name, [...(fields[name] ?? [])].sort()])),
  });
}

/**
 * Brings the mirror of a connection in line with its filter when that was changed since the last start: kinds of objects
 * that are newly left out are forgotten at once; billing accounts are looked at again, and what is newly taken is read, by
 * a backfill. Killed in between, it does the rest at the next start.
 * @returns whether anything had changed
 */
export async function applyFilter(db: Db, connection: string, filter: BillingFilter, log: Log): Promise<boolean> {
  const row = await db.selectFrom('connection').select('filter').where('name', '=', connection).executeTakeFirst();
  const text = textOf(filter);
  const textBefore = row?.filter ?? textOf(TAKE_EVERYTHING);
  if (text === textBefore) return false;
  const before = JSON.parse(textBefore) as BillingFilter;
  log.info({ connection, before, filter }, 'The filter of a connection was changed');

  const left = before.objects
    .filter((object) => !filter.objects.includes(object))
    .flatMap((object) => KINDS_OF[object]);
  for (let count = left.length === 0 ? 0 : AT_ONCE; count === AT_ONCE;)
    count = await db.transaction().execute(async (transaction) => {
      const gone = await forgetKinds(transaction, connection, left, AT_ONCE);
      await bumpKeys(transaction, gone.accountIds.map(projectionKeyOf));
      return gone.count;
    });

  const added = [...partsTakenBy(filter)].filter((part) => !partsTakenBy(before).has(part));
  const conditions = ({ currencies, fields }: BillingFilter) => textOf({ objects: [], currencies, fields });
  const isOtherAccounts = conditions(before) !== conditions(filter);
  const parts = [...(isOtherAccounts ? (['account'] as const) : []), ...added];
  if (parts.length > 0) await readPartsAnew(db, connection, parts, 'The filter of the connection was changed.');
  await db.updateTable('connection').set({ filter: text }).where('name', '=', connection).execute();
  return true;
}
