import express from 'express';
import * as z from 'zod';
import { objectByName } from '../objectQuery/objects.ts';
import { parseCrud } from '../protocol/crud.ts';
import { category, notFound, resource, ZuoraError } from '../protocol/errors.ts';
import type { Tenant } from '../tenant.ts';
import { deleteObject, updateAccount, updateObject } from './objects.ts';
import { pascal, printed } from './zoql.ts';

/** Objects that CRUD reads by id, by the names of their paths. */
const readable: Record<string, string> = {
  account: 'Account',
  contact: 'Contact',
  subscription: 'Subscription',
  'rate-plan': 'RatePlan',
  'rate-plan-charge': 'RatePlanCharge',
  'rate-plan-charge-tier': 'RatePlanChargeTier',
  invoice: 'Invoice',
  'invoice-item': 'InvoiceItem',
  payment: 'Payment',
  'payment-method': 'PaymentMethod',
  refund: 'Refund',
  'billing-run': 'BillingRun',
};

/** How a payment method may be retried by payment runs, and whether it may be charged at all. */
const methodSchema = z.strictObject({
  PaymentMethodStatus: z.enum(['Active', 'Closed']).optional(),
  UseDefaultRetryRule: z.boolean().optional(),
  MaxConsecutivePaymentFailures: z.number().int().min(1).max(100).optional(),
  PaymentRetryWindow: z.number().int().min(1).max(1000).optional(),
});

/**
 * `/v1/object/{name}/{id}` of what has no routes of its own: reading, and changing accounts, contacts and how payment
 * methods are retried.
 */
export function crudRoutes(tenant: Tenant): express.Router {
  const router = express.Router();
  router.get('/v1/object/:name/:id', (req, res, next) => {
    const object = objectByName(readable[req.params.name] ?? '');
    if (!object) return next();
    const fields = object.fields(tenant);
    const id = fields.get('id')!;
    const record = object.records(tenant).find((one) => id.of(one) === req.params.id);
    if (!record) throw notFound(req.params.id);
    const asked = typeof req.query['fields'] === 'string' ? req.query['fields'].toLowerCase().split(',') : undefined;
    const shown = [...fields].filter(([lower]) => !asked || lower === 'id' || asked.includes(lower));
    res.json(
      Object.fromEntries(
        shown
          .map(([, { name, of }]) => [/__c$/.test(name) ? name : pascal(name), printed(tenant, of(record))])
          .filter(([, value]) => value !== null),
      ),
    );
  });
  router.put('/v1/object/payment-method/:id', (req, res) => {
    const method = tenant.one('paymentMethods', req.params.id);
    const { PaymentMethodStatus: status, ...rule } = parseCrud(methodSchema, req, resource.paymentMethod);
    if (method.status === 'Scrubbed')
      throw new ZuoraError(category.rule, 'A scrubbed payment method cannot be updated.', resource.paymentMethod);
    method.status = status ?? method.status;
    method.useDefaultRetryRule = rule.UseDefaultRetryRule ?? method.useDefaultRetryRule;
    method.maxConsecutivePaymentFailures = rule.MaxConsecutivePaymentFailures ?? method.maxConsecutivePaymentFailures;
    method.paymentRetryWindow = rule.PaymentRetryWindow ?? method.paymentRetryWindow;
    method.updatedDate = tenant.now();
    tenant.touch();
    res.json({ Success: true, Id: method.id });
  });
  router.put('/v1/object/account/:id', (req, res) => {
    updateAccount(tenant, req.params.id, (req.body ?? {}) as Record<string, unknown>);
    res.json({ Success: true, Id: req.params.id });
  });
  router.put('/v1/object/contact/:id', (req, res) => {
    const body = (req.body ?? {}) as Record<string, unknown>;
    const outcome = updateObject(tenant, 'Contact', { ...body, Id: req.params.id });
    if (!outcome.Success) throw new ZuoraError(category.badValue, outcome.Errors[0]!.Message);
    res.json(outcome);
  });
  for (const [path, type] of [
    ['account', 'Account'],
    ['contact', 'Contact'],
  ] as const) {
    router.delete(`/v1/object/${path}/:id`, (req, res) => {
      const outcome = deleteObject(tenant, type, String(req.params['id']));
      if ('Errors' in outcome) return void res.status(400).json(outcome);
      res.json(outcome);
    });
  }
  return router;
}
