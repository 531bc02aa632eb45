import express from 'express';
import * as z from 'zod';
import type { Account, Invoice } from '../model.ts';
import { renewDue } from '../orders/renewDue.ts';
import { collect } from '../payments/collect.ts';
import { category, notFound, resource, ZuoraError } from '../protocol/errors.ts';
import { onlyQuery, page, pageParameters } from '../protocol/paging.ts';
import { dateField, parse } from '../protocol/parse.ts';
import type { Tenant } from '../tenant.ts';
import { postInvoice, runBilling } from './billRun.ts';
import { invoiceItemView, invoiceView, listedInvoice } from './view.ts';

const collectSchema = z.strictObject({
  accountKey: z.string(),
  invoiceId: z.string().optional(),
  invoiceNumber: z.string().optional(),
  documentDate: dateField.optional(),
  invoiceDate: dateField.optional(),
  targetDate: dateField.optional(),
  invoiceTargetDate: dateField.optional(),
  paymentGateway: z.string().optional(),
});

const generateSchema = z.strictObject({
  targetDate: dateField.optional(),
  effectiveDate: dateField.optional(),
  autoPost: z.boolean().optional(),
  autoRenew: z.boolean().optional(),
});

const bulkPostSchema = z.strictObject({
  invoices: z
    .array(z.strictObject({ id: z.string(), invoiceDate: dateField.optional() }))
    .min(1)
    .max(50),
});

function findInvoice(tenant: Tenant, key: string): Invoice {
  const found = tenant.data.invoices.find((one) => one.id === key || one.invoiceNumber === key);
  if (!found) throw notFound(key);
  return found;
}

/** What a bill run does before it bills: renews the subscriptions of the account that are due. */
export function renewAccount(tenant: Tenant, account: Account, day: string): void {
  renewDue(tenant, day, (one) => one.invoiceOwnerAccountId === account.id);
}

export function billingRoutes(tenant: Tenant, origin: () => string): express.Router {
  const router = express.Router();
  router.get('/v1/invoices/:key', (req, res) => {
    onlyQuery(req, []);
    res.json({ ...invoiceView(tenant, findInvoice(tenant, req.params.key)), success: true });
  });
  router.get('/v1/invoices/:key/items', (req, res) => {
    onlyQuery(req, pageParameters);
    const invoice = findInvoice(tenant, req.params.key);
    const { rows, ...next } = page(req, origin(), invoice.items);
    res.json({ invoiceItems: rows.map((item) => invoiceItemView(tenant, invoice, item)), ...next, success: true });
  });
  router.get('/v1/transactions/invoices/accounts/:key', (req, res) => {
    onlyQuery(req, pageParameters);
    const account = tenant.account(req.params.key);
    const found = tenant.data.invoices
      .filter((one) => one.accountId === account.id)
      .sort((a, b) => b.updatedDate - a.updatedDate);
    const { rows, ...next } = page(req, origin(), found);
    res.json({ invoices: rows.map((one) => listedInvoice(tenant, one)), ...next, success: true });
  });
  router.post('/v1/invoices/bulk-post', (req, res) => {
    const body = parse(bulkPostSchema, req.body, resource.invoice);
    const found = body.invoices.map((one) => ({ invoice: findInvoice(tenant, one.id), date: one.invoiceDate }));
    for (const { invoice, date } of found) {
      if (date !== undefined) invoice.invoiceDate = date;
      postInvoice(tenant, invoice);
    }
    res.json({ invoices: found.map(({ invoice }) => ({ id: invoice.id, success: true })), success: true });
  });
  router.post('/v1/accounts/:key/billing-documents/generate', (req, res) => {
    const account = tenant.account(req.params.key);
    const body = parse(generateSchema, req.body, resource.invoice);
    const today = tenant.today();
    if (body.autoRenew ?? true) renewAccount(tenant, account, body.targetDate ?? today);
    const { invoices, creditMemos } = runBilling(tenant, account, {
      targetDate: body.targetDate ?? today,
      invoiceDate: body.effectiveDate ?? today,
      post: body.autoPost ?? false,
    });
    const ids = (rows: readonly { id: string }[]) => rows.map(({ id }) => ({ id }));
    res.json({ invoices: ids(invoices), creditMemos: ids(creditMemos), success: true });
  });
  router.post('/v1/operations/invoice-collect', (req, res) => {
    const body = parse(collectSchema, req.body, resource.invoice);
    const account = tenant.account(body.accountKey);
    const key = body.invoiceId ?? body.invoiceNumber;
    const today = tenant.today();
    if (!account.defaultPaymentMethodId)
      throw new ZuoraError(category.rule, 'The account has no default payment method.', resource.invoice);
    if (key === undefined) renewAccount(tenant, account, body.targetDate ?? body.invoiceTargetDate ?? today);
    const { invoices, creditMemos } =
      key === undefined
        ? runBilling(tenant, account, {
            targetDate: body.targetDate ?? body.invoiceTargetDate ?? today,
            invoiceDate: body.documentDate ?? body.invoiceDate ?? today,
            post: true,
          })
        : { invoices: [findInvoice(tenant, key)], creditMemos: [] };
    const payment = collect(tenant, account, invoices);
    res.json({
      success: true,
      invoices: invoices.map((one) => ({
        invoiceId: one.id,
        invoiceNumber: one.invoiceNumber,
        invoiceAmount: one.amount,
      })),
      creditMemos: creditMemos.map((one) => ({ id: one.id, memoNumber: one.number, memoAmount: one.amount })),
      ...(payment && { paymentId: payment.id }),
      amountCollected: payment?.status === 'Processed' ? payment.amount : 0,
    });
  });
  return router;
}
