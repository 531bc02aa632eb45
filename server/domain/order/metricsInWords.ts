import { exact, grouped, toDecimal, type Decimal } from '../money/decimal.ts';
import type { OrderMetrics } from './order.ts';

/** What an order comes to, a line each, for people. */
export function metricsInWords({ currency, mrr, mrrChange, tcv, tcvChange, firstInvoice }: OrderMetrics): string[] {
  const inMoney = (value: Decimal): string => `${currency} ${grouped(value)}`;
  const by = (change: Decimal): string => `, changed by ${inMoney(change)}`;
  const arr = toDecimal(exact(mrr).mul(12), 18);
  return [
    `MRR: ${inMoney(mrr)}${by(mrrChange)}`,
    `ARR: ${inMoney(arr)}`,
    ...(tcv === null ? [] : [`TCV: ${inMoney(tcv)}${tcvChange === null ? '' : by(tcvChange)}`]),
    firstInvoice === null
      ? 'First invoice: none'
      : `First invoice: ${inMoney(firstInvoice.amount)} on ${firstInvoice.on}`,
  ];
}
