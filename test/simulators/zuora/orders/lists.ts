import express, { type Request, type Response } from 'express';
import { dateIn, isDate } from '../dates.ts';
import { category, notFound, ZuoraError } from '../protocol/errors.ts';
import { onlyQuery, page, pageParameters } from '../protocol/paging.ts';
import type { Tenant } from '../tenant.ts';
import type { OrderRecord } from './model.ts';
import { orderView } from './view.ts';

const dateParameters = ['dateFilterOption', 'startDate', 'endDate'];
const statuses = ['all', 'cancelled', 'completed', 'draft', 'executing', 'failed', 'pending', 'scheduled'];

const bad = (name: string): never => {
  throw new ZuoraError(category.badValue, `'${name}' value is not valid.`);
};

/** Keeps orders by `startDate` and `endDate`, both inclusive, of the order date or the last change. */
function byDate(tenant: Tenant, req: Request, orders: readonly OrderRecord[]): OrderRecord[] {
  const { dateFilterOption: option = 'orderDate', startDate, endDate } = req.query;
  if (option !== 'orderDate' && option !== 'updatedDate') return bad('dateFilterOption');
  for (const [name, value] of Object.entries({ startDate, endDate }))
    if (value !== undefined && (typeof value !== 'string' || !isDate(value))) return bad(name);
  const dayOf = (order: OrderRecord) =>
    option === 'orderDate' ? order.orderDate : dateIn(tenant.timeZone, order.updatedDate);
  return orders.filter(
    (one) =>
      (startDate === undefined || dayOf(one) >= String(startDate)) &&
      (endDate === undefined || dayOf(one) <= String(endDate)),
  );
}

function byStatus(req: Request, orders: readonly OrderRecord[]): OrderRecord[] {
  const status = req.query['status'] ?? 'all';
  if (typeof status !== 'string' || !statuses.includes(status)) return bad('status');
  return status === 'all' ? [...orders] : orders.filter((one) => one.status.toLowerCase() === status);
}

/** Lists of orders, newest first: all, of a subscription, of the owner of subscriptions, of the payer. */
export function orderListRoutes(tenant: Tenant, origin: () => string): express.Router {
  const router = express.Router();
  const answer = (req: Request, res: Response, orders: readonly OrderRecord[]) => {
    const { rows, ...next } = page(req, origin(), orders.toReversed());
    res.json({ orders: rows.map((one) => orderView(tenant, one)), ...next, success: true });
  };
  const account = (req: Request) => {
    const number = String(req.params['number']);
    const found = tenant.by('accounts', 'accountNumber', number)[0];
    if (!found) throw notFound(number);
    return found;
  };
  const touching = (number: string) =>
    tenant.data.orders.filter((one) => one.subscriptions.some((part) => part.subscriptionNumber === number));

  router.get('/v1/orders', (req, res) => {
    onlyQuery(req, [...pageParameters, ...dateParameters, 'status']);
    answer(req, res, byStatus(req, byDate(tenant, req, tenant.data.orders)));
  });
  router.get('/v1/orders/subscription/:number', (req, res) => {
    onlyQuery(req, [...pageParameters, ...dateParameters, 'status']);
    const { number } = tenant.subscription(req.params.number);
    answer(req, res, byStatus(req, byDate(tenant, req, touching(number))));
  });
  router.get('/v1/orders/subscription/:number/pending', (req, res) => {
    onlyQuery(req, pageParameters);
    const waiting = ['Draft', 'Pending', 'Scheduled'];
    const { number } = tenant.subscription(req.params.number);
    answer(
      req,
      res,
      touching(number).filter((one) => waiting.includes(one.status)),
    );
  });
  router.get('/v1/orders/subscriptionOwner/:number', (req, res) => {
    onlyQuery(req, [...pageParameters, ...dateParameters]);
    const { id } = account(req);
    const owns = (number: string) => tenant.by('subscriptions', 'number', number).at(-1)?.accountId === id;
    const found = tenant.data.orders.filter((one) => one.subscriptions.some((part) => owns(part.subscriptionNumber)));
    answer(req, res, byDate(tenant, req, found));
  });
  router.get('/v1/orders/invoiceOwner/:number', (req, res) => {
    onlyQuery(req, [...pageParameters, ...dateParameters, 'status']);
    const { id } = account(req);
    answer(req, res, byStatus(req, byDate(tenant, req, tenant.by('orders', 'accountId', id))));
  });
  return router;
}
