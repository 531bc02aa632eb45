import type { Db } from '../../platform/db/database.ts';
import type { Log } from '../../platform/log.ts';
import { KINDS_WITH_FIELDS, NO_FIELDS, type BillingFieldNames } from '../../workflows/ports/billingFields.ts';
import type { BillingPart } from '../../workflows/ports/billingSystem.ts';
import { readPartsAnew } from '../backfill/parts.ts';
import { saveSetting, settingOf } from '../settings.ts';

const nameOf = (connection: string): string => `billing_fields:${connection}`;

/** Charges are read with their subscriptions. */
const PARTS = {
  account: 'account',
  subscription: 'subscriptions',
  charge: 'subscriptions',
  invoice: 'invoices',
} as const;

/** @returns metadata and custom fields that objects of a connection are read with, or are being read anew with */
export async function fieldsReadWith(db: Db, connection: string): Promise<BillingFieldNames> {
  const value = await settingOf(db, nameOf(connection));
  return value === null ? NO_FIELDS : { ...NO_FIELDS, ...(JSON.parse(value) as Partial<BillingFieldNames>) };
}

/**
 * Has the kinds of objects read anew of which settings name metadata or custom fields that they did not name at the last
 * start. What they name no more stays in the mirror until its object is read for another reason. Killed in between, it does
 * the rest at the next start.
 * @param options.taken parts that the filter of the connection takes
 * @returns the parts that are read anew
 */
export async function applyFields(
  db: Db,
  options: { connection: string; fields: BillingFieldNames; taken: ReadonlySet<BillingPart> },
  log: Log,
): Promise<BillingPart[]> {
  const { connection, fields, taken } = options;
  const before = await fieldsReadWith(db, connection);
  const isNew = (kind: (typeof KINDS_WITH_FIELDS)[number]) => fields[kind].some((name) => !before[kind].includes(name));
  const parts = [...new Set(KINDS_WITH_FIELDS.filter(isNew).map((kind) => PARTS[kind]))].filter((part) =>
    taken.has(part),
  );
  if (parts.length > 0) {
    log.info({ connection, parts }, 'Settings name further metadata or custom fields; they are read');
    await readPartsAnew(db, connection, parts, 'Settings name further metadata or custom fields.');
  }
  await saveSetting(db, nameOf(connection), JSON.stringify(fields));
  return parts;
}
