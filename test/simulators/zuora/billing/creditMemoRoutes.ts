import express from 'express';
import * as z from 'zod';
import { createRefund, refundSchema } from '../payments/refund.ts';
import { refundView } from '../payments/view.ts';
import { needBody } from '../protocol/body.ts';
import { category, notSimulated, resource, ZuoraError } from '../protocol/errors.ts';
import { remove } from '../queries/deleted.ts';
import { filtered } from '../protocol/filters.ts';
import { onlyQuery, page, pageParameters } from '../protocol/paging.ts';
import { dateField, parse, refuseFields } from '../protocol/parse.ts';
import { versionsOfRequest } from '../protocol/versions.ts';
import type { Tenant } from '../tenant.ts';
import { cancelMemo, newCreditMemo, postCreditMemo, unpostMemo } from './documents.ts';
import { chargesSchema, fromInvoiceSchema, memoItemsOf } from './memoSchema.ts';
import { debitWhole, itemsFromCharges, itemsFromInvoice } from './memos.ts';
import { creditMemoView, memoItemView, taxItemView } from './memoView.ts';
import type { CreditMemo } from './model.ts';
import { applyTo, partOf, partView, targetFields, targetsOf, unapplyFrom } from './settle.ts';

const newSchema = chargesSchema.extend({ excludeFromAutoApplyRules: z.boolean().optional() });

const fromSchema = fromInvoiceSchema.extend({
  autoApplyToInvoiceUponPosting: z.boolean().optional(),
  excludeFromAutoApplyRules: z.boolean().optional(),
});

const applySchema = z.strictObject({ ...targetFields, effectiveDate: dateField.optional() });

const changeSchema = z.strictObject({
  autoApplyUponPosting: z.boolean().optional(),
  comment: z.string().max(255).optional(),
  effectiveDate: dateField.optional(),
  excludeFromAutoApplyRules: z.boolean().optional(),
  reasonCode: z.string().optional(),
  transferredToAccounting: z.enum(['Processing', 'Yes', 'No', 'Error', 'Ignore']).optional(),
});

const reverseSchema = z.strictObject({ applyEffectiveDate: dateField.optional(), memoDate: dateField.optional() });

const writeOffSchema = z.strictObject({
  comment: z.string().optional(),
  memoDate: dateField.optional(),
  reasonCode: z.string().optional(),
});

const filters = [
  'accountId',
  'accountNumber',
  'amount',
  'appliedAmount',
  'autoApplyUponPosting',
  'createdById',
  'createdDate',
  'creditMemoDate',
  'currency',
  'excludeFromAutoApplyRules',
  'number',
  'referredInvoiceId',
  'refundAmount',
  'status',
  'targetDate',
  'taxAmount',
  'totalTaxExemptAmount',
  'transferredToAccounting',
  'unappliedAmount',
  'updatedById',
  'updatedDate',
] as const;

/** Posts a memo and, where it says so, applies it to its invoice as far as that is open. */
function post(tenant: Tenant, memo: CreditMemo): void {
  postCreditMemo(tenant, memo);
  if (!memo.autoApplyUponPosting || memo.referredInvoiceId === null) return;
  const document = tenant.one('invoices', memo.referredInvoiceId);
  const amount = Math.min(document.balance, memo.amount);
  if (amount > 0) applyTo(tenant, memo, [{ type: 'Invoice', document, amount }], resource.creditMemo);
}

const itemFilters = [
  'amount',
  'appliedAmount',
  'createdById',
  'createdDate',
  'id',
  'refundAmount',
  'serviceEndDate',
  'serviceStartDate',
  'sku',
  'skuName',
  'sourceItemId',
  'subscriptionId',
  'updatedById',
  'updatedDate',
];

/** `/v1/creditmemos`, and credit memos made from an invoice. */
export function creditMemoRoutes(tenant: Tenant, origin: () => string): express.Router {
  const router = express.Router();
  const find = (key: string) => tenant.one('creditMemos', key, 'number');
  const answer = (memo: CreditMemo) => ({ ...creditMemoView(tenant, memo), success: true });
  router.post('/v1/creditmemos', (req, res) => {
    refuseFields(tenant.ctx.calls, req.body, ['customRates']);
    const body = parse(newSchema, req.body, resource.creditMemo);
    const key = body.accountId ?? body.accountNumber;
    if (key === undefined)
      throw new ZuoraError(category.missingField, 'Missing required value: accountId.', resource.creditMemo);
    const account = tenant.account(key);
    const currency = body.currency ?? account.currency;
    const memo = newCreditMemo(tenant, {
      account,
      currency,
      items: itemsFromCharges(tenant, currency, memoItemsOf(body.charges), resource.creditMemo),
      creditMemoDate: body.effectiveDate ?? tenant.today(),
      comment: body.comment,
      reasonCode: body.reasonCode,
      excludeFromAutoApplyRules: body.excludeFromAutoApplyRules,
      source: 'AdhocFromPrpc',
      sourceType: 'Standalone',
    });
    if (body.autoPost) post(tenant, memo);
    res.json(answer(memo));
  });
  router.post('/v1/invoices/:key/creditmemos', (req, res) => {
    const invoice = tenant.one('invoices', req.params.key, 'invoiceNumber');
    const body = parse(fromSchema, req.body, resource.creditMemo);
    if (invoice.status !== 'Posted')
      throw new ZuoraError(category.rule, 'The invoice is not posted.', resource.creditMemo);
    const given = body.items ? memoItemsOf(body.items) : invoice.items.map((one) => ({ invoiceItemId: one.id }));
    const memo = newCreditMemo(tenant, {
      account: tenant.account(invoice.accountId),
      currency: invoice.currency,
      items: itemsFromInvoice(tenant, invoice, given, 'credit'),
      creditMemoDate: body.effectiveDate ?? tenant.today(),
      comment: body.comment,
      reasonCode: body.reasonCode,
      autoApplyUponPosting: body.autoApplyToInvoiceUponPosting,
      excludeFromAutoApplyRules: body.excludeFromAutoApplyRules,
      referredInvoiceId: invoice.id,
      source: 'AdhocFromInvoice',
      sourceId: invoice.id,
      sourceType: 'Invoice',
    });
    if (body.autoPost) post(tenant, memo);
    res.json(answer(memo));
  });
  router.get('/v1/creditmemos', (req, res) => {
    onlyQuery(req, [...pageParameters, ...filters, 'sort']);
    const newest = tenant.data.creditMemos.toSorted((a, b) => b.updatedDate - a.updatedDate);
    const found = filtered(
      req,
      newest.map((one) => creditMemoView(tenant, one)),
      filters,
    );
    const { rows, ...next } = page(req, origin(), found);
    res.json({ creditmemos: rows, ...next, success: true });
  });
  router.all('/v1/creditmemos/bulk', (req) => notSimulated(tenant.ctx.calls, `${req.method} /v1/creditmemos/bulk`));
  router.get('/v1/creditmemos/:key', (req, res) => {
    onlyQuery(req, []);
    res.json(answer(find(req.params.key)));
  });
  router.put('/v1/creditmemos/:key', (req, res) => {
    const memo = find(req.params.key);
    const { effectiveDate, ...fields } = parse(changeSchema, req.body, resource.creditMemo);
    if (memo.status !== 'Draft' && effectiveDate !== undefined)
      throw new ZuoraError(category.rule, 'Only draft credit memos can get another date.', resource.creditMemo);
    Object.assign(memo, fields, effectiveDate !== undefined && { creditMemoDate: effectiveDate });
    memo.updatedDate = tenant.now();
    tenant.touch();
    res.json(answer(memo));
  });
  router.delete('/v1/creditmemos/:key', (req, res) => {
    const memo = find(req.params.key);
    if (memo.status !== 'Canceled')
      throw new ZuoraError(category.rule, 'Only cancelled credit memos can be deleted.', resource.creditMemo);
    remove(tenant, 'creditMemos', [memo]);
    res.json({ success: true });
  });
  for (const [name, act] of [
    ['post', post],
    ['unpost', unpostMemo],
    ['cancel', cancelMemo],
  ] as const) {
    router.put(`/v1/creditmemos/:key/${name}`, (req, res) => {
      const memo = find(req.params.key);
      act(tenant, memo);
      res.json(answer(memo));
    });
  }
  for (const [name, act] of [
    ['apply', applyTo],
    ['unapply', unapplyFrom],
  ] as const) {
    router.put(`/v1/creditmemos/:key/${name}`, (req, res) => {
      const memo = find(req.params.key);
      const targets = targetsOf(tenant, parse(applySchema, req.body, resource.creditMemo), resource.creditMemo);
      if (targets.length === 0)
        throw new ZuoraError(
          category.missingField,
          'Missing required value: invoices or debitMemos.',
          resource.creditMemo,
        );
      act(tenant, memo, targets, resource.creditMemo);
      res.json(answer(memo));
    });
  }
  router.put('/v1/creditmemos/:key/reverse', needBody, (req, res) => {
    const { memoDate } = parse(reverseSchema, req.body, resource.creditMemo);
    const memo = find(String(req.params['key']));
    const debit = debitWhole(tenant, memo, { memoDate, reversed: true });
    res.json({ creditMemo: { id: memo.id }, debitMemo: { id: debit.id }, success: true });
  });
  router.put('/v1/creditmemos/:key/write-off', needBody, (req, res) => {
    const body = parse(writeOffSchema, req.body, resource.creditMemo);
    const debit = debitWhole(tenant, find(String(req.params['key'])), { ...body, reversed: false });
    res.json({ debitMemo: { id: debit.id }, success: true });
  });
  router.post('/v1/creditmemos/:key/refunds', (req, res) => {
    const memo = find(req.params.key);
    const refund = createRefund(tenant, memo, parse(refundSchema, req.body, resource.refund));
    res.json({ ...refundView(tenant, refund), success: true });
  });
  router.get('/v1/creditmemos/:key/items', (req, res) => {
    onlyQuery(req, [...pageParameters, ...itemFilters, 'sort']);
    const memo = find(req.params.key);
    const { memoItemDescription } = versionsOfRequest(req);
    const items = memo.items.map((one) => memoItemView(tenant, memo, one, memoItemDescription));
    const { rows, ...next } = page(req, origin(), filtered(req, items, itemFilters));
    res.json({ items: rows, ...next, success: true });
  });
  router.get('/v1/creditmemos/:key/items/:id', (req, res) => {
    const memo = find(req.params.key);
    const item = itemOf(memo, req.params.id);
    res.json({ ...memoItemView(tenant, memo, item, versionsOfRequest(req).memoItemDescription), success: true });
  });
  router.get('/v1/creditmemos/:key/items/:id/taxation-items', (req, res) => {
    const item = itemOf(find(req.params.key), req.params.id);
    res.json({ data: item.taxItems.map(taxItemView), success: true });
  });
  router.get('/v1/creditmemos/:key/parts', (req, res) => {
    onlyQuery(req, pageParameters);
    const parts = find(req.params.key).applications.map((one) => partView(tenant, one));
    const { rows, ...next } = page(req, origin(), parts);
    res.json({ parts: rows, ...next, success: true });
  });
  router.get('/v1/creditmemos/:key/parts/:id', (req, res) => {
    res.json({ ...partView(tenant, partOf(find(req.params.key), req.params.id)), success: true });
  });
  router.all(/^\/v1\/creditmemos\/[^/]+\/(emails|files|pdfs|taxationitems|einvoice\/generate)$/, (req) =>
    notSimulated(tenant.ctx.calls, `${req.method} ${req.path.replace(/memos\/[^/]+/, 'memos/{key}')}`),
  );
  return router;

  function itemOf(memo: CreditMemo, id: string) {
    const item = memo.items.find((one) => one.id === id);
    if (!item) throw new ZuoraError(category.notFound, `Cannot find entity by key: '${id}'.`);
    return item;
  }
}
