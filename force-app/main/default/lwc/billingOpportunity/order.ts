import { formatDate } from 'c/dateUtils';
import type { Fact } from 'c/factUtils';
import { fact } from 'c/factUtils';
import { numberOf, textOf } from 'c/graphqlRows';
import { formatChange, formatMoney } from 'c/moneyUtils';
import { linkOf } from 'c/sourceUtils';
import { fill } from 'c/textUtils';
import type { Deal } from './deal';
import * as labels from './labels';

export type Order = {
  readonly message: string | null;
  readonly messageClass: string;
  /** What keeps the deal from being ordered, each with what to do. */
  readonly faults: readonly { readonly key: string; readonly text: string }[];
  readonly facts: readonly Fact[];
};

const STATES: ReadonlyMap<string, string> = new Map([
  ['Not Ready', labels.orderNotReady],
  ['Ready', labels.orderReady],
  ['Awaiting Approval', labels.orderAwaiting],
  ['Ordering', labels.orderOrdering],
  ['Ordered', labels.orderOrdered],
  ['Pending', labels.orderPending],
  ['Failed', labels.orderFailed],
  ['Canceled', labels.orderCanceled],
]);
/** States in which somebody must do something. */
const IS_BAD: ReadonlySet<string> = new Set(['Not Ready', 'Failed']);

/** What becomes of the deal in billing; null while nothing is known of it. */
export function orderOf({ page, order }: Deal): Order | null {
  if (!order) {
    const facts = [
      ...fact('order-state', labels.status, [textOf(page, 'Billing_Order_Status__c')]),
      ...fact('order-number', labels.orderNumber, [textOf(page, 'Billing_Order_Number__c')]),
    ];
    return facts.length > 0 ? { message: null, messageClass: '', faults: [], facts } : null;
  }
  const state = textOf(order, 'State__c') ?? '';
  const isBad = IS_BAD.has(state);
  const faults = isBad ? (textOf(order, 'Faults__c') ?? '').split(/\r?\n/).filter((line) => line.trim() !== '') : [];
  const number = textOf(order, 'Order_Number__c');
  const link = number === null ? null : linkOf(order, number);
  const currency = textOf(order, 'Currency_Code__c');
  const money = (field: string) => formatMoney(numberOf(order, field), currency);
  const moved = (field: string) => {
    const change = formatChange(numberOf(order, field), currency);
    return change ? { note: fill(labels.orderBy, change) } : {};
  };
  return {
    message: textOf(order, 'Message__c'),
    messageClass: isBad ? 'message' : '',
    faults: faults.map((text, at) => ({ key: String(at), text })),
    facts: [
      ...fact('order-state', labels.status, [STATES.get(state) ?? state], { isBad }),
      ...fact('order-number', labels.orderNumber, [number], link?.url ? { link } : {}),
      ...fact('order-subscription', labels.subscription, [textOf(order, 'Subscription_Number__c')]),
      ...fact('order-mrr', labels.mrr, [money('MRR__c')], moved('MRR_Change__c')),
      ...fact('order-tcv', labels.tcv, [money('TCV__c')], moved('TCV_Change__c')),
      ...fact('order-first-invoice', labels.firstInvoice, [money('First_Invoice_Amount__c')], {
        note: formatDate(textOf(order, 'First_Invoice_Date__c')),
      }),
    ],
  };
}
