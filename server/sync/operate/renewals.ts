import { sql } from 'kysely';
import { deriveAccount } from '../../domain/account/deriveAccount.ts';
import { factsOf, type BillingObject } from '../../domain/account/facts.ts';
import type { Money } from '../../domain/money/money.ts';
import { renewalsOf, type RenewalDeal } from '../../domain/renewal/renewal.ts';
import { addDays, type CalendarDate } from '../../domain/time/calendarDate.ts';
import type { Db } from '../../platform/db/database.ts';
import { createMirrorReader } from '../mirror/reader.ts';
import { notedMrrRules } from '../mrrRules.ts';
import { notedRenewals, type NotedRenewals } from '../renewals/noted.ts';

/** What is done with a renewal deal, or would be in shadow. `people`: they closed it, and it is left to them. */
export type RenewalStep = 'open' | 'follow' | 'win' | 'lose' | 'people';

export type RenewalEntry = {
  key: string;
  accountId: string;
  step: RenewalStep;
  /** First day of the next term. */
  on: CalendarDate;
  closesOn: CalendarDate;
  worth: Money;
  /** Numbers of its subscriptions. */
  subscriptions: readonly string[];
  /** What became of it in billing; null while it is open. */
  outcome: string | null;
};

export type RenewalReport = {
  /** Of the server that was started last. */
  mode: NotedRenewals['mode'];
  /** What keeps it waiting, a sentence each. */
  faults: readonly string[];
  entries: RenewalEntry[];
};

/** Accounts with a term that ends by a day, or with a deal that was opened. */
async function accountsConcerned(db: Db, by: CalendarDate): Promise<string[]> {
  const { rows } = await sql<{ accountId: string }>`
    select l.account_id as "accountId" from mirror m
    join account_link l on l.billing_account_key = m.billing_account_key
    where m.kind = 'subscription' and not m.deleted and l.account_id is not null
      and m.body ->> 'termType' = 'Termed' and m.body ->> 'termEndsOn' <= ${by}
    union
    select account_id from org_rows
    where object = 'Opportunity' and fields ->> 'Billing_Order_Kind__c' = 'Renew' and account_id is not null
    order by 1`.execute(db);
  return rows.map(({ accountId }) => accountId);
}

type Opened = { key: string; isReported: boolean; isPeoples: boolean };

/** Deals of an Account that were opened, and whether billing or people have closed them. */
async function openedOf(db: Db, accountId: string): Promise<Opened[]> {
  const { rows } = await sql<Opened>`
    select o.key, coalesce((o.fields ->> 'Billing_Reported__c')::boolean, false) as "isReported",
      coalesce(d.is_closed, not o.fields ? 'CloseDate') as "isPeoples"
    from org_rows o left join named_deal d on d.key = o.key
    where o.account_id = ${accountId} and o.object = 'Opportunity' and o.fields ->> 'Billing_Order_Kind__c' = 'Renew'`.execute(
    db,
  );
  return rows;
}

function stepOf({ state }: RenewalDeal, opened: Opened | undefined): RenewalStep | null {
  if (opened?.isReported) return null;
  if (opened?.isPeoples) return 'people';
  if (opened === undefined) return 'open';
  return state.is === 'Open' ? 'follow' : state.is === 'Renewed' ? 'win' : 'lose';
}

/**
 * Which renewal deals there are, or would be, on a day, by what is mirrored and by the settings of the server that was started
 * last. What billing has closed is left out.
 * @returns null where no server has renewals
 */
export async function reportRenewals(db: Db, asOf: CalendarDate): Promise<RenewalReport | null> {
  const noted = await notedRenewals(db);
  if (noted === null) return null;
  const { mode, rules, verdict } = noted;
  const mrr = await notedMrrRules(db);
  const mirror = createMirrorReader(db);
  const entries: RenewalEntry[] = [];
  for (const accountId of await accountsConcerned(db, addDays(asOf, rules.daysBefore))) {
    const records = (await mirror.ofAccount(accountId)).filter(({ deleted }) => !deleted);
    const facts = factsOf(records.map(({ body }) => body as BillingObject));
    const view = deriveAccount(accountId, facts, asOf, 'UTC');
    const opened = new Map((await openedOf(db, accountId)).map((one) => [one.key, one]));
    for (const deal of renewalsOf({ view, facts, rules, mrr, opened: new Set(opened.keys()) })) {
      const { key, on, closesOn, worth, members, outcome } = deal;
      const step = stepOf(deal, opened.get(key));
      const subscriptions = members.map(({ subscription }) => subscription.number);
      if (step !== null) entries.push({ key, accountId, step, on, closesOn, worth, subscriptions, outcome });
    }
  }
  const faults = verdict !== null && 'faults' in verdict ? verdict.faults : [];
  return { mode, faults, entries: entries.toSorted((a, b) => (a.on < b.on ? -1 : a.on > b.on ? 1 : 0)) };
}
