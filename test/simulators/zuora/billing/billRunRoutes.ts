import express from 'express';
import * as z from 'zod';
import type { Account } from '../model.ts';
import { emit } from '../callouts/emit.ts';
import { needBody } from '../protocol/body.ts';
import { category, notSimulated, resource, ZuoraError } from '../protocol/errors.ts';
import { onlyQuery } from '../protocol/paging.ts';
import { dateField, parse, refuseFields } from '../protocol/parse.ts';
import type { Tenant } from '../tenant.ts';
import { postInvoice, runBilling } from './billRun.ts';
import { postCreditMemo } from './documents.ts';
import type { BillRun } from './model.ts';
import { renewAccount } from './routes.ts';

const newSchema = z.strictObject({
  autoEmail: z.boolean().optional(),
  autoPost: z.boolean().optional(),
  autoRenewal: z.boolean().optional(),
  batches: z.array(z.string()).min(1).optional(),
  billCycleDay: z.string().optional(),
  billRunFilters: z
    .array(
      z.strictObject({
        filterType: z.enum(['Account', 'Subscription']),
        accountId: z.string(),
        subscriptionId: z.string().optional(),
      }),
    )
    .min(1)
    .max(50)
    .optional(),
  billRunType: z.string().optional(),
  chargeTypeToExclude: z.array(z.enum(['OneTime', 'Recurring', 'Usage'])).optional(),
  invoiceDate: dateField.optional(),
  name: z.string().optional(),
  noEmailForZeroAmountInvoice: z.boolean().optional(),
  targetDate: dateField.optional(),
  schedule: z.unknown().optional(),
});

const postSchema = z.strictObject({ invoiceDate: dateField.optional() });
const cancelSchema = z.strictObject({ cancelOnce: z.boolean().optional() });

const refuse = (kind: number, message: string): never => {
  throw new ZuoraError(kind, message, resource.billRun);
};

function view(tenant: Tenant, run: BillRun): Record<string, unknown> {
  const { createdDate, updatedDate, ...fields } = run;
  return {
    ...fields,
    createdById: tenant.userId,
    createdDate: tenant.dateTime(createdDate),
    updatedById: tenant.userId,
    updatedDate: tenant.dateTime(updatedDate),
    organizationLabels: null,
    schedule: null,
    scheduledExecutionTime: null,
    success: true,
  };
}

function accountsOf(tenant: Tenant, run: BillRun): Account[] {
  if (run.billRunFilters.length > 0)
    return [...new Set(run.billRunFilters.map((one) => tenant.account(one.accountId)))];
  const batches = run.batches ?? [];
  return tenant.data.accounts.filter(
    (one) =>
      one.status === 'Active' &&
      (batches.includes('AllBatches') || batches.includes(one.batch)) &&
      (run.billCycleDay === null ||
        run.billCycleDay === 'AllBillCycleDays' ||
        run.billCycleDay === String(one.billCycleDay)),
  );
}

/** Bills every account of a pending run. It happens after the answer that made it, as a job of the tenant. */
function execute(tenant: Tenant, run: BillRun): void {
  for (const account of accountsOf(tenant, run)) {
    if (run.autoRenewal) renewAccount(tenant, account, run.targetDate);
    const named = run.billRunFilters.flatMap((one) => (one.subscriptionId === undefined ? [] : [one.subscriptionId]));
    runBilling(tenant, account, {
      targetDate: run.targetDate,
      invoiceDate: run.invoiceDate,
      post: run.autoPost,
      billRunId: run.id,
      chargeTypeToExclude: run.chargeTypeToExclude,
      ...(named.length > 0 && { subscriptions: named.map((id) => tenant.subscription(id).number) }),
    });
  }
  Object.assign(run, { status: run.autoPost ? 'Posted' : 'Completed', updatedDate: tenant.now() });
  tenant.touch();
  emit(tenant, 'BillingRunCompletion', null, { billRunId: run.id, billRunNumber: run.billRunNumber });
}

/** Runs every bill run that waits, those that cannot be done end with status Error; the tenant does it before each call that follows the one that made the run. */
export function executeBillRuns(tenant: Tenant): void {
  for (const run of tenant.data.billRuns) {
    if (run.status !== 'Pending') continue;
    try {
      execute(tenant, run);
    } catch (error) {
      if (!(error instanceof ZuoraError)) throw error;
      Object.assign(run, { status: 'Error', updatedDate: tenant.now() });
      tenant.touch();
    }
  }
}

/** `/v1/bill-runs`: of batches, of one account, or of some of its subscriptions. */
export function billRunRoutes(tenant: Tenant): express.Router {
  const router = express.Router();
  const find = (key: string) => tenant.one('billRuns', key, 'billRunNumber');
  const documents = (run: BillRun) => ({
    invoices: tenant.data.invoices.filter((one) => one.billRunId === run.id),
    creditMemos: tenant.data.creditMemos.filter((one) => one.billRunId === run.id),
  });
  router.post('/v1/bill-runs', (req, res) => {
    refuseFields(tenant.ctx.calls, req.body, ['organizationLabels']);
    const body = parse(newSchema, req.body, resource.billRun);
    if (body.schedule !== undefined) notSimulated(tenant.ctx.calls, 'scheduled bill runs');
    if ((body.batches === undefined) === (body.billRunFilters === undefined))
      refuse(category.rule, 'Give either batches or billRunFilters.');
    const filters = body.billRunFilters ?? [];
    if (new Set(filters.map((one) => one.accountId)).size > 1)
      refuse(category.rule, 'A bill run with filters is for one account.');
    for (const one of filters) {
      tenant.account(one.accountId);
      if (one.filterType === 'Subscription' && one.subscriptionId === undefined)
        refuse(category.missingField, 'Missing required value: subscriptionId.');
      if (one.subscriptionId !== undefined) tenant.subscription(one.subscriptionId);
    }
    const at = tenant.now();
    const run: BillRun = {
      id: tenant.newId(),
      billRunNumber: tenant.number('BR-'),
      name: body.name ?? null,
      status: 'Pending',
      invoiceDate: body.invoiceDate ?? tenant.today(),
      targetDate: body.targetDate ?? tenant.today(),
      autoEmail: body.autoEmail ?? false,
      autoPost: body.autoPost ?? false,
      autoRenewal: body.autoRenewal ?? false,
      noEmailForZeroAmountInvoice: body.noEmailForZeroAmountInvoice ?? false,
      batches: body.batches ?? null,
      billCycleDay: body.billCycleDay ?? null,
      billRunFilters: filters,
      chargeTypeToExclude: body.chargeTypeToExclude ?? [],
      createdDate: at,
      updatedDate: at,
    };
    tenant.data.billRuns.push(run);
    tenant.touch();
    res.json(view(tenant, run));
  });
  router.get('/v1/bill-runs/:key', (req, res) => {
    onlyQuery(req, []);
    res.json(view(tenant, find(req.params.key)));
  });
  router.put('/v1/bill-runs/:key/post', needBody, (req, res) => {
    const run = find(String(req.params['key']));
    const { invoiceDate } = parse(postSchema, req.body, resource.billRun);
    if (run.status !== 'Completed') refuse(category.rule, 'Only bill runs with Completed status can be posted.');
    const { invoices, creditMemos } = documents(run);
    for (const invoice of invoices) {
      if (invoice.status !== 'Draft') continue;
      invoice.invoiceDate = invoiceDate ?? invoice.invoiceDate;
      postInvoice(tenant, invoice);
    }
    for (const memo of creditMemos) if (memo.status === 'Draft') postCreditMemo(tenant, memo);
    Object.assign(run, { status: 'Posted', updatedDate: tenant.now() });
    tenant.touch();
    res.json(view(tenant, run));
  });
  router.put('/v1/bill-runs/:key/cancel', needBody, (req, res) => {
    const run = find(String(req.params['key']));
    parse(cancelSchema, req.body, resource.billRun);
    const { invoices, creditMemos } = documents(run);
    if (run.status === 'Canceled' || [...invoices, ...creditMemos].some((one) => one.status === 'Posted'))
      refuse(category.rule, 'Only bill runs whose documents are drafts can be cancelled.');
    uncharge(tenant, run);
    for (const one of [...invoices, ...creditMemos])
      Object.assign(one, { status: 'Canceled', updatedDate: tenant.now() });
    Object.assign(run, { status: 'Canceled', updatedDate: tenant.now() });
    tenant.touch();
    res.json(view(tenant, run));
  });
  router.delete('/v1/bill-runs/:key', (req, res) => {
    const run = find(req.params.key);
    if (run.status !== 'Canceled')
      refuse(category.rule, 'Only bill runs with Canceled or Error status can be deleted.');
    tenant.data.billRuns.splice(tenant.data.billRuns.indexOf(run), 1);
    tenant.touch();
    res.json(view(tenant, run));
  });
  router.post('/v1/bill-runs/:key/emails', () => notSimulated(tenant.ctx.calls, 'POST /v1/bill-runs/{key}/emails'));
  return router;

  /** What a cancelled run had charged is due again: segments go back to the first day that it charged. */
  function uncharge(tenant: Tenant, run: BillRun): void {
    const { invoices } = documents(run);
    const first = new Map<string, string>();
    for (const item of invoices.flatMap((one) => one.items)) {
      const known = first.get(item.chargeId!);
      if (known === undefined || item.serviceStartDate < known) first.set(item.chargeId!, item.serviceStartDate);
    }
    const segments = tenant.latest().flatMap((one) => one.ratePlans.flatMap((plan) => plan.segments));
    for (const segment of segments) {
      const from = first.get(segment.id);
      if (from === undefined) continue;
      const start = segment.type === 'OneTime' || from <= segment.effectiveStartDate;
      segment.chargedThroughDate = start ? null : from;
    }
  }
}
