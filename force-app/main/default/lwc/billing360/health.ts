import type { Asked, Known, Panel } from 'c/billingRows';
import { panelOf, standingOf, statusOf, textOf } from 'c/billingRows';
import timeZone from '@salesforce/i18n/timeZone';
import type { Ages } from './ages';
import { agesOf } from './ages';
import type { Figure } from './figures';
import { figuresOf } from './figures';

/** How the billing of an Account stands: one sentence, figures, and what is still to be paid by how late it is. */
export type Health = {
  readonly panel: Panel;
  readonly noteClass: string;
  readonly summary: string;
  readonly action: string | null;
  readonly figures: readonly Figure[];
  /** A bar a currency, since amounts of two are never added; null for who may not see any. */
  readonly ages: readonly Ages[] | null;
  readonly isNothingOwed: boolean;
  /** Of what tells how the opened figure came about. */
  readonly reasons: { readonly figure: string; readonly data: unknown };
};

/**
 * Health and balances are shown together: either of them is enough, and each may be all that the user may read.
 *
 * @param known what is known of subscriptions, by their number
 * @param compact leaves out all but the figures that matter most
 * @param opened key of the figure whose details are open
 */
export function healthOf(asked: Asked, known: ReadonlyMap<string, Known>, compact: boolean, opened: string): Health {
  const { data } = asked;
  const [row] = standingOf(data, 'Billing_Health__c');
  const status = statusOf(textOf(row, 'Status__c'));
  const figures = figuresOf(data, row, known, new Date(), timeZone, opened);
  const ages = compact ? null : agesOf(data);
  const panels = [panelOf(asked, 'Billing_Health__c'), panelOf(asked, 'Billing_Balance__c')];
  const inPhase = (wanted: string) => panels.find(({ phase }) => phase === wanted);
  return {
    panel: inPhase('ready') ?? inPhase('empty') ?? panels[0]!,
    noteClass: `note note_${status?.tone ?? 'quiet'}`,
    summary: textOf(row, 'Summary__c') ?? status?.label ?? '',
    action: textOf(row, 'Recommended_Action__c'),
    figures: compact ? figures.filter(({ isMain }) => isMain) : figures,
    ages,
    isNothingOwed: ages?.length === 0,
    reasons: { figure: opened, data },
  };
}
