import { formatDate, fromToday } from 'c/dateUtils';
import type { Row } from 'c/graphqlRows';
import { numberOf, textOf } from 'c/graphqlRows';
import { formatMoney } from 'c/moneyUtils';
import type { Link } from 'c/sourceUtils';
import { fill, join, shorten } from 'c/textUtils';
import { labels } from './labels';

export type Line = {
  readonly key: string;
  readonly text: string;
  readonly className: string;
  /** Into the billing system, for a line that names something in it. */
  readonly link?: Link;
  readonly title?: string | null;
};
export type Figure = {
  readonly key: string;
  readonly label: string;
  readonly value: string;
  readonly valueClass: string;
  readonly lines: readonly Line[];
};

type Plain = Omit<Figure, 'valueClass'>;

/**
 * Figures of an Account; one that the user may not read is left out.
 *
 * @param balances one row a currency
 * @param mainCurrency the currency that comes first
 * @param links of the subscriptions that are known, by their number
 */
export function figuresOf(
  health: Row | undefined,
  balances: readonly Row[],
  mainCurrency: string | null,
  links: ReadonlyMap<string, Link>,
  now: Date,
  timeZone: string,
): Figure[] {
  const ordered = [...balances].sort((a, b) => Number(isIn(b, mainCurrency)) - Number(isIn(a, mainCurrency)));
  return [
    amountFigure('mrr', labels.mrr, ordered, 'MRR__c', []),
    amountFigure('arr', labels.arr, ordered, 'ARR__c', []),
    amountFigure('outstanding', labels.outstanding, ordered, 'Outstanding__c', overdueLines(ordered)),
    renewalFigure(health, links, now, timeZone),
    paymentFigure(ordered, now, timeZone),
  ].flatMap((figure) => (figure ? [{ ...figure, valueClass: classOf(figure.value) }] : []));
}

/** A long value is written smaller, so that it does not break in the middle of a number. */
function classOf(value: string): string {
  return value.length > 12 ? 'value value_long' : 'value';
}

function isIn(balance: Row, currency: string | null): boolean {
  return currency !== null && textOf(balance, 'Currency_Code__c') === currency;
}

function money(balance: Row, field: string): string {
  return formatMoney(numberOf(balance, field), textOf(balance, 'Currency_Code__c'), true);
}

function amountFigure(
  key: string,
  label: string,
  balances: readonly Row[],
  field: string,
  lines: Line[],
): Plain | null {
  const known = balances.filter((balance) => numberOf(balance, field) !== null);
  const [first, ...others] = known.filter((balance) => numberOf(balance, field) !== 0);
  const head = first ?? known[0];
  if (!head) {
    return null;
  }
  const also = join(others.map((balance) => money(balance, field)));
  const alsoLines = also ? [{ key: 'also', text: fill(labels.also, also), className: 'quiet' }] : [];
  return { key, label, value: money(head, field), lines: [...lines, ...alsoLines] };
}

function overdueLines(balances: readonly Row[]): Line[] {
  if (!balances.some((balance) => 'Overdue__c' in balance)) {
    return [];
  }
  const late = balances.filter((balance) => (numberOf(balance, 'Overdue__c') ?? 0) > 0);
  return late.length > 0
    ? late.map((balance) => ({
        key: balance.Id,
        text: fill(labels.overdue, money(balance, 'Overdue__c')),
        className: 'quiet bad',
      }))
    : [{ key: 'none', text: labels.nothingOverdue, className: 'quiet' }];
}

function renewalFigure(
  health: Row | undefined,
  links: ReadonlyMap<string, Link>,
  now: Date,
  timeZone: string,
): Plain | null {
  if (!health || !('Next_Renewal_Date__c' in health)) {
    return null;
  }
  const date = textOf(health, 'Next_Renewal_Date__c');
  const when = fromToday(date, now, timeZone);
  const number = date && textOf(health, 'Next_Renewal_Number__c');
  const lines = [
    ...(when ? [{ key: 'when', text: when, className: 'quiet' }] : []),
    ...(number ? [numberLine(number, links.get(number))] : []),
  ];
  return { key: 'renewal', label: labels.nextRenewal, value: formatDate(date) || labels.none, lines };
}

function numberLine(number: string, link: Link | undefined): Line {
  const text = shorten(number);
  const title = text === number ? null : number;
  return { key: 'number', text, title, className: 'quiet', ...(link?.url ? { link } : {}) };
}

function paymentFigure(balances: readonly Row[], now: Date, timeZone: string): Plain | null {
  const known = balances.filter((balance) => 'Last_Payment_Amount__c' in balance || 'Last_Payment_Date__c' in balance);
  const date = (balance: Row | undefined) => textOf(balance, 'Last_Payment_Date__c') ?? '';
  const [last] = [...known].sort((a, b) => date(b).localeCompare(date(a)));
  if (!last) {
    return null;
  }
  const day = formatDate(date(last));
  const amount = money(last, 'Last_Payment_Amount__c');
  const isPaid = Boolean(day) || !('Last_Payment_Date__c' in last);
  const texts = day ? [amount && day, fromToday(date(last), now, timeZone)].filter(Boolean) : [];
  const lines = texts.map((text) => ({ key: text, text, className: 'quiet' }));
  return { key: 'payment', label: labels.lastPayment, value: (isPaid && (amount || day)) || labels.none, lines };
}
