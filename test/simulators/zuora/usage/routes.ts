import express from 'express';
import * as z from 'zod';
import { emit } from '../callouts/emit.ts';
import { dateIn, isDate } from '../dates.ts';
import type { Usage } from '../model.ts';
import { category, notFound, ZuoraError } from '../protocol/errors.ts';
import { onlyQuery, page, pageParameters } from '../protocol/paging.ts';
import { parse } from '../protocol/parse.ts';
import type { Tenant } from '../tenant.ts';

const usageSchema = z.strictObject({
  AccountId: z.string().optional(),
  AccountNumber: z.string().optional(),
  Quantity: z.number().min(0),
  StartDateTime: z.string(),
  EndDateTime: z.string().optional(),
  UOM: z.string().min(1),
  SubscriptionId: z.string().optional(),
  SubscriptionNumber: z.string().optional(),
  ChargeId: z.string().optional(),
  ChargeNumber: z.string().optional(),
  Description: z.string().optional(),
  UniqueKey: z.string().optional(),
});

export type UsageRequest = z.output<typeof usageSchema>;

const refuse = (message: string): never => {
  throw new ZuoraError(category.badValue, message);
};

/** Day in the tenant's zone; a date or a time without offset is in that zone already. */
function dayOf(tenant: Tenant, text: string): string {
  if (isDate(text.slice(0, 10)) && !/(Z|[+-]\d{2}:?\d{2})$/.test(text.slice(10))) return text.slice(0, 10);
  const at = Date.parse(text);
  return Number.isNaN(at) ? refuse(`The StartDateTime ${text} is invalid.`) : dateIn(tenant.timeZone, at);
}

/** Takes in one usage record; without subscription and charge it counts for every subscription with its unit. */
export function recordUsage(tenant: Tenant, body: UsageRequest): Usage {
  const accountKey = body.AccountId ?? body.AccountNumber;
  if (accountKey === undefined) throw new ZuoraError(category.missingField, 'Missing required value: AccountId.');
  const account = tenant.data.accounts.find((one) => one.id === accountKey || one.accountNumber === accountKey);
  if (!account) return refuse(`The account ${accountKey} is invalid.`);
  const own = tenant.latest().filter((one) => one.accountId === account.id || one.invoiceOwnerAccountId === account.id);
  const { SubscriptionId: id, SubscriptionNumber: number } = body;
  const named = id !== undefined || number !== undefined;
  const known = tenant.data.subscriptions.find((one) => one.id === id)?.number ?? number;
  const subscription = own.find((one) => one.number === known);
  if (named && !subscription) return refuse(`The subscription ${id ?? number} is invalid.`);
  const segments = (subscription ? [subscription] : own).flatMap((one) =>
    one.ratePlans.flatMap((plan) => plan.segments.map((segment) => ({ segment, number: one.number }))),
  );
  const charge = segments.find(
    ({ segment }) =>
      segment.number === body.ChargeNumber || [segment.id, segment.originalChargeId].includes(body.ChargeId ?? ''),
  );
  if ((body.ChargeNumber ?? body.ChargeId) !== undefined && charge?.segment.type !== 'Usage')
    return refuse(`The charge ${body.ChargeNumber ?? body.ChargeId} is invalid.`);
  if (!segments.some(({ segment }) => segment.type === 'Usage' && segment.uom === body.UOM))
    return refuse(`No usage charge of the account has the unit ${body.UOM}.`);
  if (body.UniqueKey !== undefined && tenant.data.usages.some((one) => one.uniqueKey === body.UniqueKey))
    return refuse(`The UniqueKey ${body.UniqueKey} exists already.`);
  const at = tenant.now();
  const usage: Usage = {
    id: tenant.newId(),
    accountId: account.id,
    subscriptionNumber: subscription?.number ?? charge?.number ?? null,
    chargeNumber: charge?.segment.number ?? null,
    uom: body.UOM,
    quantity: body.Quantity,
    startDateTime: body.StartDateTime,
    day: dayOf(tenant, body.StartDateTime),
    endDateTime: body.EndDateTime ?? null,
    status: 'Pending',
    description: body.Description ?? null,
    uniqueKey: body.UniqueKey ?? null,
    submissionDateTime: at,
    createdDate: at,
    updatedDate: at,
  };
  tenant.data.usages.push(usage);
  tenant.touch();
  emit(tenant, 'UsageCreated', account, {
    usageId: usage.id,
    ...(usage.subscriptionNumber !== null && { subscriptionNumber: usage.subscriptionNumber }),
  });
  return usage;
}

function usageView(tenant: Tenant, usage: Usage): Record<string, unknown> {
  const account = tenant.account(usage.accountId);
  const start = usage.startDateTime;
  const zoned = /(Z|[+-]\d{2}:?\d{2})$/.test(start.slice(10));
  return {
    id: usage.id,
    accountId: account.id,
    accountNumber: account.accountNumber,
    accountName: account.name,
    subscriptionNumber: usage.subscriptionNumber,
    chargeNumber: usage.chargeNumber,
    unitOfMeasure: usage.uom,
    quantity: usage.quantity,
    submissionDateTime: tenant.dateTime(usage.submissionDateTime),
    startDateTime: zoned
      ? tenant.dateTime(Date.parse(start))
      : start.length === 10
        ? `${start} 00:00:00`
        : start.replace('T', ' '),
    status: usage.status,
    sourceName: 'API',
    fileName: null,
    uniqueKey: usage.uniqueKey,
    organizationLabel: null,
  };
}

export function usageRoutes(tenant: Tenant, origin: () => string): express.Router {
  const router = express.Router();
  router.post('/v1/object/usage', (req, res) => {
    const usage = recordUsage(tenant, parse(usageSchema, req.body));
    res.json({ Success: true, Id: usage.id });
  });
  router.get('/v1/object/usage/:id', (req, res) => {
    const usage = tenant.data.usages.find((one) => one.id === req.params.id);
    if (!usage) throw notFound(req.params.id);
    res.json({
      Id: usage.id,
      AccountId: usage.accountId,
      Quantity: usage.quantity,
      UOM: usage.uom,
      StartDateTime: usage.startDateTime,
      RbeStatus: usage.status,
      SourceType: 'API',
    });
  });
  router.get('/v1/usage/accounts/:key', (req, res) => {
    onlyQuery(req, pageParameters);
    const account = tenant.account(req.params.key);
    const found = tenant.data.usages.filter((one) => one.accountId === account.id).toReversed();
    const { rows, ...next } = page(req, origin(), found);
    res.json({ usage: rows.map((one) => usageView(tenant, one)), ...next, success: true });
  });
  return router;
}
