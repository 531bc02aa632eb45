import express, { type Response } from 'express';
import * as z from 'zod';
import { notSimulated } from '../protocol/errors.ts';
import { parse } from '../protocol/parse.ts';
import type { Tenant } from '../tenant.ts';
import { createObject, deleteObject, updateObject } from './objects.ts';
import { printed, runZoql, ZoqlFault } from './zoql.ts';

const mostRows = 2000;
/** A locator dies after 15 minutes of real time. */
const locatorLivesMs = 15 * 60_000;
/** Objects of one create, update or delete. */
const mostObjects = 50;

const querySchema = z.strictObject({
  queryString: z.string(),
  conf: z.strictObject({ batchSize: z.number().int().min(1).optional() }).optional(),
});
const moreSchema = z.strictObject({ queryLocator: z.string(), conf: z.unknown().optional() });
const writeSchema = z.strictObject({
  type: z.string(),
  objects: z.array(z.record(z.string(), z.unknown())).min(1).max(mostObjects),
});
const deleteSchema = z.strictObject({ type: z.string(), ids: z.array(z.string()).min(1).max(mostObjects) });

type Kept = { rows: Record<string, unknown>[]; at: number; batchSize: number; size: number };

/** `/v1/action/…`: ZOQL, and writing several objects of one type, each with its own outcome. */
export function actionRoutes(tenant: Tenant): express.Router {
  const router = express.Router();
  const locators = new Map<string, Kept>();
  const answer = (res: Response, rows: Record<string, unknown>[], batchSize: number, size: number) => {
    const done = batchSize >= rows.length;
    const id = tenant.newId();
    if (!done) locators.set(id, { rows: rows.slice(batchSize), at: Date.now(), batchSize, size });
    res.json({ size, records: rows.slice(0, batchSize), ...(!done && { queryLocator: `${id}-${batchSize}` }), done });
  };
  const fault = (res: Response, error: unknown) => {
    if (!(error instanceof ZoqlFault)) throw error;
    res.status(400).json({ FaultCode: error.code, FaultMessage: error.message });
  };
  router.post('/v1/action/query', (req, res) => {
    const { queryString, conf } = parse(querySchema, req.body);
    try {
      const { fields, rows } = runZoql(tenant, queryString, false);
      const records = rows.map(({ values }) =>
        Object.fromEntries(
          fields.map((name, index) => [name, printed(tenant, values[index])]).filter(([, value]) => value !== null),
        ),
      ) as Record<string, unknown>[];
      answer(res, records, Math.min(conf?.batchSize ?? mostRows, mostRows), records.length);
    } catch (error) {
      fault(res, error);
    }
  });
  router.post('/v1/action/queryMore', (req, res) => {
    const { queryLocator } = parse(moreSchema, req.body);
    const id = queryLocator.split('-')[0]!;
    const kept = locators.get(id);
    if (!kept || Date.now() - kept.at > locatorLivesMs)
      return fault(res, new ZoqlFault('INVALID_QUERY_LOCATOR', 'The query locator is invalid or has expired.'));
    answer(res, kept.rows, kept.batchSize, kept.size);
  });
  router.post('/v1/action/create', (req, res) => {
    const { type, objects } = parse(writeSchema, req.body);
    res.json(objects.map((one) => createObject(tenant, type, one)));
  });
  router.post('/v1/action/update', (req, res) => {
    const { type, objects } = parse(writeSchema, req.body);
    res.json(objects.map((one) => updateObject(tenant, type, one)));
  });
  router.post('/v1/action/delete', (req, res) => {
    const { type, ids } = parse(deleteSchema, req.body);
    res.json(ids.map((id) => deleteObject(tenant, type, id)));
  });
  router.post('/v1/action/:name', (req) => notSimulated(tenant.ctx.calls, `POST /v1/action/${req.params.name}`));
  return router;
}
