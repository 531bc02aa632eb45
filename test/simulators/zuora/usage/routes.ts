import express from 'express';
import * as z from 'zod';
import { parseCrud } from '../protocol/crud.ts';
import { category, resource, ZuoraError } from '../protocol/errors.ts';
import { remove } from '../queries/deleted.ts';
import { fileOf } from '../protocol/multipart.ts';
import { onlyQuery, page, pageParameters } from '../protocol/paging.ts';
import { instantOf } from '../queries/compare.ts';
import type { Tenant } from '../tenant.ts';
import { takeFile } from './file.ts';
import type { Usage, UsageImport } from './model.ts';
import { dayOf, recordUsage } from './record.ts';

export const usageSchema = z.strictObject({
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

export const usageChangeSchema = z.strictObject({
  EndDateTime: z.string().optional(),
  Quantity: z.number().min(0).optional(),
  RbeStatus: z.enum(['Importing', 'Pending', 'Processed']).optional(),
  StartDateTime: z.string().optional(),
  UOM: z.string().min(1).optional(),
});

/** @throws ZuoraError rule once the usage was billed */
const checkPending = (usage: Usage): void => {
  if (usage.status === 'Processed')
    throw new ZuoraError(category.rule, 'Usage that was processed cannot be changed or deleted.', resource.usage);
};

export function changeUsage(tenant: Tenant, usage: Usage, body: z.output<typeof usageChangeSchema>): void {
  checkPending(usage);
  if (body.StartDateTime !== undefined)
    Object.assign(usage, { startDateTime: body.StartDateTime, day: dayOf(tenant, body.StartDateTime) });
  usage.quantity = body.Quantity ?? usage.quantity;
  usage.uom = body.UOM ?? usage.uom;
  usage.endDateTime = body.EndDateTime ?? usage.endDateTime;
  usage.updatedDate = tenant.now();
  tenant.touch();
}

export function deleteUsage(tenant: Tenant, usage: Usage): void {
  checkPending(usage);
  remove(tenant, 'usages', [usage]);
}

function usageView(tenant: Tenant, usage: Usage): Record<string, unknown> {
  const account = tenant.account(usage.accountId);
  const file = usage.importId === null ? undefined : tenant.one('usageImports', usage.importId);
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
    startDateTime: tenant.dateTime(instantOf(tenant, usage.startDateTime)),
    status: usage.status,
    sourceName: file ? 'Import' : 'API',
    fileName: file?.fileName ?? null,
    uniqueKey: usage.uniqueKey,
    organizationLabel: null,
  };
}

/** Usage: one record by CRUD, files by `POST /v1/usage`, and what an account has. */
export function usageRoutes(tenant: Tenant, origin: () => string): express.Router {
  const router = express.Router();
  const find = (id: string) => tenant.one('usages', id);
  router.post('/v1/object/usage', (req, res) => {
    const usage = recordUsage(tenant, parseCrud(usageSchema, req, resource.usage));
    res.json({ Success: true, Id: usage.id });
  });
  router.get('/v1/object/usage/:id', (req, res) => {
    const usage = find(req.params.id);
    const subscription = usage.subscriptionNumber === null ? undefined : tenant.subscription(usage.subscriptionNumber);
    res.json({
      Id: usage.id,
      AccountId: usage.accountId,
      AccountNumber: tenant.account(usage.accountId).accountNumber,
      Quantity: usage.quantity,
      UOM: usage.uom,
      StartDateTime: tenant.offsetDateTime(instantOf(tenant, usage.startDateTime)),
      ...(usage.endDateTime !== null && { EndDateTime: usage.endDateTime }),
      ...(usage.description !== null && { Description: usage.description }),
      ...(subscription && { SubscriptionId: subscription.id, SubscriptionNumber: subscription.number }),
      RbeStatus: usage.status,
      SourceType: usage.importId === null ? 'API' : 'Import',
      CreatedById: tenant.userId,
      CreatedDate: tenant.offsetDateTime(usage.createdDate),
      UpdatedById: tenant.userId,
      UpdatedDate: tenant.offsetDateTime(usage.updatedDate),
    });
  });
  router.put('/v1/object/usage/:id', (req, res) => {
    const usage = find(req.params.id);
    changeUsage(tenant, usage, parseCrud(usageChangeSchema, req, resource.usage));
    res.json({ Success: true, Id: usage.id });
  });
  router.delete('/v1/object/usage/:id', (req, res) => {
    deleteUsage(tenant, find(req.params.id));
    res.json({ success: true, id: req.params.id });
  });
  router.post('/v1/usage', async (req, res) => {
    const { name, text } = await fileOf(req, 'file');
    const file = takeFile(tenant, name, text);
    res.json({ success: true, size: Buffer.byteLength(text), checkImportStatus: `/v1/usage/${file.id}/status` });
  });
  router.get('/v1/usage/:id/status', (req, res) => {
    const { status, statusReason: message } = tenant.one('usageImports', req.params.id);
    res.json({ importStatus: status, ...(message !== null && { message }), success: true });
  });
  router.get('/v1/object/import/:id', (req, res) => res.json(importView(tenant.one('usageImports', req.params.id))));
  router.get('/v1/usage/accounts/:key', (req, res) => {
    onlyQuery(req, pageParameters);
    const account = tenant.account(req.params.key);
    const found = tenant.by('usages', 'accountId', account.id).toReversed();
    const { rows, ...next } = page(req, origin(), found);
    res.json({ usage: rows.map((one) => usageView(tenant, one)), ...next, success: true });
  });
  return router;

  function importView(file: UsageImport): Record<string, unknown> {
    return {
      Id: file.id,
      ImportType: 'Usage',
      Name: file.fileName,
      Status: file.status,
      ...(file.statusReason !== null && { StatusReason: file.statusReason }),
      ImportedCount: file.importedCount,
      TotalCount: file.totalCount,
      CreatedById: tenant.userId,
      CreatedDate: tenant.offsetDateTime(file.createdDate),
      UpdatedById: tenant.userId,
      UpdatedDate: tenant.offsetDateTime(file.updatedDate),
    };
  }
}
