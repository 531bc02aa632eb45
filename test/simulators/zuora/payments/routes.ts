import express from 'express';
import * as z from 'zod';
import { exact, money } from '../decimal.ts';
import type { Invoice, Payment } from '../model.ts';
import { category, notFound, resource, ZuoraError } from '../protocol/errors.ts';
import { onlyQuery, page, pageParameters } from '../protocol/paging.ts';
import { dateField, parse } from '../protocol/parse.ts';
import type { Tenant } from '../tenant.ts';
import { createPayment } from './collect.ts';

const paymentSchema = z.strictObject({
  accountId: z.string().optional(),
  accountNumber: z.string().optional(),
  amount: z.number().positive(),
  currency: z.string().length(3),
  type: z.enum(['External', 'Electronic']),
  paymentMethodId: z.string().optional(),
  paymentMethodType: z.string().optional(),
  effectiveDate: dateField.optional(),
  comment: z.string().optional(),
  referenceId: z.string().max(60).optional(),
  gatewayId: z.string().optional(),
  invoices: z
    .array(
      z.strictObject({
        invoiceId: z.string().optional(),
        invoiceNumber: z.string().optional(),
        amount: z.number().positive(),
      }),
    )
    .optional(),
});

/** A payment of `GET /v1/payments` and `/v1/payments/{key}`. */
function paymentView(tenant: Tenant, payment: Payment): Record<string, unknown> {
  const unapplied = payment.status === 'Processed' ? exact(payment.amount).sub(exact(payment.appliedAmount)) : exact(0);
  const electronic = payment.type === 'Electronic';
  return {
    id: payment.id,
    number: payment.number,
    status: payment.status,
    type: payment.type,
    accountId: payment.accountId,
    accountNumber: tenant.account(payment.accountId).accountNumber,
    amount: payment.amount,
    appliedAmount: payment.appliedAmount,
    unappliedAmount: money(unapplied, payment.currency),
    refundAmount: 0,
    creditBalanceAmount: 0,
    currency: payment.currency,
    effectiveDate: payment.effectiveDate,
    comment: payment.comment,
    paymentGatewayNumber: electronic ? 'PG-00000001' : null,
    paymentMethodId: payment.paymentMethodId,
    paymentMethodSnapshotId: null,
    authTransactionId: null,
    bankIdentificationNumber: null,
    gatewayId: null,
    gatewayOrderId: null,
    gatewayResponse: payment.gatewayResponse,
    gatewayResponseCode: payment.gatewayResponseCode,
    gatewayState: electronic && payment.status === 'Processed' ? 'Submitted' : 'NotSubmitted',
    markedForSubmissionOn: null,
    referenceId: payment.referenceId,
    secondPaymentReferenceId: null,
    softDescriptor: null,
    softDescriptorPhone: null,
    standalone: false,
    prepayment: null,
    submittedOn: electronic ? tenant.dateTime(payment.createdDate) : null,
    settledOn: null,
    cancelledOn: null,
    createdDate: tenant.dateTime(payment.createdDate),
    createdById: tenant.userId,
    updatedDate: tenant.dateTime(payment.updatedDate),
    updatedById: tenant.userId,
    financeInformation: {
      bankAccountAccountingCode: null,
      bankAccountAccountingCodeType: null,
      unappliedPaymentAccountingCode: null,
      unappliedPaymentAccountingCodeType: null,
      transferredToAccounting: 'No',
    },
    gatewayReconciliationStatus: null,
    gatewayReconciliationReason: null,
    payoutId: null,
    organizationLabel: null,
  };
}

/** A payment of the older list, whose number is `paymentNumber`. */
function listedPayment(tenant: Tenant, payment: Payment): Record<string, unknown> {
  const account = tenant.account(payment.accountId);
  return {
    id: payment.id,
    accountId: account.id,
    accountNumber: account.accountNumber,
    accountName: account.name,
    type: payment.type,
    effectiveDate: payment.effectiveDate,
    paymentNumber: payment.number,
    paymentMethodId: payment.paymentMethodId,
    amount: payment.amount,
    paidInvoices: payment.applications.map(({ invoiceId, amount }) => ({
      invoiceId,
      invoiceNumber: tenant.data.invoices.find((one) => one.id === invoiceId)?.invoiceNumber ?? null,
      appliedPaymentAmount: amount,
    })),
    gatewayTransactionNumber: payment.transactionLogId,
    status: payment.status,
  };
}

const filters = ['accountId', 'currency', 'effectiveDate', 'number', 'status', 'type'] as const;

function findInvoice(tenant: Tenant, id: string | undefined, number: string | undefined): Invoice {
  const found = tenant.data.invoices.find((one) => one.id === id || one.invoiceNumber === number);
  if (!found) throw new ZuoraError(category.badValue, `The invoice ${id ?? number} is invalid.`, resource.payment);
  return found;
}

export function paymentRoutes(tenant: Tenant, origin: () => string): express.Router {
  const router = express.Router();
  const newestFirst = (rows: readonly Payment[]) => rows.toSorted((a, b) => b.updatedDate - a.updatedDate);
  router.post('/v1/payments', (req, res) => {
    const body = parse(paymentSchema, req.body, resource.payment);
    const key = body.accountId ?? body.accountNumber;
    if (key === undefined)
      throw new ZuoraError(category.missingField, 'Missing required value: accountId.', resource.payment);
    if (body.type === 'External' && !body.paymentMethodId && !body.paymentMethodType)
      throw new ZuoraError(
        category.missingField,
        'Missing required value: paymentMethodId or paymentMethodType.',
        resource.payment,
      );
    const payment = createPayment(tenant, tenant.account(key), {
      type: body.type,
      amount: body.amount,
      currency: body.currency,
      paymentMethodId: body.paymentMethodId ?? null,
      applications: (body.invoices ?? []).map((one) => ({
        invoice: findInvoice(tenant, one.invoiceId, one.invoiceNumber),
        amount: one.amount,
      })),
      effectiveDate: body.effectiveDate ?? tenant.today(),
      comment: body.comment,
      referenceId: body.referenceId,
    });
    res.json({ ...paymentView(tenant, payment), success: true });
  });
  router.get('/v1/payments', (req, res) => {
    onlyQuery(req, [...pageParameters, ...filters]);
    const found = tenant.data.payments.filter((one) =>
      filters.every((name) => req.query[name] === undefined || String(one[name]) === req.query[name]),
    );
    const { rows, ...next } = page(req, origin(), newestFirst(found));
    res.json({ payments: rows.map((one) => paymentView(tenant, one)), ...next, success: true });
  });
  router.get('/v1/payments/:key', (req, res) => {
    onlyQuery(req, []);
    const payment = tenant.data.payments.find((one) => one.id === req.params.key || one.number === req.params.key);
    if (!payment) throw notFound(req.params.key);
    res.json({ ...paymentView(tenant, payment), success: true });
  });
  router.get('/v1/payments/:key/parts', (req, res) => {
    onlyQuery(req, pageParameters);
    const payment = tenant.data.payments.find((one) => one.id === req.params.key || one.number === req.params.key);
    if (!payment) throw notFound(req.params.key);
    const parts = payment.applications.map(({ invoiceId, amount }, index) => ({
      id: `${payment.id.slice(0, 28)}${String(index).padStart(4, '0')}`,
      invoiceId,
      debitMemoId: null,
      amount,
      createdById: tenant.userId,
      createdDate: tenant.dateTime(payment.createdDate),
      updatedById: tenant.userId,
      updatedDate: tenant.dateTime(payment.updatedDate),
    }));
    const { rows, ...next } = page(req, origin(), parts);
    res.json({ parts: rows, ...next, success: true });
  });
  router.get('/v1/transactions/payments/accounts/:key', (req, res) => {
    onlyQuery(req, pageParameters);
    const account = tenant.account(req.params.key);
    const found = newestFirst(tenant.data.payments.filter((one) => one.accountId === account.id));
    const { rows, ...next } = page(req, origin(), found);
    res.json({ payments: rows.map((one) => listedPayment(tenant, one)), ...next, success: true });
  });
  router.get('/v1/object/payment-transaction-log/:id', (req, res) => {
    const payment = tenant.data.payments.find((one) => one.transactionLogId === req.params.id);
    if (!payment) throw notFound(req.params.id);
    res.json({
      Id: payment.transactionLogId,
      PaymentId: payment.id,
      Gateway: 'Test Gateway',
      GatewayReasonCode: payment.gatewayResponseCode,
      GatewayReasonCodeDescription: payment.gatewayResponse,
      GatewayState: payment.status === 'Processed' ? 'Submitted' : 'NotSubmitted',
      GatewayTransactionType: 'Sale',
      TransactionDate: new Date(payment.createdDate).toISOString(),
      TransactionId: payment.number,
    });
  });
  return router;
}
