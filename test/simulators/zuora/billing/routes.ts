import express from 'express';
import * as z from 'zod';
import type { Account } from '../model.ts';
import { renewDue } from '../orders/renewDue.ts';
import { collect } from '../payments/collect.ts';
import { category, resource, ZuoraError } from '../protocol/errors.ts';
import { filtered } from '../protocol/filters.ts';
import { onlyQuery, page, pageParameters } from '../protocol/paging.ts';
import { dateField, parse } from '../protocol/parse.ts';
import { versionsOfRequest } from '../protocol/versions.ts';
import type { Tenant } from '../tenant.ts';
import { runBilling } from './billRun.ts';
import { billingPreview } from './preview.ts';

const collectFields = {
  accountKey: z.string(),
  invoiceId: z.string().optional(),
  invoiceNumber: z.string().optional(),
  paymentGateway: z.string().optional(),
};
const collectSchemas = {
  /** From version 215.0. */
  current: z.strictObject({ ...collectFields, documentDate: dateField.optional(), targetDate: dateField.optional() }),
  older: z.strictObject({
    ...collectFields,
    invoiceDate: dateField.optional(),
    invoiceTargetDate: dateField.optional(),
  }),
};

const generateSchema = z.strictObject({
  targetDate: dateField.optional(),
  effectiveDate: dateField.optional(),
  autoPost: z.boolean().optional(),
  autoRenew: z.boolean().optional(),
  chargeTypeToExclude: z.array(z.enum(['OneTime', 'Recurring', 'Usage'])).optional(),
  creditMemoReasonCode: z.string().optional(),
  subscriptionIds: z.array(z.string()).max(50).optional(),
});

const previewSchema = z.strictObject({
  accountId: z.string().optional(),
  accountNumber: z.string().optional(),
  targetDate: dateField,
  assumeRenewal: z.enum(['All', 'None', 'Autorenew']).optional(),
  chargeTypeToExclude: z.string().optional(),
  includingDraftItems: z.boolean().optional(),
  includingEvergreenSubscription: z.boolean().optional(),
});

/** What a bill run does before it bills: renews the subscriptions of the account that are due. */
export function renewAccount(tenant: Tenant, account: Account, day: string): void {
  renewDue(tenant, day, (one) => one.invoiceOwnerAccountId === account.id);
}

/** Billing of one account: documents made, collected, previewed and listed. */
export function billingRoutes(tenant: Tenant, origin: () => string): express.Router {
  const router = express.Router();
  router.post('/v1/accounts/:key/billing-documents/generate', (req, res) => {
    const account = tenant.account(req.params.key);
    const body = parse(generateSchema, req.body, resource.invoice);
    const today = tenant.today();
    if (body.autoRenew ?? true) renewAccount(tenant, account, body.targetDate ?? today);
    const { invoices, creditMemos } = runBilling(tenant, account, {
      targetDate: body.targetDate ?? today,
      invoiceDate: body.effectiveDate ?? today,
      post: body.autoPost ?? false,
      subscriptions: body.subscriptionIds?.map((id) => tenant.subscription(id).number),
      chargeTypeToExclude: body.chargeTypeToExclude,
      creditMemoReasonCode: body.creditMemoReasonCode,
    });
    const ids = (rows: readonly { id: string }[]) => rows.map(({ id }) => ({ id }));
    res.json({ invoices: ids(invoices), creditMemos: ids(creditMemos), success: true });
  });
  router.post('/v1/operations/invoice-collect', (req, res) => {
    const { documentDate: current } = versionsOfRequest(req);
    const body = current
      ? parse(collectSchemas.current, req.body, resource.invoice)
      : parse(collectSchemas.older, req.body, resource.invoice);
    const documentDate = 'documentDate' in body ? body.documentDate : (body as { invoiceDate?: string }).invoiceDate;
    const targetDate =
      'targetDate' in body ? body.targetDate : (body as { invoiceTargetDate?: string }).invoiceTargetDate;
    const account = tenant.account(body.accountKey);
    const key = body.invoiceId ?? body.invoiceNumber;
    if (key !== undefined && (documentDate ?? targetDate) !== undefined)
      throw new ZuoraError(category.badValue, 'Give either an invoice or dates.', resource.invoice);
    if (!account.defaultPaymentMethodId)
      throw new ZuoraError(category.rule, 'The account has no default payment method.', resource.invoice);
    const today = tenant.today();
    if (key === undefined) renewAccount(tenant, account, targetDate ?? today);
    const { invoices, creditMemos } =
      key === undefined
        ? runBilling(tenant, account, {
            targetDate: targetDate ?? today,
            invoiceDate: documentDate ?? today,
            post: true,
          })
        : { invoices: [tenant.one('invoices', key, 'invoiceNumber')], creditMemos: [] };
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
  router.post('/v1/operations/billing-preview', (req, res) => {
    const body = parse(previewSchema, req.body, resource.invoice);
    const key = body.accountId ?? body.accountNumber;
    if (key === undefined)
      throw new ZuoraError(category.missingField, 'Missing required value: accountId.', resource.invoice);
    res.json(billingPreview(tenant, tenant.account(key), body));
  });
  router.get('/v1/billing-documents', (req, res) => {
    onlyQuery(req, [...pageParameters, 'accountId', 'accountNumber', 'documentDate', 'status', 'sort']);
    const { accountId, accountNumber } = req.query;
    const key = accountId ?? accountNumber;
    if (typeof key !== 'string')
      throw new ZuoraError(category.missingParameter, "'accountId' or 'accountNumber' must be given.");
    const { id } = tenant.account(key);
    const shared = (one: { id: string; accountId: string; amount: number; status: string }) => ({
      id: one.id,
      accountId: one.accountId,
      amount: one.amount,
      status: one.status,
    });
    const documents = [
      ...tenant.by('invoices', 'accountId', id).map((one) => ({
        ...shared(one),
        documentType: 'Invoice',
        documentNumber: one.invoiceNumber,
        documentDate: one.invoiceDate,
        balance: one.balance,
      })),
      ...tenant.by('creditMemos', 'accountId', id).map((one) => ({
        ...shared(one),
        documentType: 'CreditMemo',
        documentNumber: one.number,
        documentDate: one.creditMemoDate,
        balance: one.amount - one.appliedAmount - one.refundAmount,
      })),
      ...tenant.by('debitMemos', 'accountId', id).map((one) => ({
        ...shared(one),
        documentType: 'DebitMemo',
        documentNumber: one.number,
        documentDate: one.debitMemoDate,
        balance: one.balance,
      })),
    ];
    const found = filtered(req, documents, ['documentDate', 'status', 'documentType']);
    const { rows, ...next } = page(req, origin(), found);
    res.json({ documents: rows, ...next, success: true });
  });
  return router;
}
