import express from 'express';
import * as z from 'zod';
import { documentOf } from '../billing/settle.ts';
import { category, resource, ZuoraError } from '../protocol/errors.ts';
import { filtered } from '../protocol/filters.ts';
import { onlyQuery, page, pageParameters } from '../protocol/paging.ts';
import { currencyField, dateField, parse, refuseFields } from '../protocol/parse.ts';
import type { Tenant } from '../tenant.ts';
import { instantIn, isDate } from '../dates.ts';
import { gateway } from './gateway.ts';
import type { PaymentRun, RunRecord } from './model.ts';
import { runSummary } from './runSummary.ts';

const shared = {
  accountId: z.string().optional(),
  applyCreditBalance: z.boolean().optional(),
  autoApplyCreditMemo: z.boolean().optional(),
  autoApplyUnappliedPayment: z.boolean().optional(),
  batch: z.string().optional(),
  billCycleDay: z.union([z.string(), z.number().transform(String)]).optional(),
  billingRunId: z.string().optional(),
  collectPayment: z.boolean().optional(),
  consolidatedPayment: z.boolean().optional(),
  currency: currencyField.optional(),
  paymentGatewayId: z.string().optional(),
  processPaymentWithClosedPM: z.boolean().optional(),
  runDate: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}[T ]([01]\d|2[0-3]):[0-5]\d:[0-5]\d$/)
    .refine((text) => isDate(text.slice(0, 10)), 'No such day')
    .optional(),
  targetDate: dateField.optional(),
};

const recordSchema = z.strictObject({
  accountId: z.string().optional(),
  accountNumber: z.string().optional(),
  amount: z.number().positive().optional(),
  comment: z.string().optional(),
  currency: currencyField.optional(),
  documentId: z.string().optional(),
  documentNumber: z.string().optional(),
  documentType: z.enum(['Invoice', 'DebitMemo']),
  paymentGatewayId: z.string().optional(),
  paymentMethodId: z.string().optional(),
  standalone: z.boolean().optional(),
});

const newSchema = z.strictObject({ ...shared, data: z.array(recordSchema).min(1).max(2000).optional() });
const changeSchema = z.strictObject(shared);

const refuse = (kind: number, message: string): never => {
  throw new ZuoraError(kind, message, resource.paymentRun);
};

const narrowing = ['accountId', 'batch', 'billCycleDay', 'billingRunId', 'currency', 'paymentGatewayId'] as const;

const filters = ['createdById', 'createdDate', 'status', 'targetDate', 'updatedById', 'updatedDate'] as const;

function view(tenant: Tenant, run: PaymentRun): Record<string, unknown> {
  const { data: _data, records: _records, runDate, executedOn, completedOn, createdDate, updatedDate, ...fields } = run;
  const dateTime = (at: number | null) => (at === null ? null : tenant.dateTime(at));
  return {
    ...fields,
    applyCreditBalance: false,
    organizationLabels: null,
    runDate: tenant.dateTime(runDate),
    executedOn: dateTime(executedOn),
    completedOn: dateTime(completedOn),
    createdById: tenant.userId,
    createdDate: tenant.dateTime(createdDate),
    updatedById: tenant.userId,
    updatedDate: tenant.dateTime(updatedDate),
    success: true,
  };
}

function recordView(tenant: Tenant, one: RunRecord): Record<string, unknown> {
  const account = tenant.account(one.accountId);
  const number =
    one.documentType === 'Invoice'
      ? tenant.by('invoices', 'id', one.documentId)[0]?.invoiceNumber
      : tenant.by('debitMemos', 'id', one.documentId)[0]?.number;
  return {
    accountId: account.id,
    accountNumber: account.accountNumber,
    documentType: one.documentType,
    documentId: one.documentId,
    documentNumber: number ?? null,
    amount: one.amountToCollect,
    amountToCollect: one.amountToCollect,
    amountCollected: one.amountCollected,
    currency: one.currency,
    comment: one.comment,
    standalone: false,
    result: one.result,
    errorCode: one.errorCode,
    errorMessage: one.errorMessage,
    transactions: one.transactions,
  };
}

/** `/v1/payment-runs`: made, scheduled, looked into. They run once their time has come. */
export function paymentRunRoutes(tenant: Tenant, origin: () => string): express.Router {
  const router = express.Router();
  const find = (key: string) => tenant.one('paymentRuns', key, 'number');
  const runDateOf = (text: string | undefined) =>
    text === undefined ? tenant.now() : instantIn(tenant.timeZone, text.replace('T', ' '));
  router.post('/v1/payment-runs', (req, res) => {
    refuseFields(tenant.ctx.calls, req.body, ['organizationLabels']);
    const body = parse(newSchema, req.body, resource.paymentRun);
    if (body.data && narrowing.some((name) => body[name] !== undefined))
      refuse(category.rule, 'Give either data or filters, not both.');
    if (!body.data && body.targetDate === undefined)
      refuse(category.missingField, 'Missing required value: targetDate.');
    if (body.applyCreditBalance)
      refuse(category.rule, 'Credit balance is not enabled in a tenant with Invoice Settlement.');
    if (body.paymentGatewayId !== undefined && body.paymentGatewayId !== gateway.id)
      refuse(category.badValue, 'paymentGatewayId is invalid.');
    const at = tenant.now();
    const run: PaymentRun = {
      id: tenant.newId(),
      number: tenant.number('PR-'),
      status: 'Pending',
      accountId: body.accountId === undefined ? null : tenant.account(body.accountId).id,
      batch: body.batch ?? null,
      billCycleDay: body.billCycleDay ?? null,
      billingRunId: body.billingRunId === undefined ? null : tenant.one('billRuns', body.billingRunId).id,
      currency: body.currency ?? null,
      paymentGatewayId: body.paymentGatewayId ?? null,
      targetDate: body.targetDate ?? null,
      runDate: runDateOf(body.runDate),
      collectPayment: body.collectPayment ?? true,
      consolidatedPayment: body.consolidatedPayment ?? false,
      autoApplyCreditMemo: body.autoApplyCreditMemo ?? false,
      autoApplyUnappliedPayment: body.autoApplyUnappliedPayment ?? false,
      processPaymentWithClosedPM: body.processPaymentWithClosedPM ?? false,
      data:
        body.data?.map((one) => {
          const accountKey =
            one.accountId ?? one.accountNumber ?? refuse(category.missingField, 'Missing required value: accountId.');
          const account = tenant.account(accountKey);
          const document = documentOf(
            tenant,
            one.documentType,
            one.documentId ?? one.documentNumber,
            resource.paymentRun,
          );
          if (document.accountId !== account.id) refuse(category.badValue, `${document.id} is of another account.`);
          return {
            accountId: account.id,
            documentType: one.documentType,
            documentId: document.id,
            amount: one.amount ?? null,
            comment: one.comment ?? null,
            paymentMethodId: one.paymentMethodId ?? null,
          };
        }) ?? null,
      records: [],
      executedOn: null,
      completedOn: null,
      createdDate: at,
      updatedDate: at,
    };
    tenant.data.paymentRuns.push(run);
    tenant.touch();
    res.json(view(tenant, run));
  });
  router.get('/v1/payment-runs', (req, res) => {
    onlyQuery(req, [...pageParameters, ...filters, 'sort']);
    const newest = tenant.data.paymentRuns.toReversed();
    const found = filtered(
      req,
      newest.map((one) => view(tenant, one)),
      filters,
    );
    const { rows, ...next } = page(req, origin(), found);
    res.json({ paymentRuns: rows, ...next, success: true });
  });
  router.get('/v1/payment-runs/:key', (req, res) => {
    onlyQuery(req, []);
    res.json(view(tenant, find(req.params.key)));
  });
  router.put('/v1/payment-runs/:key', (req, res) => {
    const run = find(req.params.key);
    const { runDate, ...fields } = parse(changeSchema, req.body, resource.paymentRun);
    if (run.status !== 'Pending') refuse(category.rule, 'Only pending payment runs can be changed.');
    Object.assign(run, fields, runDate !== undefined && { runDate: runDateOf(runDate) }, { updatedDate: tenant.now() });
    tenant.touch();
    res.json(view(tenant, run));
  });
  router.delete('/v1/payment-runs/:key', (req, res) => {
    const run = find(req.params.key);
    if (!['Canceled', 'Error'].includes(run.status))
      refuse(category.rule, 'Only payment runs with Canceled or Error status can be deleted.');
    tenant.data.paymentRuns.splice(tenant.data.paymentRuns.indexOf(run), 1);
    tenant.touch();
    res.json({ success: true });
  });
  router.get('/v1/payment-runs/:key/summary', (req, res) => {
    onlyQuery(req, []);
    res.json(runSummary(find(req.params.key)));
  });
  router.get('/v1/payment-runs/:key/data', (req, res) => {
    onlyQuery(req, []);
    const run = find(req.params.key);
    if (!run.data) refuse(category.rule, 'The payment run was not made with data.');
    res.json({ data: run.records.map((one) => recordView(tenant, one)), success: true });
  });
  return router;
}
