import type { ZodType } from 'zod';
import type { BillingObject } from '../../domain/account/facts.ts';
import { keyOf } from '../../domain/billingAccount/key.ts';
import { Fault } from '../../domain/fault.ts';
import type { Memo } from '../../domain/memo/memo.ts';
import { dayOf, instantIn } from '../../domain/time/instant.ts';
import type {
  Access,
  BillingPart,
  BillingRecord,
  BillingSystem,
  FetchedBillingAccount,
  FetchedPart,
  Subject,
} from '../../workflows/ports/billingSystem.ts';
import type { Read, ZuoraClient } from './client.ts';
import { isDeclined } from './charging.ts';
import type { ZuoraContext } from './context.ts';
import { accountStatusOf, defaultMethodOf, fromZuoraAccount, fromZuoraInvoice } from './convert.ts';
import { fromZuoraCreditMemo, fromZuoraDebitMemo } from './convertMemo.ts';
import { fromZuoraOrder } from './convertOrder.ts';
import { fromZuoraPayment, isUnexplained } from './convertPayment.ts';
import { fromZuoraSubscription } from './convertSubscription.ts';
import { usageOf } from './convertUsage.ts';
import { readZuoraEvent } from './events.ts';
import { readOrders } from './orders.ts';
import { queryPages, readList } from './paging.ts';
import {
  accountSchema,
  creditMemoSchema,
  customFieldsOf,
  debitMemoSchema,
  invoiceSchema,
  listedInvoiceSchema,
  listedPaymentSchema,
  paymentMethodsSchema,
  paymentSchema,
  refundSchema,
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
import { readGatewayAnswers, type GatewayAnswer, type TransactionLog } from './transactionLog.ts';
import { whereIs } from './whereIs.ts';

/** What refunds say of payments, and the payments themselves do not. */
const RETURNS = ['refunds', 'disputes'] as const;

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

  /**
   * What a tenant may lack, or its user may not read: null then. Without Invoice Settlement there are neither memos nor
   * refunds of this kind (Zuora docs, "List credit memos", "List refunds"); a refusal for want of a permission is told.
   * @param part that stays as it was meanwhile; null where it is merely absent, or something in a part stays
   * @param subject of events that wait while it is refused, where that is no whole part
   */
  async function readOptional<T>(
    what: string,
    part: BillingPart | null,
    access: Access[],
    read: Promise<T>,
    subject?: Subject,
  ): Promise<T | null> {
    const about = { what, part, ...(subject && { subject }) };
    try {
      const answer = await read;
      access.push({ ...about, isRefused: false });
      return answer;
    } catch (error) {
      if (!(error instanceof Fault) || !['invalid', 'not_found', 'forbidden'].includes(error.kind)) throw error;
      access.push({ ...about, isRefused: error.kind === 'forbidden' });
      return null;
    }
  }

  /** @returns null where the tenant has no memos, or they may not be read, so that nothing is taken for gone */
  async function memosPart(id: string, currency: string, key: string, access: Access[]): Promise<FetchedPart | null> {
    const list = <T>(kind: 'creditmemos' | 'debitmemos', schema: ZodType<T>): Promise<Read<T[]>> =>
      readList(client, 'reading memos', `/v1/${kind}`, [['accountId', id]], kind, schema);
    const [credits, debits] = await Promise.all([
      readOptional('credit memos', 'memos', access, list('creditmemos', creditMemoSchema)),
      readOptional('debit memos', 'memos', access, list('debitmemos', debitMemoSchema)),
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

  /** @returns what the gateway said about those of which nothing else tells it, by id; asked only where there are any */
  async function gatewayAnswers(
    log: TransactionLog,
    of: readonly { id: string }[],
    access: Access[],
  ): Promise<ReadonlyMap<string, GatewayAnswer>> {
    if (of.length === 0) return new Map();
    const ids = of.map(({ id }) => id);
    const read = readGatewayAnswers(client, log, ids, timeZone);
    return (await readOptional('payment transaction logs', null, access, read)) ?? new Map<string, GatewayAnswer>();
  }

  async function accountPart(
    { data: account, asOf }: Read<ZuoraAccount>,
    methods: readonly ZuoraPaymentMethod[],
    key: string,
    access: Access[],
  ): Promise<FetchedPart> {
    const method = defaultMethodOf(account, methods);
    const declined = method !== undefined && isDeclined(method) ? [method] : [];
    const answers = await gatewayAnswers('PaymentMethodTransactionLog', declined, access);
    const body = fromZuoraAccount(account, methods, answers.get(method?.id ?? ''), context);
    return { part: 'account', records: [recordOf(body, key, asOf)], asOf };
  }

  function readPayments(id: string): Promise<Read<ZuoraPayment[]>> {
    return readList(client, 'reading payments', '/v1/payments', [['accountId', id]], 'payments', paymentSchema);
  }

  /** What payments paid, what of them was given back and the methods are read after them, for the same reason as above. */
  async function paymentsPart(
    id: string,
    payments: Read<ZuoraPayment[]>,
    methods: readonly ZuoraPaymentMethod[],
    key: string,
    access: Access[],
  ): Promise<FetchedPart> {
    const path = `/v1/transactions/payments/accounts/${id}`;
    const [listed, refunds, answers] = await Promise.all([
      readList(client, 'reading what payments paid', path, [], 'payments', listedPaymentSchema),
      payments.data.length === 0
        ? null
        : readOptional(
            'refunds',
            null,
            access,
            readList(client, 'reading refunds', '/v1/refunds', [['accountId', id]], 'refunds', refundSchema),
            'refunds',
          ),
      gatewayAnswers('PaymentTransactionLog', payments.data.filter(isUnexplained), access),
    ]);
    const paid = new Map(
      listed.data.map(({ paymentNumber, paidInvoices }) => [
        paymentNumber,
        paidInvoices.map(({ invoiceNumber }) => invoiceNumber).filter((number) => number !== null),
      ]),
    );
    const records = payments.data.map((payment) => {
      const method = methods.find((one) => one.id === payment.paymentMethodId);
      const given = refunds?.data.filter(({ paymentId }) => paymentId === payment.id) ?? null;
      const numbers = paid.get(payment.number) ?? [];
      const body = fromZuoraPayment(payment, numbers, method, given, answers.get(payment.id), context);
      const updated = payment.updatedDate === null ? payments.asOf : new Date(instantIn(timeZone, payment.updatedDate));
      return recordOf(body, key, updated);
    });
    return { part: 'payments', records, asOf: payments.asOf, ...(refunds === null ? { unread: RETURNS } : {}) };
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
      // Of single subscriptions the sweep tells what orders did, so that a change of one stays one call.
      const isWhole = wants('account') && wants('subscriptions');
      const access: Access[] = [];
      const [subscriptions, orders, invoices, memos, paid] = await Promise.all([
        wants('subscriptions') || wants('usage') ? readSubscriptions(id) : null,
        isWhole ? readOptional('orders', null, access, readOrders(client, id, asOf)) : [],
        wants('invoices') ? invoicesPart(id, currency, key) : null,
        wants('memos') ? memosPart(id, currency, key, access) : null,
        wants('payments') ? readPayments(id) : null,
      ]);
      const [methods, usage] = await Promise.all([
        withMethods || paid !== null ? readMethods(account) : [],
        wants('usage') && subscriptions !== null ? usagePart(account, subscriptions, currency, key) : null,
      ]);
      const [own, payments] = await Promise.all([
        wants('account') ? accountPart(answer, methods, key, access) : null,
        paid === null ? null : paymentsPart(id, paid, methods, key, access),
      ]);
      const sold = subscriptions === null ? null : subscriptionRecords(subscriptions, currency, key);
      sold?.records.push(...(orders ?? []).flatMap((order) => fromZuoraOrder(order, context)));
      return {
        found: true,
        billingAccountKey: key,
        parts: [own, sold, invoices, memos, payments, usage].filter((part) => part !== null),
        access,
        ...(own === null ? {} : { fields: customFieldsOf(account) }),
      };
    },

    read: (event, known) => readZuoraEvent(event, known, context),

    whereIs: (key) => whereIs(client, context.connection, key),
  };
}

function isDefault(billingDay: string | null): boolean {
  return billingDay !== null && billingDay.toLowerCase().startsWith('default');
}
