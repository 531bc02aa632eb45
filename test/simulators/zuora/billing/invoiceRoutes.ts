import express from 'express';
import * as z from 'zod';
import { emit } from '../callouts/emit.ts';
import type { Invoice } from '../model.ts';
import { needBody } from '../protocol/body.ts';
import { parseCrud } from '../protocol/crud.ts';
import { category, notFound, notSimulated, resource, ZuoraError } from '../protocol/errors.ts';
import { remove } from '../queries/deleted.ts';
import { onlyQuery, page, pageParameters } from '../protocol/paging.ts';
import { currencyField, dateField, parse, refuseFields, splitCustomFields } from '../protocol/parse.ts';
import { contactSchema } from '../accounts/contact.ts';
import type { Tenant } from '../tenant.ts';
import { postInvoice } from './billRun.ts';
import { applicationParts } from './debitMemoRoutes.ts';
import { newInvoice } from './documents.ts';
import { standaloneItems, standaloneItemSchema } from './items.ts';
import { reverseInvoice, writeOffInvoice } from './memos.ts';
import { taxItemView } from './memoView.ts';
import { pdfOf } from './pdf.ts';
import { invoiceItemView, invoiceView, listedInvoice } from './view.ts';

const newSchema = z.strictObject({
  accountId: z.string().optional(),
  accountNumber: z.string().optional(),
  autoPay: z.boolean().optional(),
  billToContact: contactSchema.optional(),
  billToContactId: z.string().optional(),
  comments: z.string().max(255).optional(),
  currency: currencyField.optional(),
  dueDate: dateField.optional(),
  invoiceDate: dateField,
  invoiceItems: z.array(standaloneItemSchema).min(1).max(1000),
  invoiceNumber: z.string().max(32).optional(),
  paymentTerm: z.string().optional(),
  soldToContact: contactSchema.optional(),
  soldToContactId: z.string().optional(),
  soldToSameAsBillTo: z.boolean().optional(),
  status: z.enum(['Draft', 'Posted']).optional(),
  templateId: z.string().optional(),
  transferredToAccounting: z.enum(['Processing', 'Error', 'Ignore', 'Yes', 'No']).optional(),
});

const changeSchema = z.strictObject({
  autoPay: z.boolean().optional(),
  comments: z.string().max(255).optional(),
  dueDate: dateField.optional(),
  invoiceDate: dateField.optional(),
  transferredToAccounting: z.enum(['Processing', 'Yes', 'Error', 'Ignore']).optional(),
});

const bulkPostSchema = z.strictObject({
  invoices: z
    .array(z.strictObject({ id: z.string(), invoiceDate: dateField.optional() }))
    .min(1)
    .max(50),
});

const emailSchema = z.strictObject({
  emailAddresses: z.string().optional(),
  includeAdditionalEmailAddresses: z.boolean().optional(),
  useEmailTemplateSetting: z.boolean().optional(),
});

const reverseSchema = z.strictObject({ applyEffectiveDate: dateField.optional(), memoDate: dateField.optional() });

const writeOffSchema = z.strictObject({
  comment: z.string().max(255).optional(),
  memoDate: dateField.optional(),
  reasonCode: z.string().optional(),
});

const crudSchema = z.strictObject({
  Status: z.enum(['Draft', 'Posted', 'Canceled']).optional(),
  InvoiceDate: dateField.optional(),
  DueDate: dateField.optional(),
  Comments: z.string().optional(),
});

const refuse = (message: string): never => {
  throw new ZuoraError(category.rule, message, resource.invoice);
};

/** Makes a posted invoice a draft again; @throws ZuoraError rule once money moved on it */
function unpost(tenant: Tenant, invoice: Invoice): void {
  if (invoice.balance !== invoice.amount) refuse('An invoice with payments or credit memos cannot be unposted.');
  Object.assign(invoice, { status: 'Draft', postedDate: null });
  tenant.touch();
}

/** Of items of standalone invoices; nothing is entered into ledgers here. */
const accountingFields = [
  'accountingCode',
  'adjustmentLiabilityAccountingCode',
  'adjustmentRevenueAccountingCode',
  'contractAssetAccountingCode',
  'contractLiabilityAccountingCode',
  'contractRecognizedRevenueAccountingCode',
  'deferredRevenueAccountingCode',
  'excludeItemBillingFromRevenueAccounting',
  'recognizedRevenueAccountingCode',
  'revRecCode',
  'revRecTriggerCondition',
  'revenueRecognitionRuleName',
  'unbilledReceivablesAccountingCode',
];

/** `/v1/invoices`: standalone ones, and what is done with invoices of any kind. */
export function invoiceRoutes(tenant: Tenant, origin: () => string): express.Router {
  const router = express.Router();
  const find = (key: string) => tenant.one('invoices', key, 'invoiceNumber');
  const answer = (invoice: Invoice) => ({ ...invoiceView(tenant, invoice), success: true });
  router.post('/v1/invoices', (req, res) => {
    refuseFields(tenant.ctx.calls, req.body, ['customRates', 'sequenceSet']);
    const { invoiceItems: given } = (req.body ?? {}) as { invoiceItems?: unknown };
    for (const item of Array.isArray(given) ? (given as unknown[]) : [])
      refuseFields(tenant.ctx.calls, item, accountingFields);
    const body = parse(newSchema, req.body, resource.invoice);
    const key = body.accountId ?? body.accountNumber;
    if (key === undefined)
      throw new ZuoraError(category.missingField, 'Missing required value: accountId.', resource.invoice);
    if (body.billToContact ?? body.soldToContact ?? body.billToContactId ?? body.soldToContactId)
      notSimulated(tenant.ctx.calls, 'contacts of a standalone invoice');
    if (body.invoiceNumber !== undefined && tenant.by('invoices', 'invoiceNumber', body.invoiceNumber).length > 0)
      refuse(`The invoice number ${body.invoiceNumber} already exists.`);
    const account = tenant.account(key);
    const currency = body.currency ?? account.currency;
    const invoice = newInvoice(tenant, {
      account,
      currency,
      items: standaloneItems(tenant, body.invoiceItems, currency),
      comment: body.comments,
      invoiceDate: body.invoiceDate,
      source: 'API',
      sourceType: 'Standalone',
      ...(body.invoiceNumber !== undefined && { invoiceNumber: body.invoiceNumber }),
      ...(body.dueDate !== undefined && { dueDate: body.dueDate }),
      ...(body.autoPay !== undefined && { autoPay: body.autoPay }),
    });
    if (body.status === 'Posted') postInvoice(tenant, invoice);
    res.json(answer(invoice));
  });
  router.post('/v1/invoices/bulk-post', (req, res) => {
    const body = parse(bulkPostSchema, req.body, resource.invoice);
    const found = body.invoices.map((one) => ({ invoice: find(one.id), date: one.invoiceDate }));
    for (const { invoice, date } of found) {
      if (date !== undefined) invoice.invoiceDate = date;
      postInvoice(tenant, invoice);
    }
    res.json({ invoices: found.map(({ invoice }) => ({ id: invoice.id, success: true })), success: true });
  });
  router.post('/v1/invoices/batch', () => notSimulated(tenant.ctx.calls, 'POST /v1/invoices/batch'));
  router.all(/^\/v1\/invoices\/[^/]+\/(taxationitems|einvoice\/generate)$/, (req) =>
    notSimulated(tenant.ctx.calls, `${req.method} ${req.path.replace(/invoices\/[^/]+/, 'invoices/{key}')}`),
  );
  router.all(/^\/v1\/invoice-schedules(\/|$)/, () => notSimulated(tenant.ctx.calls, 'invoice schedules'));
  router.get('/v1/invoices/:key', (req, res) => {
    onlyQuery(req, []);
    res.json(answer(find(req.params.key)));
  });
  router.put('/v1/invoices/:key', (req, res) => {
    const invoice = find(req.params.key);
    const { standard, custom } = splitCustomFields(req.body, tenant.customFields.invoice, resource.invoice);
    const { comments, ...fields } = parse(changeSchema, standard, resource.invoice);
    if (invoice.status !== 'Draft' && (fields.invoiceDate !== undefined || fields.autoPay !== undefined))
      refuse('Only invoices with Draft status can get another date.');
    Object.assign(invoice, fields, comments !== undefined && { comment: comments });
    if (Object.keys(custom).length > 0) invoice.customFields = { ...invoice.customFields, ...custom };
    invoice.updatedDate = tenant.now();
    tenant.touch();
    res.json(answer(invoice));
  });
  router.delete('/v1/invoices/:key', (req, res) => {
    const invoice = find(req.params.key);
    if (invoice.status === 'Posted') refuse('A posted invoice cannot be deleted.');
    remove(tenant, 'invoices', [invoice]);
    res.json({ id: invoice.id, success: true });
  });
  router.get('/v1/invoices/:key/items', (req, res) => {
    onlyQuery(req, pageParameters);
    const invoice = find(req.params.key);
    const { rows, ...next } = page(req, origin(), invoice.items);
    res.json({ invoiceItems: rows.map((item) => invoiceItemView(tenant, invoice, item)), ...next, success: true });
  });
  router.get('/v1/invoices/:key/items/:id/taxation-items', (req, res) => {
    const item = find(req.params.key).items.find((one) => one.id === req.params.id);
    if (!item) throw notFound(req.params.id);
    res.json({ data: item.taxItems.map(taxItemView), success: true });
  });
  router.get('/v1/invoices/:key/application-parts', (req, res) => {
    onlyQuery(req, pageParameters);
    const invoice = find(req.params.key);
    const { rows, ...next } = page(req, origin(), applicationParts(tenant, invoice.accountId, invoice.id));
    res.json({ applicationParts: rows, ...next, success: true });
  });
  router.put('/v1/invoices/:key/reverse', needBody, (req, res) => {
    const { memoDate } = parse(reverseSchema, req.body, resource.invoice);
    const memo = reverseInvoice(tenant, find(String(req.params['key'])), memoDate);
    res.json({ creditMemo: { id: memo.id }, success: true });
  });
  router.put('/v1/invoices/:key/write-off', needBody, (req, res) => {
    const body = parse(writeOffSchema, req.body, resource.invoice);
    const memo = writeOffInvoice(tenant, find(String(req.params['key'])), body);
    res.json({ creditMemo: { id: memo.id }, success: true });
  });
  router.post('/v1/invoices/:key/emails', (req, res) => {
    const body = parse(emailSchema, req.body, resource.invoice);
    const invoice = find(req.params.key);
    const account = tenant.account(invoice.accountId);
    const known = account.invoiceDeliveryPrefsEmail ? tenant.contact(account.billToId).workEmail : null;
    if (invoice.status !== 'Posted') refuse('Only posted invoices can be emailed.');
    const to = (body.useEmailTemplateSetting ? (known ?? '') : (body.emailAddresses ?? known ?? ''))
      .split(',')
      .map((one) => one.trim())
      .filter((one) => one !== '');
    if (!body.useEmailTemplateSetting && to.length === 0) refuse('There is no email address to send the invoice to.');
    if (to.some((one) => !/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(one))) refuse('An email address is not valid.');
    tenant.sentEmails.push({ invoiceNumber: invoice.invoiceNumber, to });
    invoice.lastEmailSentDate = tenant.now();
    tenant.touch();
    emit(tenant, 'ManualEmailForInvoice', account, { invoiceId: invoice.id, invoiceNumber: invoice.invoiceNumber });
    res.json({ success: true });
  });
  router.post('/v1/invoices/:key/files', () => notSimulated(tenant.ctx.calls, 'uploading a file for an invoice'));
  router.get('/v1/invoices/:key/files', (req, res) => {
    onlyQuery(req, pageParameters);
    const invoice = find(req.params.key);
    if (invoice.files.length === 0) {
      invoice.files.push({ id: tenant.newId(), versionNumber: 1 });
      tenant.touch();
    }
    const { rows, ...next } = page(req, origin(), invoice.files);
    const files = rows.map((one) => ({ ...one, pdfFileUrl: `${origin()}/v1/files/${one.id}` }));
    res.json({ invoiceFiles: files, ...next, success: true });
  });
  router.get('/v1/files/:id', (req, res, next) => {
    const invoice = tenant.data.invoices.find((one) => one.files.some((file) => file.id === req.params.id));
    if (!invoice) return next();
    const lines = [
      `Invoice ${invoice.invoiceNumber}`,
      tenant.account(invoice.accountId).name,
      `Invoice date ${invoice.invoiceDate}, due ${invoice.dueDate}`,
      ...invoice.items.map((one) => `${one.chargeName}  ${one.chargeAmount}`),
      `Total ${invoice.amount} ${invoice.currency}`,
    ];
    res.type('application/pdf').send(pdfOf(lines));
  });
  router.get('/v1/transactions/invoices/accounts/:key', (req, res) => {
    onlyQuery(req, pageParameters);
    const account = tenant.account(req.params.key);
    const found = tenant.by('invoices', 'accountId', account.id).toSorted((a, b) => b.updatedDate - a.updatedDate);
    const { rows, ...next } = page(req, origin(), found);
    res.json({ invoices: rows.map((one) => listedInvoice(tenant, one)), ...next, success: true });
  });
  // Posting, unposting and cancelling one invoice is a change of its status in the CRUD family.
  router.put('/v1/object/invoice/:id', (req, res) => {
    const invoice = find(req.params.id);
    const { Status: status, InvoiceDate, DueDate, Comments } = parseCrud(crudSchema, req, resource.invoice);
    if (status === 'Posted') postInvoice(tenant, invoice);
    if (status === 'Draft' && invoice.status === 'Posted') unpost(tenant, invoice);
    if (status === 'Canceled') {
      if (invoice.status !== 'Draft') refuse('Only invoices with Draft status can be canceled.');
      Object.assign(invoice, { status: 'Canceled', balance: 0 });
    }
    invoice.invoiceDate = InvoiceDate ?? invoice.invoiceDate;
    invoice.dueDate = DueDate ?? invoice.dueDate;
    invoice.comment = Comments ?? invoice.comment;
    invoice.updatedDate = tenant.now();
    tenant.touch();
    res.json({ Success: true, Id: invoice.id });
  });
  return router;
}
