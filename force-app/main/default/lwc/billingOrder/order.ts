import type { Row } from 'c/billingRows';
import { linkOf, numberOf, textOf } from 'c/billingRows';
import type { Fact } from 'c/factUtils';
import { fact } from 'c/factUtils';
import { fill, formatChange, formatDate, formatInstant, formatMoney } from 'c/textUtils';
import * as labels from './labels';

type Line = { readonly key: number; readonly text: string; readonly className: string };

export type Order = {
  readonly heading: string;
  /** Says that nothing is ordered by what is shown; empty where something is. */
  readonly note: string;
  readonly message: string | null;
  readonly messageClass: string;
  /** What keeps the deal from being ordered, each with what to do. */
  readonly faults: readonly Line[];
  /** What was, or would be, ordered. */
  readonly actions: readonly Line[];
  readonly facts: readonly Fact[];
  readonly asOf: string;
};

const STATES: ReadonlyMap<string, string> = new Map([
  ['Not Ready', labels.notReady],
  ['Ready', labels.ready],
  ['Awaiting Approval', labels.awaiting],
  ['Ordering', labels.ordering],
  ['Ordered', labels.ordered],
  ['Pending', labels.pending],
  ['Failed', labels.failed],
  ['Canceled', labels.canceled],
]);
/** States in which somebody must do something. */
const IS_BAD: ReadonlySet<string> = new Set(['Not Ready', 'Failed']);
const NOTES: ReadonlyMap<string | null, string> = new Map([
  ['Preview', labels.previewNote],
  ['Shadow', labels.shadowNote],
]);

const NOTHING: Order = {
  heading: labels.order,
  note: '',
  message: null,
  messageClass: '',
  faults: [],
  actions: [],
  facts: [],
  asOf: '',
};

function linesOf(row: Row, field: string): Line[] {
  const texts = (textOf(row, field) ?? '').split(/\r?\n/).filter((text) => text.trim() !== '');
  return texts.map((text, key) => ({
    key,
    text: text.replace(/^- /, ''),
    className: text.startsWith('- ') ? 'part' : '',
  }));
}

/**
 * @param order what is kept of it; where nothing is that the user may read, what the Opportunity itself says
 * @param timeZone of the user
 */
export function orderOf(order: Row | undefined, page: Row | undefined, timeZone: string): Order {
  if (!order) {
    const facts = [
      ...fact('order-state', labels.status, [textOf(page, 'Billing_Order_Status__c')]),
      ...fact('order-number', labels.number, [textOf(page, 'Billing_Order_Number__c')]),
    ];
    return { ...NOTHING, facts };
  }
  const state = textOf(order, 'State__c') ?? '';
  const mode = textOf(order, 'Mode__c');
  const isBad = IS_BAD.has(state);
  const number = textOf(order, 'Order_Number__c');
  const link = number === null ? null : linkOf(order, number);
  const currency = textOf(order, 'Currency_Code__c');
  const money = (field: string) => formatMoney(numberOf(order, field), currency);
  const moved = (field: string) => {
    const change = formatChange(numberOf(order, field), currency);
    return change ? { note: fill(labels.by, change) } : {};
  };
  const workedOut = formatInstant(textOf(order, 'As_Of__c') ?? '', timeZone);
  return {
    heading: mode === 'Preview' ? labels.preview : labels.order,
    note: NOTES.get(mode) ?? '',
    message: textOf(order, 'Message__c'),
    messageClass: isBad ? 'message' : '',
    faults: isBad ? linesOf(order, 'Faults__c') : [],
    actions: linesOf(order, 'Actions__c'),
    facts: [
      ...fact('order-state', labels.status, [STATES.get(state) ?? state], { isBad }),
      ...fact('order-number', labels.number, [number], link?.url ? { link } : {}),
      ...fact('order-subscription', labels.subscription, [textOf(order, 'Subscription_Number__c')]),
      ...fact('order-mrr', labels.mrr, [money('MRR__c')], moved('MRR_Change__c')),
      ...fact('order-arr', labels.arr, [money('ARR__c')]),
      ...fact('order-tcv', labels.tcv, [money('TCV__c')], moved('TCV_Change__c')),
      ...fact('order-first-invoice', labels.firstInvoice, [money('First_Invoice_Amount__c')], {
        note: formatDate(textOf(order, 'First_Invoice_Date__c')),
      }),
    ],
    asOf: workedOut && fill(labels.asOf, workedOut),
  };
}
