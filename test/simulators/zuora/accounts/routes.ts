import express from 'express';
import { emit } from '../callouts/emit.ts';
import { resource } from '../protocol/errors.ts';
import { onlyQuery } from '../protocol/paging.ts';
import { parse, splitCustomFields } from '../protocol/parse.ts';
import type { Tenant } from '../tenant.ts';
import { addPaymentMethod, parseNewPaymentMethod, paymentMethodsView } from './paymentMethods.ts';
import { accountView } from './view.ts';
import { accountChangeSchema, changeAccount, createAccount, newAccountSchema } from './write.ts';

export function accountRoutes(tenant: Tenant): express.Router {
  const router = express.Router();
  router.post('/v1/accounts', (req, res) => {
    const { standard, custom } = splitCustomFields(req.body, tenant.customFields.account, resource.account);
    const account = createAccount(tenant, parse(newAccountSchema, standard, resource.account), custom);
    emit(tenant, 'AccountCreated', account, {});
    res.json({
      success: true,
      accountId: account.id,
      accountNumber: account.accountNumber,
      billToContactId: account.billTo.id,
      soldToContactId: account.soldTo.id,
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
    changeAccount(tenant, account, parse(accountChangeSchema, standard, resource.account), custom);
    res.json({ success: true });
  });
  router.post('/v1/payment-methods', (req, res) => {
    const { accountKey, method } = parseNewPaymentMethod(req.body);
    const added = addPaymentMethod(tenant, tenant.account(accountKey), method, method.makeDefault ?? false);
    res.json({ id: added.id, success: true });
  });
  router.get('/v1/accounts/:key/payment-methods', (req, res) => {
    onlyQuery(req, []);
    res.json(paymentMethodsView(tenant, tenant.account(req.params.key)));
  });
  return router;
}
