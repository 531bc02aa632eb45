import type { AccountView } from '../../domain/account/view.ts';
import type { MrrMonth } from '../../domain/metrics/movements.ts';
import type { RenewalDeal } from '../../domain/renewal/renewal.ts';
import type { CalendarDate } from '../../domain/time/calendarDate.ts';
import type { BillToStanding } from './billTo.ts';
import type { NamedDeal } from './deals.ts';
import type { OrgRow } from './orgRows.ts';
import type { Provisioning } from './provisioning.ts';
import type { RenewalRows, RenewalSettings } from './renewals.ts';

/** What of billing gets records of standard objects besides rows, and from which day on it counts; null for nothing. */
export type RecordSettings = {
  invoices: CalendarDate | null;
  payments: CalendarDate | null;
  deals: {
    from: CalendarDate;
    /** Stage of a deal that is won. */
    stage: string;
    /** Currency of the org, in which alone the amount of a deal can be written. */
    currency: string;
  } | null;
  /** In which a moment becomes a day. */
  timeZone: string;
};

/** Turns what is derived for an Account into the rows that Salesforce is to hold. */
export interface OrgProjection {
  /** @param months of MRR in every currency; none where only what is now is asked for */
  toOrgRows(view: AccountView, months?: readonly MrrMonth[]): OrgRow[];
  /**
   * Activities and deals of what billing did. Each is a function of billing at the time when it is first made.
   * @param known keys of the deals that were made before
   * @param elsewhere keys of those that are told by a renewal, or by the deal that ordered it
   */
  toRecords(
    view: AccountView,
    settings: RecordSettings,
    known: ReadonlySet<string>,
    elsewhere?: ReadonlySet<string>,
  ): OrgRow[];
  /** Whether a row is of a renewal that was opened ahead of billing. */
  isRenewal(row: OrgRow): boolean;
  /**
   * A renewal as an Opportunity with its products.
   * @param known what became of it: as it was projected last, with the products of its Account's deals, and as people have it; and
   * keys of the prices that are on sale
   */
  toRenewal(
    view: AccountView,
    deal: RenewalDeal,
    settings: RenewalSettings,
    known: {
      before: OrgRow | null;
      deal: Pick<NamedDeal, 'opened' | 'order'> | null;
      lines: readonly OrgRow[];
      sold: ReadonlySet<string>;
    },
  ): RenewalRows;
  /** A renewal of what was deleted in billing: lost, unless billing or people have closed it before. */
  toEndedRenewal(row: OrgRow, settings: RenewalSettings, deal: Pick<NamedDeal, 'opened'> | null): OrgRow;
  /** Keys of the prices by which the products of a renewal are sold. */
  pricesOf(deal: RenewalDeal, settings: RenewalSettings): string[];
  /**
   * What an Opportunity is to hold in which people named a subscription, or that is ordered, and how its order stands.
   * @param view of its Account; null where it has none
   */
  toNamedDeal(deal: NamedDeal, view: Pick<AccountView, 'subscriptions'> | null): OrgRow[];
  /** What an Account is to hold of the billing account that is made of it. */
  toProvisioning(provisioning: Provisioning): OrgRow;
  /** Whether a row of an Account holds nothing else. */
  isProvisioning(row: OrgRow): boolean;
  /** What people are told of a bill-to that billing says otherwise. */
  toBillToDiscrepancy(standing: BillToStanding): OrgRow[];
  /** Whether a row is of a record of a standard object, which stays when billing no longer has its cause. */
  isRecord(row: OrgRow): boolean;
  /** The row as it is written once when billing no longer has it: status Removed, amounts zero. */
  removedRow(row: OrgRow): OrgRow;
  isRemoved(row: OrgRow): boolean;
}
