import type { Row } from 'c/billingRows';
import { amountOf, monthsOf, numberOf, standingOf, textOf } from 'c/billingRows';
import { fill, formatChange, formatMonth } from 'c/textUtils';
import * as labels from './labels';

type Line = { readonly key: string; readonly points: string; readonly text: string };
/** How a figure came about. */
export type Detail = {
  readonly heading: string;
  readonly groups: readonly { readonly key: string; readonly heading: string; readonly lines: readonly Line[] }[];
};

/** Months that tell where MRR came from. */
const MONTHS_SHOWN = 3;

const MOVEMENTS = [
  ['New__c', labels.newRevenue],
  ['Expansion__c', labels.expansion],
  ['Reactivation__c', labels.reactivation],
  ['Contraction__c', labels.contraction],
  ['Churn__c', labels.churn],
] as const;

/** @param key of the figure */
export function detailOf(key: string, data: unknown): Detail {
  return key === 'health' ? reasonsOf(data) : movementsOf(data);
}

function reasonsOf(data: unknown): Detail {
  const [health] = standingOf(data, 'Billing_Health__c');
  const score = numberOf(health, 'Score__c');
  const risk = numberOf(health, 'Churn_Risk_Score__c');
  const groups = [
    { key: 'health', heading: fill(labels.scoreOf, score ?? ''), lines: pointsIn(health, 'Reasons__c'), shown: score },
    {
      key: 'risk',
      heading: fill(labels.riskOf, risk ?? ''),
      lines: pointsIn(health, 'Churn_Risk_Reasons__c'),
      shown: risk,
    },
  ].filter(({ shown }) => shown !== null);
  return { heading: labels.whyHealth, groups };
}

/** Lines such as "-10: Payment of USD 490.00 failed." */
function pointsIn(health: Row | undefined, field: string): Line[] {
  const lines = (textOf(health, field) ?? labels.noReasons).split('\n');
  return lines.map((line, index) => {
    const [, points = '', text = line] = /^([+-]\d+): (.*)$/.exec(line) ?? [];
    return { key: `${field}${index}`, points: points.replace('-', '−'), text };
  });
}

function movementsOf(data: unknown): Detail {
  const currencies = [...new Set(allMonths(data).map((row) => textOf(row, 'Currency_Code__c')))];
  const groups = currencies.flatMap((currency) =>
    monthsOf(data, currency)
      .slice(-MONTHS_SHOWN)
      .reverse()
      .map((row) => ({
        key: row.Id,
        heading: join(formatMonth(textOf(row, 'Month__c')), money(row, 'Closing__c')),
        lines: linesOf(row),
      })),
  );
  return { heading: labels.whyMrr, groups };
}

function allMonths(data: unknown): Row[] {
  return standingOf(data, 'Billing_MRR_Month__c');
}

function linesOf(row: Row): Line[] {
  const moved = MOVEMENTS.filter(([field]) => (numberOf(row, field) ?? 0) !== 0).map(([field, label]) => ({
    key: field,
    points: formatChange(numberOf(row, field), textOf(row, 'Currency_Code__c')),
    text: label,
  }));
  const opening = { key: 'opening', points: money(row, 'Opening__c'), text: labels.opening };
  return moved.length > 0 ? [opening, ...moved] : [{ ...opening, text: labels.unchanged }];
}

function money(row: Row, field: string): string {
  return amountOf(row, field, true);
}

function join(...parts: readonly string[]): string {
  return parts.filter(Boolean).join(': ');
}
