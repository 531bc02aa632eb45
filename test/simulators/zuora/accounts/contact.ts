import * as z from 'zod';
import { contactFields, type Contact } from './model.ts';
import { checkPlace } from './places.ts';
import type { Tenant } from '../tenant.ts';

const text = (most: number) => z.string().max(most).nullable().optional();

/** Longest texts (Zuora API, "Create an account", `billToContact`). */
const LONGEST: Readonly<Record<string, number>> = {
  ...{
    city: 40,
    state: 40,
    zipCode: 20,
    country: 64,
    county: 32,
    taxRegion: 32,
    nickname: 100,
    contactDescription: 100,
  },
  ...{ workEmail: 80, personalEmail: 80, workPhone: 40, homePhone: 40, mobilePhone: 40, otherPhone: 40, fax: 40 },
};

/** A contact as v1 takes it; first and last name are required on creation. */
export const contactSchema = z.strictObject({
  ...Object.fromEntries(contactFields.map((name) => [name, text(LONGEST[name] ?? 255)])),
  firstName: z.string().min(1).max(100),
  lastName: z.string().min(1).max(100),
  otherPhoneType: z.enum(['Work', 'Mobile', 'Home', 'Other']).nullable().optional(),
  // The Orders API renamed zipCode to postalCode in August 2026; both are taken.
  postalCode: text(20),
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

/** @throws ZuoraError where the contact would be nowhere after the change */
export const checkChange = (contact: Contact, given: Record<string, unknown>): void =>
  checkPlace({ country: contact.country, state: contact.state, ...given });

export function changeContact(tenant: Tenant, contact: Contact, given: Record<string, unknown>): void {
  const { postalCode, ...fields } = given;
  if (postalCode !== undefined) fields['zipCode'] = postalCode;
  checkChange(contact, fields);
  Object.assign(contact, fields, { updatedDate: tenant.now() });
  tenant.touch();
}

/** A contact as it stands inside an account or an answer of its own. */
export const contactView = (contact: Contact): Record<string, unknown> => ({
  id: contact.id,
  ...Object.fromEntries(contactFields.map((name) => [name, contact[name]])),
  postalCode: contact.zipCode,
});
