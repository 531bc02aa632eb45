import { sql } from 'kysely';
import { partsOf } from '../../domain/billingAccount/key.ts';
import type { Db } from '../../platform/db/database.ts';

/** What one row of the org said: its digest, and where it has them its number and the word for its state. */
type RowWords = { object: string; hash: string; number: string | null; status: string | null };
export type RowsThen = Record<string, RowWords>;

/**
 * Objects whose rows are told one by one, by what people call them. No amount is told: whoever may see the Account need not
 * be allowed to see those.
 */
const NAMED: Readonly<Record<string, string>> = {
  Billing_Invoice__c: 'Invoice',
  Billing_Subscription__c: 'Subscription',
  Billing_Payment__c: 'Payment',
  Billing_Account__c: 'Billing account',
  Billing_Credit_Memo__c: 'Credit memo',
};
/** Objects whose rows are told together. */
const COUNTED: Readonly<Record<string, string>> = {
  Usage__c: 'Usage',
  Dunning_Case__c: 'Dunning',
  Billing_Health__c: 'Health',
  Account: 'Totals of the Account',
};

const MOST_SENTENCES = 20;

/** A row that Salesforce does not take, or that waits for one. */
export type KeptOut = { object: string; key: string; number: string | null };

/**
 * @returns what Salesforce does not take of an Account; why is for operations, since its words may quote what not everybody
 * may see
 */
export function sentenceOfKeptOut(rows: readonly KeptOut[]): string {
  const order = Object.keys(NAMED);
  const [first] = rows
    .filter(({ object }) => object in NAMED)
    .toSorted((a, b) => order.indexOf(a.object) - order.indexOf(b.object));
  const name = first ? `${NAMED[first.object]!} ${first.number ?? partsOf(first.key).id}` : 'some of it';
  const more = first && rows.length > 1 ? ` and ${rows.length - 1} more` : '';
  return `Salesforce refuses ${name}${more}: tell your administrator.`;
}

/** @returns what rows of an Account say now */
export async function rowsNow(db: Db, accountId: string): Promise<RowsThen> {
  const objects = [...Object.keys(NAMED), ...Object.keys(COUNTED)];
  const { rows } = await sql<RowWords & { key: string }>`
    select object, key, hash, fields->>'Number__c' as number, fields->>'Status__c' as status
    from org_rows where account_id = ${accountId} and object = any(${objects}::text[]) order by object, key`.execute(
    db,
  );
  return Object.fromEntries(rows.map(({ key, ...words }) => [`${words.object} ${key}`, words]));
}

function sentenceOf(name: string, before: RowWords | undefined, now: RowWords): string | null {
  const what = `${NAMED[now.object]!} ${now.number ?? name}`;
  if (before === undefined) return `${what}: new${now.status === null ? '' : `, ${now.status}`}`;
  if (before.hash === now.hash) return null;
  return before.status === now.status
    ? `${what}: changed`
    : `${what}: ${before.status ?? 'none'} to ${now.status ?? 'none'}`;
}

/** @returns what changed, a sentence each; empty for nothing */
export function changesBetween(before: RowsThen, now: RowsThen): string[] {
  const order = Object.keys(NAMED);
  const told = Object.entries(now)
    .filter(([, { object }]) => object in NAMED)
    .toSorted(([, a], [, b]) => order.indexOf(a.object) - order.indexOf(b.object))
    .flatMap(([name, words]) => sentenceOf(name, before[name], words) ?? []);
  const together = Object.entries(COUNTED).flatMap(([object, what]) =>
    Object.entries(now).some(([name, words]) => words.object === object && before[name]?.hash !== words.hash)
      ? [`${what}: changed`]
      : [],
  );
  const more = told.length - MOST_SENTENCES;
  return [...told.slice(0, MOST_SENTENCES), ...(more > 0 ? [`And ${more} more.`] : []), ...together];
}
