import express from 'express';
import * as z from 'zod';
import { collectDocuments } from '../payments/collect.ts';
import { needBody } from '../protocol/body.ts';
import { category, notFound, notSimulated, resource, ZuoraError } from '../protocol/errors.ts';
import { remove } from '../queries/deleted.ts';
import { filtered } from '../protocol/filters.ts';
import { onlyQuery, page, pageParameters } from '../protocol/paging.ts';
import { dateField, parse } from '../protocol/parse.ts';
import { versionsOfRequest } from '../protocol/versions.ts';
import type { Tenant } from '../tenant.ts';
import { cancelMemo, newDebitMemo, postDebitMemo, unpostMemo } from './documents.ts';
import { chargesSchema, fromInvoiceSchema, memoItemsOf } from './memoSchema.ts';
import { itemsFromCharges, itemsFromInvoice } from './memos.ts';
import { debitMemoView, memoItemView, taxItemView } from './memoView.ts';
import type { DebitMemo } from './model.ts';
import { partView } from './settle.ts';

const newSchema = chargesSchema.extend({ autoPay: z.boolean().optional(), dueDate: dateField.optional() });
const fromSchema = fromInvoiceSchema.extend({ autoPay: z.boolean().optional() });

const changeSchema = z.strictObject({
  autoPay: z.boolean().optional(),
  comment: z.string().max(255).optional(),
  dueDate: dateField.optional(),
  effectiveDate: dateField.optional(),
  reasonCode: z.string().optional(),
  transferredToAccounting: z.enum(['Processing', 'Yes', 'No', 'Error', 'Ignore']).optional(),
});

const filters = [
  'accountId',
  'accountNumber',
  'amount',
  'balance',
  'beAppliedAmount',
  'createdById',
  'createdDate',
  'currency',
  'debitMemoDate',
  'dueDate',
  'number',
  'referredInvoiceId',
  'status',
  'targetDate',
  'taxAmount',
  'totalTaxExemptAmount',
  'updatedById',
  'updatedDate',
] as const;

const itemFilters = [
  'amount',
  'beAppliedAmount',
  'createdById',
  'createdDate',
  'id',
  'serviceEndDate',
  'serviceStartDate',
  'sku',
  'skuName',
  'sourceItemId',
  'subscriptionId',
  'updatedById',
  'updatedDate',
];

/** `/v1/debitmemos`, and debit memos made from an invoice. */
export function debitMemoRoutes(tenant: Tenant, origin: () => string): express.Router {
  const router = express.Router();
  const find = (key: string) => tenant.one('debitMemos', key, 'number');
  const answer = (memo: DebitMemo) => ({ ...debitMemoView(tenant, memo), success: true });
  router.post('/v1/debitmemos', (req, res) => {
    const body = parse(newSchema, req.body, resource.debitMemo);
    const key = body.accountId ?? body.accountNumber;
    if (key === undefined)
      throw new ZuoraError(category.missingField, 'Missing required value: accountId.', resource.debitMemo);
    const account = tenant.account(key);
    const currency = body.currency ?? account.currency;
    const memo = newDebitMemo(tenant, {
      account,
      currency,
      items: itemsFromCharges(tenant, currency, memoItemsOf(body.charges), resource.debitMemo),
      debitMemoDate: body.effectiveDate ?? tenant.today(),
      ...(body.dueDate !== undefined && { dueDate: body.dueDate }),
      ...(body.autoPay !== undefined && { autoPay: body.autoPay }),
      comment: body.comment,
      reasonCode: body.reasonCode,
      sourceType: 'Standalone',
    });
    if (body.autoPost) postDebitMemo(tenant, memo);
    res.json(answer(memo));
  });
  router.post('/v1/invoices/:key/debitmemos', (req, res) => {
    const invoice = tenant.one('invoices', req.params.key, 'invoiceNumber');
    const body = parse(fromSchema, req.body, resource.debitMemo);
    const given = body.items ? memoItemsOf(body.items) : invoice.items.map((one) => ({ invoiceItemId: one.id }));
    const memo = newDebitMemo(tenant, {
      account: tenant.account(invoice.accountId),
      currency: invoice.currency,
      items: itemsFromInvoice(tenant, invoice, given, 'debit'),
      debitMemoDate: body.effectiveDate ?? tenant.today(),
      ...(body.autoPay !== undefined && { autoPay: body.autoPay }),
      comment: body.comment,
      reasonCode: body.reasonCode,
      referredInvoiceId: invoice.id,
      sourceType: 'Invoice',
    });
    if (body.autoPost) postDebitMemo(tenant, memo);
    res.json(answer(memo));
  });
  router.get('/v1/debitmemos', (req, res) => {
    onlyQuery(req, [...pageParameters, ...filters, 'sort']);
    const newest = tenant.data.debitMemos.toSorted((a, b) => b.updatedDate - a.updatedDate);
    const found = filtered(
      req,
      newest.map((one) => debitMemoView(tenant, one)),
      filters,
    );
    const { rows, ...next } = page(req, origin(), found);
    res.json({ debitmemos: rows, ...next, success: true });
  });
  router.all('/v1/debitmemos/bulk', (req) => notSimulated(tenant.ctx.calls, `${req.method} /v1/debitmemos/bulk`));
  router.get('/v1/debitmemos/:key', (req, res) => {
    onlyQuery(req, []);
    res.json(answer(find(req.params.key)));
  });
  router.put('/v1/debitmemos/:key', (req, res) => {
    const memo = find(req.params.key);
    const { effectiveDate, ...fields } = parse(changeSchema, req.body, resource.debitMemo);
    if (memo.status !== 'Draft' && effectiveDate !== undefined)
      throw new ZuoraError(category.rule, 'Only draft debit memos can get another date.', resource.debitMemo);
    Object.assign(memo, fields, effectiveDate !== undefined && { debitMemoDate: effectiveDate });
    memo.updatedDate = tenant.now();
    tenant.touch();
    res.json(answer(memo));
  });
  router.delete('/v1/debitmemos/:key', (req, res) => {
    const memo = find(req.params.key);
    if (memo.status !== 'Canceled')
      throw new ZuoraError(category.rule, 'Only cancelled debit memos can be deleted.', resource.debitMemo);
    remove(tenant, 'debitMemos', [memo]);
    res.json({ success: true });
  });
  for (const [name, act] of [
    ['post', postDebitMemo],
    ['unpost', unpostMemo],
    ['cancel', cancelMemo],
  ] as const) {
    router.put(`/v1/debitmemos/:key/${name}`, (req, res) => {
      const memo = find(req.params.key);
      act(tenant, memo);
      res.json(answer(memo));
    });
  }
  router.post('/v1/debitmemos/:key/collect', needBody, (req, res) => {
    const memo = find(String(req.params['key']));
    const payment = collectDocuments(tenant, tenant.account(memo.accountId), 'DebitMemo', [memo]);
    res.json({
      debitMemo: { id: memo.id, number: memo.number, balance: memo.balance },
      processedPayment: payment && {
        id: payment.id,
        number: payment.number,
        status: payment.status,
        amount: payment.amount,
      },
      success: true,
    });
  });
  router.get('/v1/debitmemos/:key/items', (req, res) => {
    onlyQuery(req, [...pageParameters, ...itemFilters, 'sort']);
    const memo = find(req.params.key);
    const { memoItemDescription } = versionsOfRequest(req);
    const items = memo.items.map((one) => memoItemView(tenant, memo, one, memoItemDescription));
    const { rows, ...next } = page(req, origin(), filtered(req, items, itemFilters));
    res.json({ items: rows, ...next, success: true });
  });
  router.get('/v1/debitmemos/:key/items/:id', (req, res) => {
    const memo = find(req.params.key);
    const item = memo.items.find((one) => one.id === req.params.id);
    if (!item) throw notFound(req.params.id);
    res.json({ ...memoItemView(tenant, memo, item, versionsOfRequest(req).memoItemDescription), success: true });
  });
  router.get('/v1/debitmemos/:key/items/:id/taxation-items', (req, res) => {
    const item = find(req.params.key).items.find((one) => one.id === req.params.id);
    if (!item) throw notFound(req.params.id);
    res.json({ data: item.taxItems.map(taxItemView), success: true });
  });
  router.get('/v1/debitmemos/:key/application-parts', (req, res) => {
    const memo = find(req.params.key);
    res.json({ applicationParts: applicationParts(tenant, memo.accountId, memo.id), success: true });
  });
  router.all(/^\/v1\/debitmemos\/[^/]+\/(emails|files|pdfs|taxationitems|einvoice\/generate)$/, (req) =>
    notSimulated(tenant.ctx.calls, `${req.method} ${req.path.replace(/memos\/[^/]+/, 'memos/{key}')}`),
  );
  return router;
}

/** What of payments and credit memos is applied to a document. */
export function applicationParts(tenant: Tenant, accountId: string, documentId: string): Record<string, unknown>[] {
  const sources = [
    ...tenant.by('payments', 'accountId', accountId).map((one) => ({ one, paymentId: one.id, creditMemoId: null })),
    ...tenant.by('creditMemos', 'accountId', accountId).map((one) => ({ one, paymentId: null, creditMemoId: one.id })),
  ];
  return sources.flatMap(({ one, paymentId, creditMemoId }) =>
    one.applications
      .filter((part) => part.documentId === documentId)
      .map((part) => {
        const { createdById, createdDate, updatedById, updatedDate } = partView(tenant, part);
        const stamps = { createdById, createdDate, updatedById, updatedDate };
        return { paymentId, creditMemoId, appliedAmount: part.amount, ...stamps };
      }),
  );
}
