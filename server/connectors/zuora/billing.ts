import type { ZodType } from 'zod';
import type { BillingObject } from '../../domain/account/facts.ts';
import { keyOf } from '../../domain/billingAccount/key.ts';
import { Fault } from '../../domain/fault.ts';
import type { Memo } from '../../domain/memo/memo.ts';
import { dayOf, instantIn } from '../../domain/time/instant.ts';
import type {
  BillingPart,
  BillingRecord,
  BillingSystem,
  FetchedBillingAccount,
  FetchedPart,
} from '../../workflows/ports/billingSystem.ts';
import type { Read, ZuoraClient } from './client.ts';
import type { ZuoraContext } from './context.ts';
import { accountStatusOf, fromZuoraAccount, fromZuoraInvoice, fromZuoraPayment } from './convert.ts';
import { fromZuoraCreditMemo, fromZuoraDebitMemo } from './convertMemo.ts';
import { fromZuoraSubscription } from './convertSubscription.ts';
import { usageOf } from './convertUsage.ts';
import { readZuoraEvent } from './events.ts';
import { queryPages, readList } from './paging.ts';
import {
  accountSchema,
  creditMemoSchema,
  debitMemoSchema,
  invoiceSchema,
  listedInvoiceSchema,
  listedPaymentSchema,
  paymentMethodsSchema,
  paymentSchema,
  subscriptionSchema,
  usageSchema,
  type ZuoraAccount,
  type ZuoraCreditMemo,
  type ZuoraDebitMemo,
  type ZuoraInvoice,
  type ZuoraPayment,
  type ZuoraPaymentMethod,
  type ZuoraSubscription,
} from './schema.ts';
import { whereIs } from './whereIs.ts';

function recordOf(body: BillingObject, billingAccountKey: string, asOf: Date, version = 0): BillingRecord {
  return { key: body.key, kind: body.kind, billingAccountKey, asOf, version, deleted: false, body };
}

/** Zuora as the mirror needs it. */
export function createZuoraBilling(client: ZuoraClient, context: ZuoraContext): BillingSystem {
  const { timeZone } = context;

  function readAccount(id: string): Promise<Read<ZuoraAccount>> {
    return client.get('reading an account', `/v1/accounts/${encodeURIComponent(id)}`, [], accountSchema);
  }

  async function readMethods(account: ZuoraAccount): Promise<ZuoraPaymentMethod[]> {
    const { data } = await client.get(
      'reading payment methods',
      `/v1/accounts/${account.basicInfo.id}/payment-methods`,
      [],
      paymentMethodsSchema,
    );
    return data;
  }

  /**
   * All segments of every charge, not only today's: what a ramp or a removal will change later is then known without
   * another call, and the derivation picks the segment of its own day.
   */
  function readSubscriptions(id: string): Promise<Read<ZuoraSubscription[]>> {
    return readList(
      client,
      'reading subscriptions',
      `/v1/subscriptions/accounts/${id}`,
      [['charge-detail', 'all-segments']],
      'subscriptions',
      subscriptionSchema,
    );
  }

  function subscriptionRecords({ data, asOf }: Read<ZuoraSubscription[]>, currency: string, key: string): FetchedPart {
    const records = data.map((one) => {
      const updated = one.updateTime === null ? asOf : new Date(instantIn(timeZone, one.updateTime));
      return recordOf(fromZuoraSubscription(one, currency, context), key, updated, one.version);
    });
    return { part: 'subscriptions', records, asOf };
  }

  /** @returns provider time of the first answer */
  async function readInvoices(id: string, rows: ZuoraInvoice[]): Promise<Date> {
    let asOf: Date | null = null;
    const filter = [['filter[]', `accountid.EQ:${id}`]] as const;
    for await (const page of queryPages(client, 'reading invoices', 'invoices', filter, invoiceSchema)) {
      asOf ??= page.asOf;
      rows.push(...page.rows);
    }
    return asOf!;
  }

  /** Rows first, and only then what they bill: of a row that is made between two reads, the later one has to know. */
  async function invoicesPart(id: string, currency: string, key: string): Promise<FetchedPart> {
    const rows: ZuoraInvoice[] = [];
    const asOf = await readInvoices(id, rows);
    const path = `/v1/transactions/invoices/accounts/${id}`;
    const listed = await readList(client, 'reading invoice items', path, [], 'invoices', listedInvoiceSchema);
    const items = new Map(listed.data.map(({ invoiceNumber, invoiceItems }) => [invoiceNumber, invoiceItems]));
    const records = rows.map((row) =>
      recordOf(
        fromZuoraInvoice(row, items.get(row.invoiceNumber), currency, context),
        key,
        new Date(instantIn(timeZone, row.updatedDate)),
      ),
    );
    return { part: 'invoices', records, asOf };
  }

  /** Null where the tenant has no memos: without Invoice Settlement there are none (Zuora docs, "List credit memos"). */
  async function readMemos<T>(path: string, rows: string, id: string, schema: ZodType<T>): Promise<Read<T[]> | null> {
    return readList(client, 'reading memos', path, [['accountId', id]], rows, schema).catch((error: unknown) => {
      if (error instanceof Fault && ['invalid', 'not_found', 'forbidden'].includes(error.kind)) return null;
      throw error;
    });
  }

  /** @returns null where the tenant has no memos, so that nothing is taken for gone */
  async function memosPart(id: string, currency: string, key: string): Promise<FetchedPart | null> {
    const [credits, debits] = await Promise.all([
      readMemos('/v1/creditmemos', 'creditmemos', id, creditMemoSchema),
      readMemos('/v1/debitmemos', 'debitmemos', id, debitMemoSchema),
    ]);
    if (credits === null || debits === null) return null;
    const asOf = credits.asOf < debits.asOf ? credits.asOf : debits.asOf;
    const recordsOf = <T extends ZuoraCreditMemo | ZuoraDebitMemo>(
      { data, asOf: readAt }: Read<T[]>,
      convert: (memo: T, currency: string, context: ZuoraContext) => Memo,
    ): BillingRecord[] =>
      data.map((memo) => {
        const updated = memo.updatedDate === null ? readAt : new Date(instantIn(timeZone, memo.updatedDate));
        return recordOf(convert(memo, currency, context), key, updated);
      });
    const records = [...recordsOf(credits, fromZuoraCreditMemo), ...recordsOf(debits, fromZuoraDebitMemo)];
    return { part: 'memos', records, asOf };
  }

  function readPayments(id: string): Promise<Read<ZuoraPayment[]>> {
    return readList(client, 'reading payments', '/v1/payments', [['accountId', id]], 'payments', paymentSchema);
  }

  /** @param methods read after the payments, for the same reason as above */
  async function paymentsPart(
    id: string,
    payments: Read<ZuoraPayment[]>,
    methods: readonly ZuoraPaymentMethod[],
    key: string,
  ): Promise<FetchedPart> {
    const path = `/v1/transactions/payments/accounts/${id}`;
    const listed = await readList(client, 'reading what payments paid', path, [], 'payments', listedPaymentSchema);
    const paid = new Map(
      listed.data.map(({ paymentNumber, paidInvoices }) => [
        paymentNumber,
        paidInvoices.map(({ invoiceNumber }) => invoiceNumber).filter((number) => number !== null),
      ]),
    );
    const records = payments.data.map((payment) => {
      const method = methods.find((one) => one.id === payment.paymentMethodId);
      const body = fromZuoraPayment(payment, paid.get(payment.number) ?? [], method, context);
      const updated = payment.updatedDate === null ? payments.asOf : new Date(instantIn(timeZone, payment.updatedDate));
      return recordOf(body, key, updated);
    });
    return { part: 'payments', records, asOf: payments.asOf };
  }

  async function usagePart(
    account: ZuoraAccount,
    subscriptions: Read<ZuoraSubscription[]>,
    currency: string,
    key: string,
  ): Promise<FetchedPart> {
    const charges = subscriptions.data.flatMap(({ ratePlans }) =>
      ratePlans.flatMap(({ ratePlanCharges }) => ratePlanCharges),
    );
    if (!charges.some(({ type }) => type === 'Usage')) return { part: 'usage', records: [], asOf: subscriptions.asOf };
    const id = account.basicInfo.id;
    const { data, asOf } = await readList(
      client,
      'reading usage',
      `/v1/usage/accounts/${id}`,
      [],
      'usage',
      usageSchema,
    );
    const followsAccount = new Set(
      charges.filter(({ billingDay }) => isDefault(billingDay)).map(({ number }) => number),
    );
    const billCycleDay = account.billingAndPayment.billCycleDay ?? null;
    const bodies = usageOf(
      subscriptions.data.map((one) => fromZuoraSubscription(one, currency, context)),
      data,
      dayOf(asOf, timeZone),
      (number) => (followsAccount.has(number) ? billCycleDay : null),
      context,
    );
    return { part: 'usage', records: bodies.map((body) => recordOf(body, key, asOf)), asOf };
  }

  /** One call where subscriptions say everything themselves; null where the account has to be asked, too. */
  async function fetchSubscriptions(asked: string): Promise<FetchedBillingAccount | null> {
    const sold = await readSubscriptions(asked).catch((error: unknown) => {
      if (error instanceof Fault && error.kind === 'not_found') return null;
      throw error;
    });
    const [first] = sold?.data ?? [];
    if (sold === null || first === undefined || sold.data.some(({ currency }) => currency === null)) return null;
    const key = keyOf(context.connection, 'account', first.accountId);
    return { found: true, billingAccountKey: key, parts: [subscriptionRecords(sold, '', key)] };
  }

  return {
    connection: context.connection,
    readsMayLag: true,

    async fetch(asked: string, parts: readonly BillingPart[]): Promise<FetchedBillingAccount> {
      if (parts.every((part) => part === 'subscriptions')) {
        const subscriptionsAlone = await fetchSubscriptions(asked);
        if (subscriptionsAlone !== null) return subscriptionsAlone;
      }
      const answer = await readAccount(asked).catch((error: unknown) => {
        if (error instanceof Fault && error.kind === 'not_found') return null;
        throw error;
      });
      if (answer === null) return { found: false, deleted: null, asOf: null };
      const { data: account, asOf } = answer;
      const { id } = account.basicInfo;
      // Deleting an account leaves it there, canceled, and takes everything else of it away, of which nothing tells.
      const isCanceled = accountStatusOf(account.basicInfo.status) === 'Canceled';
      const wants = (part: BillingPart): boolean => isCanceled || parts.includes(part);
      const key = keyOf(context.connection, 'account', id);
      const currency = account.billingAndPayment.currency;
      const withMethods = account.billingAndPayment.defaultPaymentMethodId !== null && wants('account');
      const [subscriptions, invoices, memos, paid] = await Promise.all([
        wants('subscriptions') || wants('usage') ? readSubscriptions(id) : null,
        wants('invoices') ? invoicesPart(id, currency, key) : null,
        wants('memos') ? memosPart(id, currency, key) : null,
        wants('payments') ? readPayments(id) : null,
      ]);
      const [methods, usage] = await Promise.all([
        withMethods || paid !== null ? readMethods(account) : [],
        wants('usage') && subscriptions !== null ? usagePart(account, subscriptions, currency, key) : null,
      ]);
      const payments = paid === null ? null : await paymentsPart(id, paid, methods, key);
      const own: FetchedPart | null = wants('account')
        ? { part: 'account', records: [recordOf(fromZuoraAccount(account, methods, context), key, asOf)], asOf }
        : null;
      const sold = subscriptions === null ? null : subscriptionRecords(subscriptions, currency, key);
      return {
        found: true,
        billingAccountKey: key,
        parts: [own, sold, invoices, memos, payments, usage].filter((part) => part !== null),
        ...(own === null ? {} : { fields: customFieldsOf(account) }),
      };
    },

    read: (event, known) => readZuoraEvent(event, known, context.connection),

    whereIs: (key) => whereIs(client, context.connection, key),
  };
}

/** Custom fields stand beside the others of the account, and end in `__c` (Zuora docs, "Custom fields"). */
function customFieldsOf({ basicInfo }: ZuoraAccount): Record<string, string> {
  const custom = Object.entries(basicInfo).filter(([name, value]) => name.endsWith('__c') && value != null);
  return Object.fromEntries(custom.map(([name, value]) => [name, String(value)]));
}

function isDefault(billingDay: string | null): boolean {
  return billingDay !== null && billingDay.toLowerCase().startsWith('default');
}
