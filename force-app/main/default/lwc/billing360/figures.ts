import type { Known, Link, Row, Tone } from 'c/billingRows';
import { amountOf, needsAction, numberOf, rowsOf, standingOf, textOf } from 'c/billingRows';
import type { Sparkline } from 'c/chartMath';
import { fill, formatDate, fromToday, join, shorten } from 'c/textUtils';
import * as labels from './labels';
import { trendOf } from './trend';

export type Line = {
  readonly key: string;
  readonly text: string;
  readonly className: string;
  /** Into the billing system, for a line that names something in it. */
  readonly url?: string | null | undefined;
  /** What is read aloud in the place of the text. */
  readonly says?: string | null | undefined;
  readonly title?: string | null;
};
export type Figure = {
  readonly key: string;
  readonly label: string;
  readonly value: string;
  readonly valueClass: string;
  readonly lines: readonly Line[];
  readonly spark?: Sparkline | null;
  readonly sparkLabel?: string;
  /** Words of the button that opens the details; empty without any. */
  readonly more?: string;
  readonly expanded: string;
  /** Shown in a compact panel too. */
  readonly isMain: boolean;
};

/** A line below a value, as most of them look; one that says nothing is left out. */
const quiet = (key: string, text: string | null): Line => ({ key, text: text ?? '', className: 'quiet' });

type Plain = Omit<Figure, 'valueClass' | 'expanded' | 'isMain'> & { readonly valueClass?: string };

const LONG = 12;
const MAIN: ReadonlySet<string> = new Set(['mrr', 'outstanding', 'renewal', 'health']);

/**
 * Figures of an Account; one that the user may not read is left out.
 *
 * @param data what was answered about the Account
 * @param health row of the Account; absent where the user may read none
 * @param known what is known of subscriptions, by their number
 * @param opened key of the figure whose details are open
 */
export function figuresOf(
  data: unknown,
  health: Row | undefined,
  known: ReadonlyMap<string, Known>,
  now: Date,
  timeZone: string,
  opened: string,
): Figure[] {
  const mainCurrency = textOf(rowsOf(data, 'Account')?.[0], 'Billing_Currency__c');
  const balances = standingOf(data, 'Billing_Balance__c');
  const ordered = [...balances].sort((a, b) => Number(isIn(b, mainCurrency)) - Number(isIn(a, mainCurrency)));
  return [
    mrrFigure(data, ordered),
    amountFigure('arr', labels.arr, ordered, 'ARR__c', []),
    amountFigure('outstanding', labels.outstanding, ordered, 'Outstanding__c', overdueLines(ordered)),
    renewalFigure(health, known, now, timeZone),
    healthFigure(health),
    paymentFigure(ordered, now, timeZone),
  ].flatMap((figure) => (figure ? [complete(figure, opened)] : []));
}

function complete(figure: Plain, opened: string): Figure {
  return {
    // A long value is written smaller, so that it does not break in the middle of a number.
    valueClass: figure.value.length > LONG ? 'slds-text-body_regular' : '',
    ...figure,
    lines: figure.lines.filter(({ text }) => text),
    expanded: String(figure.key === opened),
    isMain: MAIN.has(figure.key),
  };
}

/** MRR of the currency that comes first, with its trend. */
function mrrFigure(data: unknown, balances: readonly Row[]): Plain | null {
  const figure = amountFigure('mrr', labels.mrr, balances, 'MRR__c', []);
  const trend = figure && trendOf(data, textOf(headOf(balances, 'MRR__c').head, 'Currency_Code__c'));
  if (!figure || !trend) {
    return figure;
  }
  const { text, tone, spark, sparkLabel } = trend;
  const change = { key: 'change', text, className: `quiet ${tone}` };
  return { ...figure, lines: [change, ...figure.lines], spark, sparkLabel, more: labels.whyNumber };
}

const TIER_TONES: Readonly<Record<string, Tone>> = {
  Healthy: 'good',
  Watch: 'warn',
  'At Risk': 'bad',
  Critical: 'bad',
};

function healthFigure(health: Row | undefined): Plain | null {
  const tier = textOf(health, 'Tier__c');
  const score = numberOf(health, 'Score__c');
  if (!health || (tier === null && score === null)) {
    return null;
  }
  const risk = textOf(health, 'Churn_Risk__c');
  // A good score beside something pressing says so, rather than that all is well.
  const isDoubtful = tier === 'Healthy' && needsAction(textOf(health, 'Status__c'));
  const value = [score, isDoubtful ? labels.otherwise : tier].filter((part) => part !== null).join(' ');
  const tone = isDoubtful ? 'quiet' : (TIER_TONES[tier ?? ''] ?? 'quiet');
  const more = 'Reasons__c' in health || 'Churn_Risk_Reasons__c' in health ? labels.allReasons : '';
  return {
    key: 'health',
    label: labels.healthTile,
    value,
    valueClass: `chip chip_${tone}`,
    lines: [quiet('risk', risk && fill(labels.risk, risk))],
    more,
  };
}

function isIn(balance: Row, currency: string | null): boolean {
  return currency !== null && textOf(balance, 'Currency_Code__c') === currency;
}

/** The currency that a figure is told in, and those that it has besides: amounts of two are never added. */
function headOf(balances: readonly Row[], field: string): { head: Row | undefined; others: readonly Row[] } {
  const known = balances.filter((balance) => numberOf(balance, field) !== null);
  const [first, ...others] = known.filter((balance) => numberOf(balance, field) !== 0);
  return { head: first ?? known[0], others };
}

function amountFigure(
  key: string,
  label: string,
  balances: readonly Row[],
  field: string,
  lines: Line[],
): Plain | null {
  const { head, others } = headOf(balances, field);
  if (!head) {
    return null;
  }
  const also = join(others.map((balance) => amountOf(balance, field, true)));
  const value = amountOf(head, field, true);
  return { key, label, value, lines: [...lines, quiet('also', also && fill(labels.also, also))] };
}

function overdueLines(balances: readonly Row[]): Line[] {
  if (!balances.some((balance) => 'Overdue__c' in balance)) {
    return [];
  }
  const late = balances.filter((balance) => (numberOf(balance, 'Overdue__c') ?? 0) > 0);
  return late.length > 0
    ? late.map((balance) => ({
        ...quiet(balance.Id, fill(labels.overdue, amountOf(balance, 'Overdue__c', true))),
        className: 'quiet bad',
      }))
    : [quiet('none', labels.nothingOverdue)];
}

function renewalFigure(
  health: Row | undefined,
  known: ReadonlyMap<string, Known>,
  now: Date,
  timeZone: string,
): Plain | null {
  if (!health || !('Next_Renewal_Date__c' in health)) {
    return null;
  }
  const date = textOf(health, 'Next_Renewal_Date__c');
  const when = fromToday(date, now, timeZone);
  const number = date && textOf(health, 'Next_Renewal_Number__c');
  const arr = number && known.get(number)?.arr;
  const lines = [
    quiet('when', when && join([when, arr && fill(labels.aYear, arr)])),
    numberLine(number ?? '', known.get(number ?? '')?.link),
  ];
  return { key: 'renewal', label: labels.nextRenewal, value: formatDate(date) || labels.none, lines };
}

function numberLine(number: string, link: Link | undefined): Line {
  const text = shorten(number);
  const title = text === number ? null : number;
  const className = link?.url ? 'slds-text-body_small' : 'quiet';
  return { key: 'number', text, title, className, url: link?.url, says: link?.label };
}

function paymentFigure(balances: readonly Row[], now: Date, timeZone: string): Plain | null {
  const known = balances.filter((balance) => 'Last_Payment_Amount__c' in balance || 'Last_Payment_Date__c' in balance);
  const date = (balance: Row | undefined) => textOf(balance, 'Last_Payment_Date__c') ?? '';
  const [last] = [...known].sort((a, b) => date(b).localeCompare(date(a)));
  if (!last) {
    return null;
  }
  const day = formatDate(date(last));
  const amount = amountOf(last, 'Last_Payment_Amount__c', true);
  const isPaid = Boolean(day) || !('Last_Payment_Date__c' in last);
  const worth = join(
    known.map((balance) =>
      numberOf(balance, 'Lifetime_Value__c') ? amountOf(balance, 'Lifetime_Value__c', true) : '',
    ),
  );
  const lines = [
    quiet('when', day && join([amount && day, fromToday(date(last), now, timeZone)])),
    quiet('lifetime', worth && fill(labels.lifetime, worth)),
  ];
  return { key: 'payment', label: labels.lastPayment, value: (isPaid && (amount || day)) || labels.none, lines };
}
