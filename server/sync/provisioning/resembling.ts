import { sql } from 'kysely';
import type { BillingAccount } from '../../domain/billingAccount/billingAccount.ts';
import type { AccountToBill, OtherBillingAccount } from '../../domain/provisioning/account.ts';
import { normaliseEmail, normaliseName } from '../../domain/matching/normalise.ts';
import type { Db } from '../../platform/db/database.ts';

/** Billing accounts that are looked at; more have a name that says nothing. */
const MOST = 200;

const firstWord = (text: string): string => text.trim().toLowerCase().split(/\s+/)[0] ?? '';
/** What stands for any text in LIKE stands for itself. */
const literal = (text: string): string => text.replace(/[\\%_]/g, '\\$&');

/** @returns patterns of the small letters that names of the same company begin with, with and without its article */
function beginnings(name: string): string[] {
  const words = [firstWord(name.replace(/^the\s+/i, '')), firstWord(normaliseName(name))].filter((word) => word !== '');
  return [...new Set(words)].flatMap((word) => [`${literal(word)}%`, `the ${literal(word)}%`]);
}

/**
 * Looks for billing accounts that may be the same customer: by email, and by how their names begin; whoever asked compares
 * them. Those that a person said to be nobody's, or not this Account's, are left out.
 */
export async function resembling(db: Db, { id, name, billTo }: AccountToBill): Promise<OtherBillingAccount[]> {
  const email = normaliseEmail(billTo.email);
  const { rows } = await sql<{ body: BillingAccount; account_id: string | null }>`
    select mirror.body, account_link.account_id from mirror
    left join account_link on account_link.billing_account_key = mirror.key
    left join billing_match on billing_match.billing_account_key = mirror.key
    where mirror.kind = 'account' and not mirror.deleted
      and (lower(mirror.body ->> 'billToEmail') = ${email}::text or lower(mirror.body ->> 'name') like any (${beginnings(name)}::text[]))
      and account_link.account_id is distinct from ${id}
      and (account_link.account_id is not null
        or (billing_match.state is distinct from 'dismissed' and not ${id} = any (coalesce(billing_match.rejected, '{}'))))
    order by (lower(mirror.body ->> 'billToEmail') = ${email}::text) desc nulls last, mirror.key
    limit ${MOST}`.execute(db);
  return rows.map(({ body, account_id }) => ({
    connection: body.connection,
    number: body.number,
    name: body.name,
    email: body.billToEmail,
    accountId: account_id,
  }));
}
