import * as z from 'zod';
import { contactFields, type Contact } from './model.ts';
import { checkPlace } from './places.ts';
import type { Tenant } from '../tenant.ts';

const text = z.string().nullable().optional();

/** A contact as v1 takes it; first and last name are required on creation. */
export const contactSchema = z.strictObject({
  ...Object.fromEntries(contactFields.map((name) => [name, text])),
  firstName: z.string().min(1).max(100),
  lastName: z.string().min(1).max(100),
  otherPhoneType: z.enum(['Work', 'Mobile', 'Home', 'Other']).nullable().optional(),
  // The Orders API renamed zipCode to postalCode in August 2026; both are taken.
  postalCode: text,
});

export const contactChangeSchema = contactSchema.partial();

export function newContact(tenant: Tenant, accountId: string, given: Record<string, unknown>): Contact {
  const at = tenant.now();
  const contact = { id: tenant.newId(), accountId, createdDate: at, updatedDate: at } as Contact;
  for (const name of contactFields) contact[name] = null;
  changeContact(tenant, contact, given);
  tenant.data.contacts.push(contact);
  return contact;
}

export function changeContact(tenant: Tenant, contact: Contact, given: Record<string, unknown>): void {
  const { postalCode, ...fields } = given;
  if (postalCode !== undefined) fields['zipCode'] = postalCode;
  checkPlace({ country: contact.country, state: contact.state, ...fields });
  Object.assign(contact, fields, { updatedDate: tenant.now() });
  tenant.touch();
}

/** A contact as it stands inside an account or an answer of its own. */
export const contactView = (contact: Contact): Record<string, unknown> => ({
  id: contact.id,
  ...Object.fromEntries(contactFields.map((name) => [name, contact[name]])),
  postalCode: contact.zipCode,
});
