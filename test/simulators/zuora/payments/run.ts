import { unappliedOf } from '../billing/amounts.ts';
import type { CreditMemo, DebitMemo, Invoice } from '../billing/model.ts';
import { applyTo, numberOf, type Target } from '../billing/settle.ts';
import { emit } from '../callouts/emit.ts';
import { exact, money, sum } from '../decimal.ts';
import type { Account } from '../model.ts';
import { resource, ZuoraError } from '../protocol/errors.ts';
import type { Tenant } from '../tenant.ts';
import { createPayment } from './collect.ts';
import { retryBlock } from './gateway.ts';
import type { Payment, PaymentRun, RunRecord } from './model.ts';

/** What a run looks at: a document of an account, and how much of it is to be collected. */
type Task = {
  account: Account;
  type: Target['type'];
  document: Invoice | DebitMemo;
  amount: number;
  comment: string | null;
  paymentMethodId: string | null;
};

/**
 * Documents that a run is to collect: those it names, else every open one that is due by the target date of accounts
 * with auto-pay that pass its filters.
 */
function tasksOf(tenant: Tenant, run: PaymentRun): Task[] {
  if (run.data)
    return run.data.map((one) => {
      const document =
        one.documentType === 'Invoice'
          ? tenant.one('invoices', one.documentId)
          : tenant.one('debitMemos', one.documentId);
      return {
        account: tenant.account(one.accountId),
        type: one.documentType,
        document,
        amount: one.amount ?? document.balance,
        comment: one.comment,
        paymentMethodId: one.paymentMethodId,
      };
    });
  const accounts = tenant.data.accounts.filter(
    (one) =>
      one.status === 'Active' &&
      one.autoPay &&
      (run.accountId === null || one.id === run.accountId) &&
      (run.batch === null || one.batch === run.batch) &&
      (run.billCycleDay === null || run.billCycleDay === String(one.billCycleDay)),
  );
  const due = (one: Invoice | DebitMemo) =>
    one.status === 'Posted' &&
    one.balance > 0 &&
    (run.targetDate === null || one.dueDate <= run.targetDate) &&
    (run.currency === null || one.currency === run.currency) &&
    (run.billingRunId === null || one.billRunId === run.billingRunId);
  return accounts.flatMap((account) => {
    const task = (type: Target['type']) => (document: Invoice | DebitMemo) => ({
      account,
      type,
      document,
      amount: document.balance,
      comment: null,
      paymentMethodId: null,
    });
    return [
      ...tenant.by('invoices', 'accountId', account.id).filter(due).map(task('Invoice')),
      ...tenant.by('debitMemos', 'accountId', account.id).filter(due).map(task('DebitMemo')),
    ];
  });
}

function newRecord({ account, type, document, amount, comment }: Task): RunRecord {
  return {
    accountId: account.id,
    documentType: type,
    documentId: document.id,
    amountToCollect: amount,
    amountCollected: 0,
    currency: document.currency,
    comment,
    result: 'Processed',
    errorCode: null,
    errorMessage: null,
    transactions: [],
  };
}

const fail = (record: RunRecord, code: string, message: string): void => {
  Object.assign(record, { result: 'Error', errorCode: code, errorMessage: message });
};

/** Carries out a run: credit memos and unapplied payments first where it says so, then electronic payments. */
function executeRun(tenant: Tenant, run: PaymentRun): void {
  run.executedOn = tenant.now();
  const tasks = tasksOf(tenant, run);
  const records = new Map(tasks.map((task) => [task, newRecord(task)]));
  for (const [task, record] of records) settle(tenant, run, task, record);
  if (run.collectPayment) {
    const open = tasks.filter((task) => left(task, records.get(task)!) > 0);
    const groups = run.consolidatedPayment
      ? [...Map.groupBy(open, (one) => `${one.account.id} ${one.document.currency} ${one.paymentMethodId}`).values()]
      : open.map((one) => [one]);
    for (const group of groups) collectGroup(tenant, run, group, records);
  }
  const at = tenant.now();
  Object.assign(run, { records: [...records.values()], status: 'Completed', completedOn: at, updatedDate: at });
  tenant.touch();
  emit(tenant, 'PaymentRunCompletion', null, { paymentRunId: run.id });
}

/** How much of a task is still to be collected. */
function left({ document, amount }: Task, record: RunRecord): number {
  const rest = money(exact(amount).sub(exact(record.amountCollected)), document.currency);
  return Math.min(rest, document.balance);
}

function settle(tenant: Tenant, run: PaymentRun, task: Task, record: RunRecord): void {
  const { account, document } = task;
  const own = <T extends CreditMemo | Payment>(rows: readonly T[]) =>
    rows.filter((one) => one.currency === document.currency && unappliedOf(one).gt(0));
  const sources = [
    ...(run.autoApplyCreditMemo
      ? own(tenant.by('creditMemos', 'accountId', account.id)).filter((one) => !one.excludeFromAutoApplyRules)
      : []),
    ...(run.autoApplyUnappliedPayment ? own(tenant.by('payments', 'accountId', account.id)) : []),
  ];
  for (const source of sources) {
    const amount = Math.min(left(task, record), money(unappliedOf(source), document.currency));
    if (amount <= 0) continue;
    applyTo(tenant, source, [{ type: task.type, document, amount }], resource.paymentRun);
    record.amountCollected = money(exact(record.amountCollected).add(exact(amount)), document.currency);
    record.transactions.push({
      id: source.id,
      type: 'creditMemoDate' in source ? 'CreditMemo' : 'UnappliedPayment',
      amount: source.amount,
      appliedAmount: amount,
      status: 'Processed',
      errorCode: null,
      errorMessage: null,
    });
  }
}

/** One payment for several tasks of one account; a method in its retry window is left alone. */
function collectGroup(tenant: Tenant, run: PaymentRun, group: readonly Task[], records: Map<Task, RunRecord>): void {
  const [{ account, document, paymentMethodId }] = group as [Task, ...Task[]];
  const failAll = (code: string, message: string) => {
    for (const task of group) fail(records.get(task)!, code, message);
  };
  const methodId = paymentMethodId ?? account.defaultPaymentMethodId;
  const method = tenant.data.paymentMethods.find((one) => one.id === methodId && one.accountId === account.id);
  if (!method || (method.status !== 'Active' && !run.processPaymentWithClosedPM))
    return failAll('NoPaymentMethod', 'The account has no active payment method.');
  const blocked = retryBlock(tenant, method);
  if (blocked) return failAll(blocked.code, blocked.message);
  const targets = group.map((task): Target => ({
    type: task.type,
    document: task.document,
    amount: left(task, records.get(task)!),
  }));
  const bad = targets.find((one) => one.document.status !== 'Posted' || one.amount > one.document.balance);
  if (bad) return failAll('InvalidDocument', `${numberOf(bad.document)} is not open.`);
  const payment = createPayment(tenant, account, {
    type: 'Electronic',
    amount: money(sum(targets.map((one) => exact(one.amount))), document.currency),
    currency: document.currency,
    paymentMethodId: method.id,
    targets,
    effectiveDate: tenant.today(),
    paymentRunId: run.id,
    evenClosed: run.processPaymentWithClosedPM,
  });
  const declined = payment.status === 'Error';
  group.forEach((task, index) => {
    const record = records.get(task)!;
    const { amount } = targets[index]!;
    record.transactions.push({
      id: payment.id,
      type: 'Payment',
      amount: payment.amount,
      appliedAmount: declined ? 0 : amount,
      status: declined ? 'Error' : 'Processed',
      errorCode: declined ? payment.gatewayResponseCode : null,
      errorMessage: declined ? payment.gatewayResponse : null,
    });
    if (declined) fail(record, payment.gatewayResponseCode!, payment.gatewayResponse!);
    else record.amountCollected = money(exact(record.amountCollected).add(exact(amount)), document.currency);
  });
}

/** Runs every payment run whose time has come; one that cannot be done ends with status Error. */
export function executePaymentRuns(tenant: Tenant): void {
  for (const run of tenant.data.paymentRuns) {
    if (run.status !== 'Pending' || run.runDate > tenant.now()) continue;
    try {
      executeRun(tenant, run);
    } catch (error) {
      if (!(error instanceof ZuoraError)) throw error;
      Object.assign(run, { status: 'Error', updatedDate: tenant.now() });
      tenant.touch();
    }
  }
}
