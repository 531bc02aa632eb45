import { factsOf, type BillingObject } from '../../domain/account/facts.ts';
import { deriveAccount } from '../../domain/account/deriveAccount.ts';
import { NO_REPORTING, type Reporting } from '../../domain/account/reporting.ts';
import type { AccountView } from '../../domain/account/view.ts';
import { isReadWithAccount, orgKeyOf, partsOf, projectionKeyOf } from '../../domain/billingAccount/key.ts';
import { monthsOf, noteLevel, type MrrLevel } from '../../domain/metrics/movements.ts';
import { zero } from '../../domain/money/money.ts';
import { earliest, firstOfNextMonth } from '../../domain/time/calendarDate.ts';
import { today } from '../../domain/time/instant.ts';
import type { BillToBook } from '../ports/billTo.ts';
import type { Clock } from '../ports/clock.ts';
import { NAMED_DEAL, type DealReader } from '../ports/deals.ts';
import type { KeyClaim, KeyHandler, KeyResult } from '../ports/keyWork.ts';
import type { MirrorReader } from '../ports/mirror.ts';
import type { MrrHistory } from '../ports/mrrHistory.ts';
import type { OrgAccounts } from '../ports/org.ts';
import type { OrgProjection, RecordSettings } from '../ports/orgProjection.ts';
import type { RowRetention } from '../ports/orgRetention.ts';
import type { OrgRow, OrgRowsReader } from '../ports/orgRows.ts';
import type { ProvisioningBook } from '../ports/provisioning.ts';
import { orderedKeys } from './orderedDeals.ts';
import { afterBilled, projectProvisioning } from './projectProvisioning.ts';
import { projectRenewals, type RenewalDeps } from './projectRenewals.ts';

export type ProjectDeps = {
  mirror: Pick<MirrorReader, 'ofAccount' | 'linkOf' | 'ownerOf'>;
  orgRows: OrgRowsReader;
  history: MrrHistory;
  accounts: Pick<OrgAccounts, 'stateOf'>;
  projection: OrgProjection;
  /** Which rows the org is to hold by their age; all of them without it. */
  retain?: RowRetention;
  /** Activities and deals that are made besides the rows; none when absent. */
  records?: {
    settings: RecordSettings;
    /** Id of the user whose an Account is; null when the user is not active. Throws Faults */
    ownerOf: (accountId: string) => Promise<string | null>;
  };
  /** Renewals that become deals ahead of billing; none when absent. */
  renewals?: RenewalDeps;
  /** Bill-tos of its billing accounts; none when absent. */
  billTos?: Pick<BillToBook, 'ofAccount'>;
  /** Opportunities in which people named a subscription, or that are ordered; none when absent. */
  deals?: Pick<DealReader, 'ofAccount'>;
  /** Billing accounts that are made of Accounts; none when absent. */
  provisioning?: Pick<ProvisioningBook, 'of'>;
  clock: Pick<Clock, 'businessNow'>;
  /** IANA name of the business time zone. */
  timeZone: string;
  /** Rates and tiers for reports; none without it. */
  reporting?: Reporting;
};

const NO_RENEWALS: RenewalDeps = {
  inForce: () => null,
  org: { ownerOf: () => Promise.resolve(null), dealsBy: () => Promise.resolve(new Map()) },
  sold: () => Promise.resolve(new Set()),
};

const keepAll: RowRetention = (rows) => ({ rows: [...rows], over: [], nextOn: null });

/** The billing account that a row stems from; null for rows that are derived for the Account itself. */
function billingAccountOf(row: OrgRow): string | null {
  if (row.object === 'Billing_Account__c') return row.key;
  return row.parents['Billing_Account__r']?.key ?? null;
}

/**
 * Projects what the billing systems say about one Account (key `account:projection:<id>`) to the set of rows that
 * Salesforce is to hold. A row projected before and absent now is written once as Removed, except when its billing
 * account now belongs to another Account, whose projection has taken the row over. An Account that was deleted has no
 * rows; what belonged to one that was merged belongs to the other one.
 */
export function projectAccount(deps: ProjectDeps): KeyHandler {
  const { mirror, orgRows, history, projection, clock, retain = keepAll } = deps;
  const renewalsOf = projectRenewals(deps.renewals ?? NO_RENEWALS, projection);

  /** @returns levels of every currency as they are now, and those of them that are to be saved */
  async function noteLevels(
    accountId: string,
    { asOf, balances, subscriptions }: AccountView,
  ): Promise<{ levels: Map<string, readonly MrrLevel[]>; noted: MrrLevel[] }> {
    const known = Map.groupBy(await history.levelsOf(accountId), ({ mrr }) => mrr.currency);
    const levels = new Map<string, readonly MrrLevel[]>();
    const noted: MrrLevel[] = [];
    for (const currency of new Set([...known.keys(), ...balances.map((one) => one.currency)])) {
      const before = known.get(currency) ?? [];
      const now = balances.find((one) => one.currency === currency)?.mrr ?? zero(currency);
      const begun = subscriptions
        .filter(({ mrr }) => mrr.amount.currency === currency)
        .map(({ subscription, mrr }) => ({ on: subscription.startsOn ?? asOf, mrr: mrr.amount }));
      const after = noteLevel(before, now, asOf, begun);
      levels.set(currency, after);
      if (after !== before) noted.push(...after);
    }
    return { levels, noted };
  }

  /** A deal is its Account's owner's, as of when it is made. */
  async function recordsOf(
    view: AccountView,
    before: readonly OrgRow[],
    elsewhere: ReadonlySet<string>,
  ): Promise<OrgRow[]> {
    if (!deps.records) return [];
    const known = new Map(before.filter((row) => row.object === 'Opportunity').map((row) => [row.key, row]));
    const records = projection.toRecords(view, deps.records.settings, new Set(known.keys()), elsewhere);
    const isNew = records.some((row) => row.object === 'Opportunity' && !known.has(row.key));
    const owner = isNew ? await deps.records.ownerOf(view.accountId) : null;
    return records.map((row) => {
      if (row.object !== 'Opportunity') return row;
      const ownerId = known.has(row.key) ? known.get(row.key)!.initial?.['OwnerId'] : owner;
      return ownerId == null ? row : { ...row, initial: { ...row.initial, OwnerId: ownerId } };
    });
  }

  async function isElsewhere(row: OrgRow, accountId: string): Promise<boolean> {
    // Not the one that the row names: its object may have moved since.
    const billingAccountKey = await mirror.ownerOf(row.partOf ?? row.key);
    if (billingAccountKey === null) return false;
    const link = await mirror.linkOf(billingAccountKey);
    return link !== null && link.accountId !== null && link.accountId !== accountId;
  }

  /** What is left of an Account that became part of another one: totals of its own, and rows that were removed before. */
  async function retire(accountId: string, mergedInto: string, done: string[]): Promise<KeyResult> {
    const left = (await orgRows.projected(accountId)).filter(
      (row) =>
        row.object !== 'Account' &&
        !projection.isRecord(row) &&
        (billingAccountOf(row) === null || projection.isRemoved(row)),
    );
    const rows = left.map((row) => (projection.isRemoved(row) ? row : projection.removedRow(row)));
    const moves = rows.length > 0 || (await mirror.ofAccount(accountId)).length > 0;
    return {
      done,
      retired: { from: accountId, to: mergedInto, rows },
      dirty: moves ? [projectionKeyOf(mergedInto)] : [],
    };
  }

  return async (claim: KeyClaim): Promise<KeyResult> => {
    const accountId = partsOf(claim.key).id;
    const done = claim.events.map(({ id }) => id);
    const known = await deps.accounts.stateOf(accountId);
    if (known?.mergedInto) return retire(accountId, known.mergedInto, done);
    // Its rows went with it and would be refused; they are projected when it is back.
    if (known?.state === 'deleted') return { done, projection: { accountId, rows: [], nextChangeOn: null } };
    const records = await mirror.ofAccount(accountId);
    const deals = (await deps.deals?.ofAccount(accountId)) ?? [];
    const billTos = (await deps.billTos?.ofAccount(accountId)) ?? [];
    const before = await orgRows.projected(accountId);
    const provisioning = (await deps.provisioning?.of(accountId))?.provisioning ?? null;
    const withProvisioning = projectProvisioning(provisioning, projection);
    // Billing knows nothing of the Account, and little is written to it.
    const isOfPeople = (row: OrgRow): boolean =>
      row.object === NAMED_DEAL || !isReadWithAccount(row.key) || projection.isProvisioning(row);
    if (records.length === 0 && before.every(isOfPeople))
      return {
        done,
        projection: {
          accountId,
          rows: withProvisioning(deals.flatMap((deal) => projection.toNamedDeal(deal, { subscriptions: [] }))),
          nextChangeOn: null,
        },
      };
    const facts = factsOf(records.filter(({ deleted }) => !deleted).map(({ body }) => body as BillingObject));
    const day = today(clock.businessNow(), deps.timeZone);
    const view = deriveAccount(accountId, facts, day, deps.timeZone, deps.reporting);
    const { levels, noted } = await noteLevels(accountId, view);
    const months = [...levels.values()].flatMap((own) => monthsOf(own, view.asOf));
    const rows = withProvisioning(projection.toOrgRows(view, months));
    const present = new Set(rows.map(({ object, key }) => `${object} ${key}`));
    const { mrr } = deps.reporting ?? NO_REPORTING;
    const deleted = new Set(records.filter((record) => record.deleted).map(({ key }) => key));
    const renewals = await renewalsOf({ view, facts, mrr, deleted, before, deals });
    rows.push(
      ...deals.flatMap((deal) => projection.toNamedDeal(deal, view)),
      ...billTos.flatMap((standing) => projection.toBillToDiscrepancy(standing)),
      ...renewals.rows,
      ...(await recordsOf(view, before, new Set([...renewals.elsewhere, ...orderedKeys(deals, view)]))),
    );
    for (const row of before) {
      if (row.object === 'Account' || projection.isRecord(row) || present.has(`${row.object} ${row.key}`)) continue;
      if (projection.isRemoved(row)) {
        // One that was removed under another mapping gives up what that mapping added.
        const again = projection.removedRow(row);
        if (Object.keys(again.fields).length !== Object.keys(row.fields).length) rows.push(again);
      } else if (!(await isElsewhere(row, accountId))) rows.push(projection.removedRow(row));
    }
    const retained = retain(rows, view.asOf);
    const projectedBefore = new Set(before.map(({ object, key }) => `${object} ${key}`));
    const dropped = [
      ...retained.over
        .filter(({ row }) => projectedBefore.has(`${row.object} ${row.key}`))
        .map(({ row: { object, key }, reason }) => ({ object, key, reason })),
      ...renewals.gone.map((name) => ({ ...name, reason: 'its charge does not go on' })),
    ];
    const nextMonth = months.some(({ closing }) => closing.minor !== 0) ? firstOfNextMonth(view.asOf) : null;
    const nextChangeOn = earliest([view.nextChangeOn, renewals.nextChangeOn, nextMonth, retained.nextOn]);
    return {
      done,
      dirty: [
        ...afterBilled(facts.billingAccounts, deals, provisioning),
        // What billing said of the Account may be what they wait for.
        ...deals.filter(({ order }) => order?.state === 'Pending').map(({ id }) => orgKeyOf('Opportunity', id)),
      ],
      projection: { accountId, rows: retained.rows, dropped, nextChangeOn, levels: noted },
    };
  };
}
