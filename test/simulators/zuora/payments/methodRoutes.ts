import express from 'express';
import * as z from 'zod';
import { notFound, notSimulated, resource } from '../protocol/errors.ts';
import { onlyQuery } from '../protocol/paging.ts';
import { parse } from '../protocol/parse.ts';
import type { Account } from '../model.ts';
import type { Tenant } from '../tenant.ts';
import { gateway, logTransaction } from './gateway.ts';
import { addPaymentMethod, changePaymentMethod, deletePaymentMethod, scrubPaymentMethod } from './methods.ts';
import { accountHolderSchema, parseNewMethod } from './methodSchema.ts';
import { methodView, snapshotView, transactionLogView } from './methodView.ts';

const changeSchema = z.strictObject({
  accountKey: z.string().optional(),
  accountHolderInfo: accountHolderSchema.optional(),
  authGateway: z.string().optional(),
  currencyCode: z.string().optional(),
  gatewayOptions: z.record(z.string(), z.string()).optional(),
  ipAddress: z.string().optional(),
  mandateInfo: z.record(z.string(), z.unknown()).optional(),
  expirationMonth: z.number().int().min(1).max(12).optional(),
  expirationYear: z.number().int().min(2000).max(2100).optional(),
  securityCode: z.string().optional(),
});

const verifySchema = z.strictObject({
  currencyCode: z.string().optional(),
  gatewayOptions: z.record(z.string(), z.string()).optional(),
  paymentGatewayName: z.string().optional(),
  securityCode: z.string().optional(),
});

/** Methods stand in arrays under keys named after their type, in lower case (seen live, not in the schema). */
function methodsOf(tenant: Tenant, account: Account, only: { default: boolean; active: boolean }) {
  const byType: Record<string, unknown[]> = {};
  for (const method of tenant.data.paymentMethods) {
    if (method.accountId !== account.id || method.status === 'Scrubbed') continue;
    if (only.default && account.defaultPaymentMethodId !== method.id) continue;
    if (only.active && method.status !== 'Active') continue;
    (byType[method.type.toLowerCase()] ??= []).push(methodView(tenant, method));
  }
  return {
    defaultPaymentMethodId: account.defaultPaymentMethodId,
    paymentGateway: account.paymentGateway,
    ...byType,
    success: true,
  };
}

/** Payment methods, their snapshots and transaction logs, and the tenant's gateways. */
export function paymentMethodRoutes(tenant: Tenant): express.Router {
  const router = express.Router();
  const find = (id: string) => tenant.one('paymentMethods', id);
  router.post('/v1/payment-methods', (req, res) => {
    const { accountKey, method } = parseNewMethod(tenant, req.body);
    const account = accountKey === undefined ? undefined : tenant.account(accountKey);
    res.json({ id: addPaymentMethod(tenant, account, method, method.makeDefault ?? false).id, success: true });
  });
  router.get('/v1/payment-methods/:id', (req, res) => {
    onlyQuery(req, []);
    res.json({ ...methodView(tenant, find(req.params.id)), success: true });
  });
  router.put('/v1/payment-methods/:id/scrub', (req, res) => {
    scrubPaymentMethod(tenant, find(req.params.id));
    res.json({ success: true });
  });
  router.put('/v1/payment-methods/:id/verify', (req, res) => {
    parse(verifySchema, req.body ?? {}, resource.paymentMethod);
    const method = find(req.params.id);
    logTransaction(tenant, 'PaymentMethod', method.id, method, 'Validate', null);
    tenant.touch();
    res.json({ paymentMethodId: method.id, success: true });
  });
  router.put('/v1/payment-methods/:id', (req, res) => {
    const { accountKey, accountHolderInfo, expirationMonth, expirationYear } = parse(
      changeSchema,
      req.body,
      resource.paymentMethod,
    );
    const method = find(req.params.id);
    changePaymentMethod(tenant, method, {
      accountKey,
      accountHolderInfo,
      ...(expirationMonth !== undefined && { expirationMonth }),
      ...(expirationYear !== undefined && { expirationYear }),
    });
    res.json({ id: method.id, success: true });
  });
  router.delete('/v1/payment-methods/:id', (req, res) => {
    deletePaymentMethod(tenant, find(req.params.id));
    res.json({ success: true });
  });
  router.all(/^\/v1\/payment-methods\/[^/]+\/(authorize|voidAuthorize|profiles)/, (req) =>
    notSimulated(tenant.ctx.calls, `${req.method} ${req.path.replace(/methods\/[^/]+/, 'methods/{id}')}`),
  );
  router.get('/v1/accounts/:key/payment-methods', (req, res) => {
    onlyQuery(req, ['isDefaultOnly', 'isActiveOnly']);
    const { isDefaultOnly, isActiveOnly } = req.query;
    const only = { default: isDefaultOnly === 'true', active: isActiveOnly === 'true' };
    res.json(methodsOf(tenant, tenant.account(req.params.key), only));
  });
  router.get('/v1/accounts/:key/payment-methods/default', (req, res) => {
    onlyQuery(req, []);
    const { defaultPaymentMethodId: id } = tenant.account(req.params.key);
    if (id === null) throw notFound(req.params.key);
    res.json({ ...methodView(tenant, find(id)), success: true });
  });
  router.get('/v1/paymentgateways', (req, res) => {
    onlyQuery(req, []);
    const { id, name, type } = gateway;
    res.json({ paymentgateways: [{ id, name, type, isActive: true, isDefault: true }], success: true });
  });
  router.get('/v1/object/payment-method-snapshot/:id', (req, res) => {
    const snapshot = tenant.one('methodSnapshots', req.params.id);
    res.json(snapshotView(tenant, snapshot));
  });
  for (const [path, kind] of [
    ['payment-transaction-log', 'Payment'],
    ['refund-transaction-log', 'Refund'],
    ['payment-method-transaction-log', 'PaymentMethod'],
  ] as const) {
    router.get(`/v1/object/${path}/:id`, (req, res) => {
      const log = tenant.one('transactionLogs', req.params.id);
      if (log.kind !== kind) throw notFound(req.params.id);
      res.json(transactionLogView(tenant, log));
    });
  }
  return router;
}
