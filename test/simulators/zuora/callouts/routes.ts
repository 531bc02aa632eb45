import express from 'express';
import * as z from 'zod';
import { onlyQuery, page, pageParameters } from '../protocol/paging.ts';
import { parse } from '../protocol/parse.ts';
import type { Tenant } from '../tenant.ts';
import { resend } from './definitions.ts';

/** `GET /v1/notification-history/callout`; only failed attempts of the last day unless asked otherwise. */
export function calloutRoutes(tenant: Tenant, origin: () => string): express.Router {
  const router = express.Router();
  router.get('/v1/notification-history/callout', (req, res) => {
    onlyQuery(req, [
      ...pageParameters,
      'objectId',
      'failedOnly',
      'eventCategory',
      'startTime',
      'endTime',
      'includeResponseContent',
    ]);
    const { objectId, failedOnly, eventCategory, startTime, endTime, includeResponseContent } = req.query;
    const local = (at: number) => tenant.dateTime(at).replace(' ', 'T');
    const end = typeof endTime === 'string' ? endTime : local(tenant.now() + 1000);
    const start = typeof startTime === 'string' ? startTime : local(tenant.now() - 86_400_000);
    const found = tenant.data.callouts
      .filter(
        (one) =>
          (failedOnly === 'false' || one.responseCode !== 200) &&
          (objectId === undefined || one.objectId === objectId) &&
          (eventCategory === undefined || one.eventCategory === eventCategory) &&
          local(one.createTime) >= start &&
          local(one.createTime) <= end,
      )
      .toReversed();
    const { rows, ...next } = page(req, origin(), found);
    res.json({
      calloutHistories: rows.map((one) => ({
        attemptedNum: one.attemptedNum,
        createTime: local(one.createTime),
        eventCategory: one.eventCategory,
        eventContext: one.eventContext,
        notification: one.notification,
        requestMethod: one.requestMethod,
        requestUrl: one.requestUrl,
        responseCode: one.responseCode,
        responseContent: includeResponseContent === 'false' ? null : one.responseContent,
      })),
      ...next,
      success: true,
    });
  });
  router.post('/notifications/callout-histories/resend', (req, res) => {
    const ids = parse(z.array(z.string()).min(1).max(1000), req.body);
    const failed = ids.filter((id) => !resend(tenant, id));
    const missing = { code: 'ObjectNotFound', message: 'Callout history does not exist.' };
    const answer = Object.fromEntries(failed.map((id) => [id, missing]));
    if (failed.length === ids.length) return void res.status(400).json(answer);
    if (failed.length === 0) return void res.status(202).end();
    res.status(202).json(answer);
  });
  return router;
}
