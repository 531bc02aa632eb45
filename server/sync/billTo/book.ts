import { sql } from 'kysely';
import { projectionKeyOf } from '../../domain/billingAccount/key.ts';
import { Fault } from '../../domain/fault.ts';
import type { Db } from '../../platform/db/database.ts';
import type { BillToBook, BillToStanding } from '../../workflows/ports/billTo.ts';
import { digestOf } from '../canonical.ts';
import { storableJson } from '../json.ts';
import { bumpKeys } from '../keys/bump.ts';

function changedMeanwhile(billingAccountKey: string): Fault {
  return new Fault({
    code: 'bill_to_changed',
    kind: 'conflict',
    retryable: true,
    publicText: 'Somebody else worked on the bill-to of this billing account just now; it is looked at again.',
    context: { billingAccountKey },
  });
}

/** What people are told as a row, by which to tell whether it is to be projected. */
const told = (standing: BillToStanding | null): string =>
  digestOf(standing?.discrepancy ? [standing.accountId, standing.discrepancy] : null);

const isSaid = (last: BillToStanding, now: BillToStanding): boolean =>
  digestOf({ ...last, asOf: null }) === digestOf({ ...now, asOf: null });

/** @returns the version that was written; undefined when another worker was faster */
async function write(db: Db, standing: BillToStanding, before: number | null): Promise<number | undefined> {
  const { billingAccountKey: key, accountId, contactId, state } = standing;
  const body = storableJson(standing);
  const { rows } =
    before === null
      ? await sql<{ version: number }>`
          insert into bill_to (billing_account_key, account_id, contact_id, state, body, version)
          values (${key}, ${accountId}, ${contactId}, ${state}, ${body}::jsonb, 1)
          on conflict do nothing returning version`.execute(db)
      : await sql<{ version: number }>`
          update bill_to set account_id = ${accountId}, contact_id = ${contactId}, state = ${state}, body = ${body}::jsonb,
            version = version + 1, changed_at = now()
          where billing_account_key = ${key} and version = ${before} returning version`.execute(db);
  return rows[0]?.version;
}

/** @param onSaved told when an Account is to be projected because of it */
export function createBillToBook(db: Db, onSaved: () => void = () => {}): BillToBook {
  return {
    async of(key) {
      const row = await db
        .selectFrom('bill_to')
        .select(['body', 'version'])
        .where('billing_account_key', '=', key)
        .executeTakeFirst();
      return row === undefined ? null : { standing: row.body as BillToStanding, version: row.version };
    },
    async ofAccount(accountId) {
      const rows = await db
        .selectFrom('bill_to')
        .select('body')
        .where('account_id', '=', accountId)
        .orderBy('billing_account_key')
        .execute();
      return rows.map(({ body }) => body as BillToStanding);
    },
    async stepsOf(key) {
      const rows = await db
        .selectFrom('bill_to_step')
        .select(['at', 'body'])
        .where('billing_account_key', '=', key)
        .orderBy('id')
        .execute();
      return rows.map(({ at, body }) => ({ at, standing: body as BillToStanding }));
    },
    async billedTo(contactId) {
      const rows = await db
        .selectFrom('bill_to')
        .select('billing_account_key')
        .where('contact_id', '=', contactId)
        .execute();
      return rows.map((row) => row.billing_account_key);
    },
    async linkedTo(accountId) {
      const { rows } = await sql<{ key: string }>`
        select l.billing_account_key as key from account_link l
        join mirror m on m.key = l.billing_account_key and not m.deleted
        where l.account_id = ${accountId} and m.body ->> 'status' is distinct from 'Canceled'
        order by l.billing_account_key`.execute(db);
      return rows.map(({ key }) => key);
    },
    async save(standing, before) {
      const { billingAccountKey: key, state } = standing;
      const { version, isToldAnew } = await db.transaction().execute(async (transaction) => {
        const known = await transaction
          .selectFrom('bill_to')
          .select('body')
          .where('billing_account_key', '=', key)
          .forUpdate()
          .executeTakeFirst();
        const last = (known?.body ?? null) as BillToStanding | null;
        if (last !== null && before !== null && isSaid(last, standing)) return { version: before, isToldAnew: false };
        const written = await write(transaction, standing, before);
        if (written === undefined) throw changedMeanwhile(key);
        await sql`insert into bill_to_step (billing_account_key, state, body)
          values (${key}, ${state}, ${storableJson(standing)}::jsonb)`.execute(transaction);
        const concerned = new Set([standing.accountId, ...(last === null ? [] : [last.accountId])]);
        const isNews = told(last) !== told(standing);
        if (isNews) await bumpKeys(transaction, [...concerned].map(projectionKeyOf));
        return { version: written, isToldAnew: isNews };
      });
      if (isToldAnew) onSaved();
      return version;
    },
  };
}
