import { sql } from 'kysely';
import { keyOf, partsOf, type KeyKind } from '../../domain/billingAccount/key.ts';
import type { Db } from '../../platform/db/database.ts';
import { BILLING_PARTS } from '../../workflows/ports/billingSystem.ts';
import { bumpKeys, refetchKeys } from '../keys/bump.ts';

const KINDS: readonly KeyKind[] = ['account', 'subscription', 'invoice', 'payment'];
/** What the ids of Stripe begin with says what they name (Stripe docs, "Object ids"). */
const STRIPE_KINDS: Readonly<Record<string, KeyKind>> = {
  cus: 'account',
  sub: 'subscription',
  in: 'invoice',
  ch: 'payment',
};

export type Repulled = {
  /** Keys of the billing accounts that are read, and of objects whose billing account is looked for first. */
  keys: string[];
  /** Names that nobody here knows; a key (`zuora:account:…`) would do. */
  unknown: string[];
};

/**
 * Has named records read from their billing system again, with everything of their billing accounts.
 * @param names keys (`stripe:invoice:in_1`), or ids and numbers as the billing system has them (`in_1`, `A-S00000001`)
 */
export async function repull(db: Db, names: readonly string[]): Promise<Repulled> {
  const connections = await db.selectFrom('connection').select(['name', 'system']).execute();
  const { rows } = await sql<{ asked: string; billingAccountKey: string }>`
    select distinct asked, m.billing_account_key as "billingAccountKey"
    from unnest(${[...names]}::text[]) as asked
    cross join lateral (
      select asked as key
      union all
      select c.name || ':' || kind || ':' || asked from connection c, unnest(${[...KINDS]}::text[]) as kind
    ) as candidate
    join mirror m on m.key = candidate.key`.execute(db);
  const known = new Map(rows.map(({ asked, billingAccountKey }) => [asked, billingAccountKey]));
  const accounts = new Set(rows.map(({ billingAccountKey }) => billingAccountKey));
  const objects = new Set<string>();
  const unknown: string[] = [];
  for (const name of names) {
    if (known.has(name)) continue;
    const candidates = candidatesOf(name, connections);
    if (candidates.length === 0) unknown.push(name);
    for (const key of candidates) (partsOf(key).kind === 'account' ? accounts : objects).add(key);
  }
  await refetchKeys(db, accounts, BILLING_PARTS, false);
  await bumpKeys(db, objects);
  return { keys: [...accounts, ...objects].sort(), unknown };
}

/** Keys that something which the mirror does not hold may have. */
function candidatesOf(name: string, connections: readonly { name: string; system: string }[]): string[] {
  const [first = '', kind = ''] = name.split(':');
  if (connections.some((one) => one.name === first) && KINDS.some((one) => one === kind)) return [name];
  const stripeKind = STRIPE_KINDS[/^([a-z]+)_\w+$/.exec(name)?.[1] ?? ''];
  if (stripeKind === undefined) return [];
  return connections.filter(({ system }) => system === 'Stripe').map((one) => keyOf(one.name, stripeKind, name));
}
