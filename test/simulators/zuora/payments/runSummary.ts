import { exact, money, sum } from '../decimal.ts';
import type { PaymentRun, RunRecord } from './model.ts';

/** `GET /v1/payment-runs/{key}/summary`: how many of each, and their sums by currency. */
export function runSummary(run: PaymentRun): Record<string, unknown> {
  const { records } = run;
  const transactions = records.flatMap((one) => one.transactions);
  const of = (type: string) => transactions.filter((one) => one.type === type);
  const distinct = (type: string) => new Set(of(type).map((one) => one.id)).size;
  const total = (amounts: readonly number[]) => sum(amounts.map(exact));
  const text = (currency: string, amounts: readonly number[]) => `${currency} ${money(total(amounts), currency)}`;
  const kinds = (type: string) => records.filter((one) => one.documentType === type);
  const open = (rows: readonly RunRecord[]) => rows.filter((one) => one.amountCollected < one.amountToCollect);
  const errors = records.filter((one) => one.result === 'Error');
  const currencies = [...new Set(records.map((one) => one.currency))];
  const rest = (one: RunRecord) => one.amountToCollect - one.amountCollected;
  return {
    numberOfCreditBalanceAdjustments: 0,
    numberOfCreditMemos: distinct('CreditMemo'),
    numberOfDebitMemos: kinds('DebitMemo').length,
    numberOfErrorInputData: run.data ? errors.length : 0,
    numberOfErrors: errors.length,
    numberOfInputData: run.data?.length ?? 0,
    numberOfInvoices: kinds('Invoice').length,
    numberOfPayments: new Set(
      of('Payment')
        .filter((one) => one.status === 'Processed')
        .map((one) => one.id),
    ).size,
    numberOfProcessedInputData: run.data ? records.length - errors.length : 0,
    numberOfReceivables: records.length,
    numberOfUnappliedPayments: distinct('UnappliedPayment'),
    numberOfUnprocessedDebitMemos: open(kinds('DebitMemo')).length,
    numberOfUnprocessedInvoices: open(kinds('Invoice')).length,
    numberOfUnprocessedReceivables: open(records).length,
    totalValues: currencies.map((currency) => {
      const own = (rows: readonly RunRecord[]) => rows.filter((one) => one.currency === currency);
      const to = (rows: readonly RunRecord[]) =>
        text(
          currency,
          own(rows).map((one) => one.amountToCollect),
        );
      const undone = (rows: readonly RunRecord[]) => text(currency, own(open(rows)).map(rest));
      const applied = (type: string) =>
        text(
          currency,
          own(records).flatMap((one) =>
            one.transactions.filter((part) => part.type === type).map((part) => part.appliedAmount),
          ),
        );
      return {
        totalValueOfCreditBalance: null,
        totalValueOfCreditMemos: applied('CreditMemo'),
        totalValueOfDebitMemos: to(kinds('DebitMemo')),
        totalValueOfErrors: text(currency, own(errors).map(rest)),
        totalValueOfInvoices: to(kinds('Invoice')),
        totalValueOfPayments: applied('Payment'),
        totalValueOfReceivables: to(records),
        totalValueOfUnappliedPayments: applied('UnappliedPayment'),
        totalValueOfUnprocessedDebitMemos: undone(kinds('DebitMemo')),
        totalValueOfUnprocessedInvoices: undone(kinds('Invoice')),
        totalValueOfUnprocessedReceivables: undone(records),
      };
    }),
    success: true,
  };
}
