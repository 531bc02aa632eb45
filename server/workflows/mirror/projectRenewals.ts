import type { BillingFacts } from '../../domain/account/facts.ts';
import type { AccountView } from '../../domain/account/view.ts';
import type { MrrRules } from '../../domain/metrics/rules.ts';
import { endedRenewals, renewalsChangeOn, renewalsOf, type RenewalDeal } from '../../domain/renewal/renewal.ts';
import { addDays, earliest, type CalendarDate } from '../../domain/time/calendarDate.ts';
import type { NamedDeal } from '../ports/deals.ts';
import type { RowName } from '../ports/org.ts';
import type { OrgProjection } from '../ports/orgProjection.ts';
import type { OrgRow } from '../ports/orgRows.ts';
import type { RenewalOrg, RenewalRows, Renewals } from '../ports/renewals.ts';

export type RenewalDeps = {
  /** What is kept up now; null while it is off, in shadow, or the org cannot take it. */
  inForce: () => Renewals | null;
  org: RenewalOrg;
  /** @returns those of the keys of prices that are on sale in the org */
  sold: (keys: readonly string[]) => Promise<ReadonlySet<string>>;
};

export type RenewalFacts = {
  view: AccountView;
  facts: BillingFacts;
  mrr: MrrRules;
  /** Keys of what was deleted in billing. */
  deleted: ReadonlySet<string>;
  /** Rows of the Account as they were projected last. */
  before: readonly OrgRow[];
  deals: readonly NamedDeal[];
};

export type ProjectedRenewals = {
  rows: OrgRow[];
  /** Products that deals have no more. */
  gone: readonly RowName[];
  /** Keys of deals that report a renewal and are told by one of the rows. */
  elsewhere: ReadonlySet<string>;
  /** First later day on which time alone changes something; null for none. */
  nextChangeOn: CalendarDate | null;
};

const LINES = 'OpportunityLineItem';
const NOTHING: RenewalRows = { row: null, lines: [], gone: [], lacks: false };

const reportedKeys = ({ key, members, on }: RenewalDeal): string[] => [
  key,
  ...members.map(({ subscription }) => `${subscription.key}:renewal:${on}`),
];

/**
 * Renewal deals of an Account as Opportunities. Before one is opened the org is asked for one with its key: after a database was
 * lost it is there, and what people made of it stays.
 */
export function projectRenewals(
  { inForce, org, sold }: RenewalDeps,
  projection: Pick<OrgProjection, 'isRenewal' | 'toRenewal' | 'toEndedRenewal' | 'pricesOf'>,
) {
  async function openedRows(view: AccountView, deal: RenewalDeal, { settings }: Renewals): Promise<RenewalRows> {
    if (deal.state.is !== 'Open') return NOTHING;
    const found = (await org.dealsBy([deal.key])).get(deal.key);
    if (found?.isReported) return NOTHING;
    const rows = projection.toRenewal(view, deal, settings, {
      before: null,
      deal: found ? { opened: found } : null,
      lines: [],
      sold: await sold(projection.pricesOf(deal, settings)),
    });
    const { row } = rows;
    if (row === null || found) return { ...rows, row: row && { ...row, initial: undefined } };
    const owner = (await org.ownerOf(view.accountId)) ?? settings.ownerId;
    return owner === null ? rows : { ...rows, row: { ...row, initial: { ...row.initial, OwnerId: owner } } };
  }

  return async ({ view, facts, mrr, deleted, before, deals }: RenewalFacts): Promise<ProjectedRenewals> => {
    const made = new Map(before.filter(({ object }) => object === 'Opportunity').map((row) => [row.key, row]));
    const opened = new Set([...made.values()].filter((row) => projection.isRenewal(row)).map(({ key }) => key));
    const kept = inForce();
    // Switched off, what was opened stays as people have it, and is not reported beside itself.
    if (kept === null) return { rows: [], gone: [], elsewhere: opened, nextChangeOn: null };
    const found = renewalsOf({ view, facts, rules: kept.rules, mrr, opened });
    const byKey = new Map(deals.flatMap((deal) => (deal.opened ? [[deal.opened.key, deal] as const] : [])));
    const told: RenewalRows[] = [];
    const lines = before.filter(({ object }) => object === LINES);
    for (const deal of found) {
      const row = made.get(deal.key);
      if (row === undefined) told.push(await openedRows(view, deal, kept));
      else if (opened.has(deal.key))
        told.push(
          projection.toRenewal(view, deal, kept.settings, {
            before: row,
            deal: byKey.get(deal.key) ?? null,
            lines,
            sold: await sold(projection.pricesOf(deal, kept.settings)),
          }),
        );
    }
    const ended = endedRenewals(opened, deleted).map((key) =>
      projection.toEndedRenewal(made.get(key)!, kept.settings, byKey.get(key) ?? null),
    );
    // What comes to the price book tells nobody here.
    const tomorrow = told.some(({ lacks }) => lacks) ? addDays(view.asOf, 1) : null;
    return {
      rows: [...told.flatMap(({ row, lines: own }) => (row === null ? [] : [row, ...own])), ...ended],
      gone: told.flatMap(({ gone }) => gone.map((key) => ({ object: LINES, key }))),
      elsewhere: new Set([...opened, ...found.flatMap(reportedKeys)]),
      nextChangeOn: earliest([renewalsChangeOn(view, kept.rules), tomorrow]),
    };
  };
}
