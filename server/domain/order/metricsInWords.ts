import { exact, toDecimal, type Decimal } from '../money/decimal.ts';
import { fromMajor, inWords } from '../money/money.ts';
import type { OrderMetrics } from './order.ts';

/** What an order comes to, a line each, for people. */
export function metricsInWords({ currency, mrr, mrrChange, tcv, tcvChange, firstInvoice }: OrderMetrics): string[] {
  const amount = (value: Decimal): string => inWords(fromMajor(value, currency));
  const by = (change: Decimal): string => `, changed by ${amount(change)}`;
  const arr = toDecimal(exact(mrr).mul(12), 18);
  return [
    `MRR: ${amount(mrr)}${by(mrrChange)}`,
    `ARR: ${amount(arr)}`,
    ...(tcv === null ? [] : [`TCV: ${amount(tcv)}${tcvChange === null ? '' : by(tcvChange)}`]),
    firstInvoice === null
      ? 'First invoice: none'
      : `First invoice: ${amount(firstInvoice.amount)} on ${firstInvoice.on}`,
  ];
}
