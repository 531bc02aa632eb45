import express from 'express';
import * as z from 'zod';
import { category, resource, ZuoraError } from '../protocol/errors.ts';
import { onlyQuery } from '../protocol/paging.ts';
import { parse } from '../protocol/parse.ts';
import type { Tenant } from '../tenant.ts';
import { changeContact, contactChangeSchema, contactSchema, contactView, newContact } from './contact.ts';
import { contactFields, type Contact } from './model.ts';

const newContactSchema = contactSchema.extend({
  accountId: z.string().optional(),
  accountNumber: z.string().optional(),
});

/** @throws ZuoraError for a contact that an account bills, sells or ships to */
export function deleteContact(tenant: Tenant, contact: Contact): void {
  const account = tenant.account(contact.accountId);
  if ([account.billToId, account.soldToId, account.shipToId].includes(contact.id))
    throw new ZuoraError(
      category.rule,
      'The contact cannot be deleted because it is the bill-to, sold-to or ship-to contact of an account.',
      resource.contact,
    );
  tenant.data.contacts.splice(tenant.data.contacts.indexOf(contact), 1);
  tenant.touch();
}

/** `/v1/contacts`: contacts beside those that come with an account. */
export function contactRoutes(tenant: Tenant): express.Router {
  const router = express.Router();
  const answer = (contact: Contact) => {
    const account = tenant.account(contact.accountId);
    return { ...contactView(contact), accountId: account.id, accountNumber: account.accountNumber, success: true };
  };
  router.post('/v1/contacts', (req, res) => {
    const { accountId, accountNumber, ...fields } = parse(newContactSchema, req.body, resource.contact);
    const key = accountId ?? accountNumber;
    if (key === undefined)
      throw new ZuoraError(category.missingField, 'Missing required value: accountId.', resource.contact);
    const account = tenant.account(key);
    res.json(answer(newContact(tenant, account.id, fields)));
  });
  router.get('/v1/contacts/:id', (req, res) => {
    onlyQuery(req, []);
    res.json(answer(tenant.contact(req.params.id)));
  });
  router.put('/v1/contacts/:id/scrub', (req, res) => {
    const contact = tenant.contact(req.params.id);
    const scrubbed = contactFields.map((name) => [name, ['firstName', 'lastName'].includes(name) ? 'scrubbed' : null]);
    changeContact(tenant, contact, Object.fromEntries(scrubbed) as Record<string, unknown>);
    res.json({ success: true });
  });
  router.put('/v1/contacts/:id', (req, res) => {
    const contact = tenant.contact(req.params.id);
    changeContact(tenant, contact, parse(contactChangeSchema, req.body, resource.contact));
    res.json(answer(contact));
  });
  router.delete('/v1/contacts/:id', (req, res) => {
    deleteContact(tenant, tenant.contact(req.params.id));
    res.json({ success: true });
  });
  return router;
}
