import express from 'express';
import { onlyQuery, page, pageParameters } from '../protocol/paging.ts';
import type { Tenant } from '../tenant.ts';

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
      calloutHistories: rows.map(({ objectId: _, createTime, responseContent, ...one }) => ({
        ...one,
        createTime: local(createTime),
        responseContent: includeResponseContent === 'false' ? null : responseContent,
      })),
      ...next,
      success: true,
    });
  });
  return router;
}
