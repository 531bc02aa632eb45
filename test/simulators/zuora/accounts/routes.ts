import express, { type Request } from 'express';
import { emit } from '../callouts/emit.ts';
import { notFound, resource } from '../protocol/errors.ts';
import { onlyQuery } from '../protocol/paging.ts';
import { parse, refuseFields, splitCustomFields } from '../protocol/parse.ts';
import { versionsOfRequest } from '../protocol/versions.ts';
import type { Tenant } from '../tenant.ts';
import { deleteAccount } from './remove.ts';
import { accountSummary } from './summary.ts';
import { accountView } from './view.ts';
import { accountChangeSchema, changeAccount, createAccount, newAccountSchema, type NewAccount } from './write.ts';

/** Takes out what only says how a first subscription is billed: from 211.0 by other names. */
function parseNewAccount(req: Request, body: Record<string, unknown>): NewAccount {
  const words = versionsOfRequest(req).runBilling ? ['runBilling', 'targetDate'] : ['invoice', 'invoiceTargetDate'];
  const rest = Object.entries(body).filter(([name]) => !['collect', ...words].includes(name));
  return parse(newAccountSchema, Object.fromEntries(rest), resource.account);
}

export function accountRoutes(tenant: Tenant): express.Router {
  const router = express.Router();
  /** Deletions by the id of their job; they live as long as the simulator runs. */
  const jobs = new Map<string, string>();
  router.post('/v1/accounts', (req, res) => {
    const { standard, custom } = splitCustomFields(req.body, tenant.customFields.account, resource.account);
    refuseFields(tenant.ctx.calls, standard, [
      'applicationOrder',
      'applyCredit',
      'applyCreditBalance',
      'creditMemoReasonCode',
      'creditMemoTemplateId',
      'debitMemoTemplateId',
      'documentDate',
      'einvoiceProfile',
      'invoiceCollect',
      'organizationLabel',
      'profileNumber',
      'subscription',
      'tagging',
    ]);
    const account = createAccount(tenant, parseNewAccount(req, standard), custom);
    emit(tenant, 'AccountCreated', account, {});
    res.json({
      success: true,
      accountId: account.id,
      accountNumber: account.accountNumber,
      billToContactId: account.billToId,
      soldToContactId: account.soldToId,
      ...(account.defaultPaymentMethodId !== null && { paymentMethodId: account.defaultPaymentMethodId }),
    });
  });
  router.get('/v1/accounts/:key', (req, res) => {
    onlyQuery(req, []);
    res.json(accountView(tenant, tenant.account(req.params.key)));
  });
  router.put('/v1/accounts/:key', (req, res) => {
    const account = tenant.account(req.params.key);
    const { standard, custom } = splitCustomFields(req.body, tenant.customFields.account, resource.account);
    refuseFields(tenant.ctx.calls, standard, [
      'creditMemoTemplateId',
      'debitMemoTemplateId',
      'einvoiceProfile',
      'profileNumber',
      'tagging',
    ]);
    changeAccount(tenant, account, parse(accountChangeSchema, standard, resource.account), custom);
    res.json({ success: true });
  });
  router.delete('/v1/accounts/:key', (req, res) => {
    const account = tenant.account(req.params.key);
    deleteAccount(tenant, account);
    const jobId = tenant.newId();
    jobs.set(jobId, account.id);
    res.json({ id: account.id, jobId, jobStatus: 'Pending', success: true });
  });
  router.get('/v1/operations/jobs/:id', (req, res) => {
    const objectId = jobs.get(req.params.id);
    if (objectId === undefined) throw notFound(req.params.id);
    const job = { id: req.params.id, objectType: 'Account', objectId, operationType: 'Delete', status: 'Completed' };
    res.json({ ...job, success: true });
  });
  router.get('/v1/accounts/:key/summary', (req, res) => {
    onlyQuery(req, ['excludeUsage']);
    res.json(accountSummary(tenant, tenant.account(req.params.key), req.query['excludeUsage'] === 'true'));
  });
  return router;
}
