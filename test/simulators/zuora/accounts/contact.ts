import * as z from 'zod';
import { contactFields, type Contact } from '../model.ts';
import type { Tenant } from '../tenant.ts';

const text = z.string().nullable().optional();

/** A contact as v1 takes it; first name, last name and country are required on creation. */
export const contactSchema = z.strictObject({
  ...Object.fromEntries(contactFields.map((name) => [name, text])),
  firstName: z.string().min(1),
  lastName: z.string().min(1),
  // The Orders API renamed zipCode to postalCode in August 2026; both are taken.
  postalCode: text,
});

export const contactChangeSchema = contactSchema.partial();

export function newContact(tenant: Tenant, given: Record<string, unknown>): Contact {
  const contact = { id: tenant.newId() } as Contact;
  for (const name of contactFields) contact[name] = null;
  return changeContact(contact, given);
}

export function changeContact(contact: Contact, given: Record<string, unknown>): Contact {
  const { postalCode, ...fields } = given;
  if (postalCode !== undefined) fields['zipCode'] = postalCode;
  return Object.assign(contact, fields);
}
