import express from 'express';
import * as z from 'zod';
import { category, notFound, resource, ZuoraError } from '../protocol/errors.ts';
import { remove } from '../queries/deleted.ts';
import { filtered } from '../protocol/filters.ts';
import { onlyQuery, page, pageParameters } from '../protocol/paging.ts';
import { parse } from '../protocol/parse.ts';
import type { Tenant } from '../tenant.ts';
import type { Refund } from './model.ts';
import { cancelRefund } from './refund.ts';
import { refundView } from './view.ts';

const refundChangeSchema = z.strictObject({
  comment: z.string().max(255).optional(),
  reasonCode: z.string().optional(),
  referenceId: z.string().max(100).optional(),
});

const refundFilters = [
  'accountId',
  'amount',
  'createdById',
  'createdDate',
  'methodType',
  'number',
  'paymentId',
  'refundDate',
  'status',
  'type',
  'updatedById',
  'updatedDate',
] as const;

/** `/v1/refunds`: what was given back, of payments and of credit memos. */
export function refundRoutes(tenant: Tenant, origin: () => string): express.Router {
  const router = express.Router();
  const find = (key: string) => tenant.one('refunds', key, 'number');
  router.get('/v1/refunds', (req, res) => {
    onlyQuery(req, [...pageParameters, ...refundFilters, 'sort']);
    const newest = tenant.data.refunds.toSorted((a, b) => b.updatedDate - a.updatedDate);
    const found = filtered(
      req,
      newest.map((one) => refundView(tenant, one)),
      refundFilters,
    );
    const { rows, ...next } = page(req, origin(), found);
    res.json({ refunds: rows, ...next, success: true });
  });
  router.get('/v1/refunds/:key', (req, res) => {
    onlyQuery(req, []);
    res.json({ ...refundView(tenant, find(req.params.key)), success: true });
  });
  // A refund of one payment or memo has one part, which goes by the id of the refund.
  const partView = (refund: Refund) => ({
    id: refund.id,
    amount: refund.amount,
    paymentId: refund.paymentId,
    creditMemoId: refund.creditMemoId,
    createdById: tenant.userId,
    createdDate: tenant.dateTime(refund.createdDate),
    updatedById: tenant.userId,
    updatedDate: tenant.dateTime(refund.updatedDate),
    organizationLabel: null,
  });
  router.get('/v1/refunds/:key/parts', (req, res) => {
    onlyQuery(req, []);
    res.json({ parts: [partView(find(req.params.key))], success: true });
  });
  router.get('/v1/refunds/:key/parts/:id', (req, res) => {
    const refund = find(req.params.key);
    if (req.params.id !== refund.id) throw notFound(req.params.id);
    res.json({ ...partView(refund), success: true });
  });
  router.put('/v1/refunds/:key', (req, res) => {
    const refund = find(req.params.key);
    const { comment, reasonCode, referenceId } = parse(refundChangeSchema, req.body, resource.refund);
    refund.comment = comment ?? refund.comment;
    refund.reasonCode = reasonCode ?? refund.reasonCode;
    refund.referenceId = referenceId ?? refund.referenceId;
    refund.updatedDate = tenant.now();
    tenant.touch();
    res.json({ ...refundView(tenant, refund), success: true });
  });
  router.put('/v1/refunds/:key/cancel', (req, res) => {
    const refund = find(req.params.key);
    cancelRefund(tenant, refund);
    res.json({ ...refundView(tenant, refund), success: true });
  });
  router.delete('/v1/refunds/:key', (req, res) => {
    const refund = find(req.params.key);
    if (refund.status !== 'Canceled')
      throw new ZuoraError(category.rule, 'Only canceled refunds can be deleted.', resource.refund);
    remove(tenant, 'refunds', [refund]);
    res.json({ success: true });
  });
  return router;
}
