import type { BillingFacts } from '../../domain/account/facts.ts';
import type { AccountView } from '../../domain/account/view.ts';
import type { MrrRules } from '../../domain/metrics/rules.ts';
import { renewalsChangeOn, renewalsOf, type RenewalDeal } from '../../domain/renewal/renewal.ts';
import type { CalendarDate } from '../../domain/time/calendarDate.ts';
import type { NamedDeal } from '../ports/deals.ts';
import type { OrgProjection } from '../ports/orgProjection.ts';
import type { OrgRow } from '../ports/orgRows.ts';
import type { RenewalOrg, Renewals } from '../ports/renewals.ts';

export type RenewalDeps = {
  /** What is kept up now; null while it is off, in shadow, or the org cannot take it. */
  inForce: () => Renewals | null;
  org: RenewalOrg;
};

export type RenewalFacts = {
  view: AccountView;
  facts: BillingFacts;
  mrr: MrrRules;
  /** Rows of the Account as they were projected last. */
  before: readonly OrgRow[];
  deals: readonly NamedDeal[];
};

export type ProjectedRenewals = {
  rows: OrgRow[];
  /** Keys of deals that report a renewal and are told by one of the rows. */
  elsewhere: ReadonlySet<string>;
  /** First later day on which time alone changes something; null for none. */
  nextChangeOn: CalendarDate | null;
};

const reportedKeys = ({ key, members, on }: RenewalDeal): string[] => [
  key,
  ...members.map(({ subscription }) => `${subscription.key}:renewal:${on}`),
];

/**
 * Renewal deals of an Account as Opportunities. Before one is opened the org is asked for one with its key: after a database was
 * lost it is there, and what people made of it stays.
 */
export function projectRenewals(
  { inForce, org }: RenewalDeps,
  projection: Pick<OrgProjection, 'isRenewal' | 'toRenewal'>,
) {
  async function openedRow(view: AccountView, deal: RenewalDeal, { settings }: Renewals): Promise<OrgRow | null> {
    if (deal.state.is !== 'Open') return null;
    const found = (await org.dealsBy([deal.key])).get(deal.key);
    if (found?.isReported) return null;
    const known = { before: null, deal: found ? { opened: found } : null };
    const row = projection.toRenewal(view, deal, settings, known);
    if (row === null || found) return row && { ...row, initial: undefined };
    const owner = (await org.ownerOf(view.accountId)) ?? settings.ownerId;
    return owner === null ? row : { ...row, initial: { ...row.initial, OwnerId: owner } };
  }

  return async ({ view, facts, mrr, before, deals }: RenewalFacts): Promise<ProjectedRenewals> => {
    const made = new Map(before.filter(({ object }) => object === 'Opportunity').map((row) => [row.key, row]));
    const opened = new Set([...made.values()].filter((row) => projection.isRenewal(row)).map(({ key }) => key));
    const kept = inForce();
    // Switched off, what was opened stays as people have it, and is not reported beside itself.
    if (kept === null) return { rows: [], elsewhere: opened, nextChangeOn: null };
    const found = renewalsOf({ view, facts, rules: kept.rules, mrr, opened });
    const byKey = new Map(deals.flatMap((deal) => (deal.opened ? [[deal.opened.key, deal] as const] : [])));
    const rows: (OrgRow | null)[] = [];
    for (const deal of found) {
      const row = made.get(deal.key);
      if (row === undefined) rows.push(await openedRow(view, deal, kept));
      else if (opened.has(deal.key))
        rows.push(projection.toRenewal(view, deal, kept.settings, { before: row, deal: byKey.get(deal.key) ?? null }));
    }
    return {
      rows: rows.filter((row) => row !== null),
      elsewhere: new Set([...opened, ...found.flatMap(reportedKeys)]),
      nextChangeOn: renewalsChangeOn(view, kept.rules),
    };
  };
}
