import { sql } from 'kysely';
import { matchKeyOf } from '../../domain/billingAccount/key.ts';
import type { Db } from '../../platform/db/database.ts';
import type { AccountLink } from '../../workflows/ports/mirror.ts';
import type { OrgFinding } from '../../workflows/ports/org.ts';
import { bumpKeys } from '../keys/bump.ts';

/**
 * Whether a billing account that is being saved is to be looked at by the matching: what waits when anything of it
 * changed, and whatever was matched when billing names its Account, or it is gone.
 * @param db a transaction
 * @param changed keys of the billing accounts whose content changed
 */
async function isDue(db: Db, link: AccountLink, changed: ReadonlySet<string>): Promise<boolean> {
  const key = link.billingAccountKey;
  const known = await db
    .selectFrom('billing_match')
    .select('state')
    .where('billing_account_key', '=', key)
    .executeTakeFirst();
  if (link.byMatch)
    return known === undefined || known.state === 'named' || (known.state !== 'linked' && changed.has(key));
  return known !== undefined && known.state !== (link.accountId === null ? 'gone' : 'named');
}

/** Billing accounts that were matched with an Account that is gone now. */
async function restingOn(db: Db, { accounts }: OrgFinding): Promise<string[]> {
  const gone = accounts.filter(({ state }) => state === 'deleted').map(({ accountId }) => accountId);
  if (gone.length === 0) return [];
  const { rows } = await sql<{ key: string }>`
    select billing_account_key as key from account_link
    where matched and account_id = any(${gone}::text[])`.execute(db);
  return rows.map(({ key }) => key);
}

/** Billing accounts that were matched with an Account that is back now, once. */
async function backWith(db: Db, { accounts }: OrgFinding): Promise<string[]> {
  const there = accounts.filter(({ state }) => state === 'live').map(({ accountId }) => accountId);
  if (there.length === 0) return [];
  const { rows } = await sql<{ key: string }>`
    select distinct l.billing_account_key as key from billing_link_log l
    join org_account a on a.account_id = l.account_id
    where l.account_id = any(${there}::text[]) and a.state <> 'live'`.execute(db);
  return rows.map(({ key }) => key);
}

/**
 * Makes matching due that a commit gives cause for. To be called before any projection is made dirty: keys of matchings
 * are locked before those.
 * @param db a transaction
 */
export async function bumpMatches(
  db: Db,
  { link, org, forgotten }: { link?: AccountLink | undefined; org?: OrgFinding | undefined; forgotten: string | null },
  changed: ReadonlySet<string>,
  batch: boolean,
): Promise<void> {
  const back = org ? await backWith(db, org) : [];
  const keys = [...back, ...(org ? await restingOn(db, org) : [])];
  const gone = forgotten === null ? null : { billingAccountKey: forgotten, accountId: null };
  for (const one of [link, gone]) if (one && (await isDue(db, one, changed))) keys.push(one.billingAccountKey);
  await bumpKeys(db, keys.map(matchKeyOf), 0, batch);
  if (back.length > 0) await lookAgain(db, back);
}

/** Has candidates looked for whatever was found the last time. */
async function lookAgain(db: Db, billingAccountKeys: readonly string[]): Promise<void> {
  await sql`update billing_match set looked_by = null, version = version + 1 where billing_account_key in (
    select billing_account_key from billing_match where billing_account_key = any(${[...billingAccountKeys]}::text[])
    order by billing_account_key for update)`.execute(db);
}

/** As `bumpUnlinked`, in a transaction of its own. */
export function matchUnlinked(db: Db): Promise<number> {
  return db.transaction().execute((transaction) => bumpUnlinked(transaction));
}

/**
 * Makes matching due of every billing account without an Account that was never looked at, as after an upgrade, or whose
 * match got lost; with `anew` of every one, as when the org is another one.
 * @param db a transaction
 * @returns how many
 */
export async function bumpUnlinked(db: Db, anew = false): Promise<number> {
  const { rows } = await sql<{ key: string }>`
    select l.billing_account_key as key from account_link l
    join mirror m on m.key = l.billing_account_key and not m.deleted
    left join billing_match b on b.billing_account_key = l.billing_account_key
    where (l.account_id is null or l.matched)
      and (${anew} or b.state is null or (l.account_id is null and b.state in ('linked', 'named', 'gone')))`.execute(
    db,
  );
  await bumpKeys(
    db,
    rows.map(({ key }) => matchKeyOf(key)),
    0,
    true,
  );
  return rows.length;
}
