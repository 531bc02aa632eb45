import { inWords } from '../../../domain/money/money.ts';
import { totalOf, type RenewalLine } from '../../../domain/renewal/lines.ts';
import type { RenewalDeal } from '../../../domain/renewal/renewal.ts';
import type { OrgRow } from '../../../workflows/ports/orgRows.ts';
import type { RenewalSettings } from '../../../workflows/ports/renewals.ts';
import { amount } from './fields.ts';

/** Products of Opportunities. */
export const LINE_OBJECT = 'OpportunityLineItem';

/**
 * Of a deal: it was made with the price book and takes new products; it was found in the org after a database was lost, and only
 * what is there of its products is kept up; it has another price book, or none.
 */
export type DealPricing = 'priced' | 'found' | 'unpriced';

/** What is known of the products of a renewal deal besides billing. */
export type KnownLines = {
  /** As they were projected last, also those of other deals. */
  before: readonly OrgRow[];
  pricing: DealPricing;
  /** Keys of the prices that are on sale. */
  sold: ReadonlySet<string>;
  /** Keys of the lines that people changed, which stay as they are. */
  kept: readonly string[];
};

export type RenewalLineRows = {
  rows: OrgRow[];
  /** Keys of lines whose charge does not go on. */
  gone: string[];
  /** What people have to know of them, a sentence each. */
  notes: string[];
  /** Whether a product is not on sale, and may be on another day. */
  lacks: boolean;
};

export const NO_LINES: RenewalLineRows = { rows: [], gone: [], notes: [], lacks: false };

const lineKeyOf = (dealKey: string, number: string): string => `${dealKey}:line:${number}`;

/** @returns key of the price by which a charge is sold on a deal */
const priceKeyOf = (sellableKey: string, priceBook: string): string => `${sellableKey}:${priceBook}`;

/** @returns keys of the prices by which the charges of a deal are sold */
export function pricesOf({ lines }: RenewalDeal, { priceBook }: RenewalSettings): string[] {
  if (priceBook === null || lines === null) return [];
  return [...new Set(lines.lines.map(({ sellableKey }) => priceKeyOf(sellableKey, priceBook)))];
}

/** Quantity and price are billing's until people change them; number and day are people's once the line is there. */
function lineRow(deal: RenewalDeal, line: RenewalLine, before: OrgRow | undefined, priceBook: string | null): OrgRow {
  const { number, sellableKey, months } = line;
  const [quantity, price] = [Number(line.quantity), amount(line.unitPrice)];
  const row: OrgRow = {
    object: LINE_OBJECT,
    key: lineKeyOf(deal.key, number),
    partOf: deal.members.length === 1 ? deal.members[0]!.subscription.key : deal.billingAccountKey,
    fields: {
      Quantity: quantity,
      UnitPrice: price,
      Billing_Quantity__c: quantity,
      Billing_Sales_Price__c: price,
      Billing_Price_Months__c: months,
    },
    parents: before?.parents ?? {},
  };
  if (before !== undefined) return before.initial === undefined ? row : { ...row, initial: before.initial };
  if (priceBook === null) return row;
  return {
    ...row,
    initial: { Billing_Charge_Number__c: number, Billing_Start_Date__c: deal.on },
    parents: {
      Opportunity: { object: 'Opportunity', key: deal.key },
      PricebookEntry: { object: 'PricebookEntry', key: priceKeyOf(sellableKey, priceBook) },
    },
  };
}

function notesOf({ worth }: RenewalDeal, lacking: readonly string[], kept: readonly string[], isSum: boolean) {
  return [
    ...(lacking.length === 0
      ? []
      : [`Not among the products, since the price book of billing does not have it: ${lacking.join(', ')}.`]),
    ...(kept.length === 0 ? [] : [`Changed by people, so it does not follow billing: ${kept.join(', ')}.`]),
    ...(isSum ? [] : [`In billing the next term is worth ${inWords(worth)}.`]),
  ];
}

/**
 * Products of a renewal deal, one for each charge that goes on, in the price book that billing sells by. The sales price is that
 * of all of the next term, so that the Amount, which Salesforce takes from them, is what the deal is worth.
 */
export function renewalLineRows(deal: RenewalDeal, settings: RenewalSettings, known: KnownLines): RenewalLineRows {
  const { key, lines: found, worth, state } = deal;
  const { priceBook, currency } = settings;
  const before = new Map(
    known.before
      .filter((row) => row.object === LINE_OBJECT && row.key.startsWith(`${key}:line:`))
      .map((row) => [row.key, row]),
  );
  if (priceBook === null || state.is === 'Lost' || worth.currency !== currency) return NO_LINES;
  if (known.pricing === 'unpriced' && before.size === 0) return NO_LINES;
  if (found === null)
    return { ...NO_LINES, notes: ['It has no products: the next term is no whole number of months.'] };
  const isTold = ({ number, sellableKey }: RenewalLine): boolean =>
    before.has(lineKeyOf(key, number)) ||
    known.pricing === 'found' ||
    (known.pricing === 'priced' && known.sold.has(priceKeyOf(sellableKey, priceBook)));
  const told = found.lines.filter(isTold);
  const rows = told.map((line) =>
    lineRow(deal, line, before.get(lineKeyOf(key, line.number)), known.pricing === 'priced' ? priceBook : null),
  );
  const lacking = [...found.lines.filter((line) => !isTold(line)).map(({ name }) => name), ...found.untold];
  const kept = told.filter(({ number }) => known.kept.includes(lineKeyOf(key, number))).map(({ name }) => name);
  const present = new Set(rows.map((row) => row.key));
  const isSum = lacking.length === 0 && kept.length === 0 && totalOf(told, currency).minor === worth.minor;
  return {
    rows,
    gone: [...before.keys()].filter((one) => !present.has(one)),
    notes: notesOf(deal, lacking, kept, isSum),
    lacks: told.length < found.lines.length,
  };
}
