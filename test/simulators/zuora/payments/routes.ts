import express, { type Request } from 'express';
import * as z from 'zod';
import { partOf, partView, targetFields, targetsOf, unapplyFrom, applyTo } from '../billing/settle.ts';
import type { Payment } from '../model.ts';
import { category, notSimulated, resource, ZuoraError } from '../protocol/errors.ts';
import { remove } from '../queries/deleted.ts';
import { filtered } from '../protocol/filters.ts';
import { onlyQuery, page, pageParameters } from '../protocol/paging.ts';
import { currencyField, dateField, parse, refuseFields } from '../protocol/parse.ts';
import type { Tenant } from '../tenant.ts';
import { createPayment } from './collect.ts';
import { gateway } from './gateway.ts';
import { createRefund, refundSchema } from './refund.ts';
import { listedPayment, paymentView, refundView } from './view.ts';

const paymentSchema = z.strictObject({
  ...targetFields,
  accountId: z.string().optional(),
  accountNumber: z.string().optional(),
  amount: z.number().positive(),
  currency: currencyField,
  type: z.enum(['External', 'Electronic']),
  paymentMethodId: z.string().optional(),
  paymentMethodType: z.string().optional(),
  effectiveDate: dateField.optional(),
  comment: z.string().max(1000).optional(),
  referenceId: z.string().max(60).optional(),
  gatewayId: z.string().optional(),
  paymentGatewayNumber: z.string().optional(),
  gatewayOptions: z.record(z.string(), z.string()).optional(),
  softDescriptor: z.string().max(35).optional(),
  softDescriptorPhone: z.string().max(20).optional(),
  standalone: z.boolean().optional(),
});

const applySchema = z.strictObject({ ...targetFields, effectiveDate: dateField.optional() });

const changeSchema = z.strictObject({
  comment: z.string().max(1000).optional(),
  referenceId: z.string().max(60).optional(),
});

const paymentFilters = [
  'accountId',
  'amount',
  'appliedAmount',
  'createdById',
  'createdDate',
  'creditBalanceAmount',
  'currency',
  'effectiveDate',
  'number',
  'refundAmount',
  'status',
  'type',
  'unappliedAmount',
  'updatedById',
  'updatedDate',
] as const;

/** `/v1/payments`: made, applied, unapplied, refunded, canceled. */
export function paymentRoutes(tenant: Tenant, origin: () => string): express.Router {
  const router = express.Router();
  const find = (key: string) => tenant.one('payments', key, 'number');
  const answer = (payment: Payment) => ({ ...paymentView(tenant, payment), success: true });
  router.post('/v1/payments', (req, res) => {
    refuseFields(tenant.ctx.calls, req.body, [
      'authTransactionId',
      'customRates',
      'financeInformation',
      'gatewayOrderId',
      'mitTransactionSource',
      'paymentOption',
      'paymentScheduleKey',
      'prepayment',
    ]);
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
    if (body.gatewayId !== undefined && body.gatewayId !== gateway.id)
      throw new ZuoraError(category.badValue, 'gatewayId is invalid.', resource.payment);
    const payment = createPayment(tenant, tenant.account(key), {
      type: body.type,
      amount: body.amount,
      currency: body.currency,
      paymentMethodId: body.paymentMethodId ?? null,
      paymentMethodType: body.paymentMethodType,
      targets: targetsOf(tenant, body, resource.payment),
      effectiveDate: body.effectiveDate ?? tenant.today(),
      comment: body.comment,
      referenceId: body.referenceId,
      standalone: body.standalone,
    });
    res.json(answer(payment));
  });
  router.get('/v1/payments', (req, res) => {
    onlyQuery(req, [...pageParameters, ...paymentFilters, 'sort']);
    // Narrows by account before the rows are made, since a sweep asks account by account.
    const { accountId } = req.query;
    const own = typeof accountId === 'string' ? tenant.by('payments', 'accountId', accountId) : tenant.data.payments;
    const newest = own.toSorted((a, b) => b.updatedDate - a.updatedDate);
    const found = filtered(
      req,
      newest.map((one) => paymentView(tenant, one)),
      paymentFilters,
    );
    const { rows, ...next } = page(req, origin(), found);
    res.json({ payments: rows, ...next, success: true });
  });
  router.get('/v1/payments/:key', (req, res) => {
    onlyQuery(req, []);
    res.json(answer(find(req.params.key)));
  });
  router.put('/v1/payments/:key', (req, res) => {
    const payment = find(req.params.key);
    const { comment, referenceId } = parse(changeSchema, req.body, resource.payment);
    payment.comment = comment ?? payment.comment;
    payment.referenceId = referenceId ?? payment.referenceId;
    payment.updatedDate = tenant.now();
    tenant.touch();
    res.json(answer(payment));
  });
  router.put('/v1/payments/:key/apply', (req, res) => {
    const payment = find(req.params.key);
    applyTo(tenant, payment, targets(req), resource.payment);
    res.json(answer(payment));
  });
  router.put('/v1/payments/:key/unapply', (req, res) => {
    const payment = find(req.params.key);
    unapplyFrom(tenant, payment, targets(req), resource.payment);
    res.json(answer(payment));
  });
  router.put('/v1/payments/:key/cancel', (req, res) => {
    const payment = find(req.params.key);
    cancelPayment(tenant, payment);
    res.json(answer(payment));
  });
  router.put('/v1/payments/:key/transfer', () => notSimulated(tenant.ctx.calls, 'PUT /v1/payments/{key}/transfer'));
  router.delete('/v1/payments/:key', (req, res) => {
    const payment = find(req.params.key);
    if (payment.status !== 'Canceled')
      throw new ZuoraError(category.rule, 'Only canceled payments can be deleted.', resource.payment);
    remove(tenant, 'payments', [payment]);
    res.json({ success: true });
  });
  router.get('/v1/payments/:key/parts', (req, res) => {
    onlyQuery(req, pageParameters);
    const parts = find(req.params.key).applications.map((one) => partView(tenant, one));
    const { rows, ...next } = page(req, origin(), parts);
    res.json({ parts: rows, ...next, success: true });
  });
  router.get('/v1/payments/:key/parts/:id', (req, res) => {
    res.json({ ...partView(tenant, partOf(find(req.params.key), req.params.id)), success: true });
  });
  router.post('/v1/payments/:key/refunds', (req, res) => {
    const payment = find(req.params.key);
    const refund = createRefund(tenant, payment, parse(refundSchema, req.body, resource.refund));
    res.json({ ...refundView(tenant, refund), success: true });
  });
  router.get('/v1/transactions/payments/accounts/:key', (req, res) => {
    onlyQuery(req, pageParameters);
    const account = tenant.account(req.params.key);
    const found = tenant.by('payments', 'accountId', account.id).toSorted((a, b) => b.updatedDate - a.updatedDate);
    const { rows, ...next } = page(req, origin(), found);
    res.json({ payments: rows.map((one) => listedPayment(tenant, one)), ...next, success: true });
  });
  return router;

  function targets(req: Request) {
    const found = targetsOf(tenant, parse(applySchema, req.body, resource.payment), resource.payment);
    if (found.length === 0)
      throw new ZuoraError(category.missingField, 'Missing required value: invoices or debitMemos.', resource.payment);
    return found;
  }
}

/** @throws ZuoraError rule for electronic payments that went through, and for those that are applied */
function cancelPayment(tenant: Tenant, payment: Payment): void {
  if (payment.status === 'Canceled' || payment.type === 'Electronic')
    throw new ZuoraError(category.rule, `The payment ${payment.number} cannot be canceled.`, resource.payment);
  if (payment.appliedAmount > 0 || payment.refundAmount > 0)
    throw new ZuoraError(category.rule, 'A payment that is applied or refunded cannot be canceled.', resource.payment);
  Object.assign(payment, { status: 'Canceled', cancelledOn: tenant.now(), updatedDate: tenant.now() });
  tenant.touch();
}
