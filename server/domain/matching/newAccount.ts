import type { BillingAccount } from '../billingAccount/billingAccount.ts';
import { isSameName, normaliseEmail, normaliseName } from './normalise.ts';

/** A Contact that a customer is billed to. */
export type NewContact = { firstName: string | null; lastName: string; email: string | null };

/** What an Account is made of for a customer that Salesforce does not know. */
export type NewAccount = {
  /** Key of the billing account: `Billing_Key__c` of what is made. */
  key: string;
  name: string;
  /** True for a customer without a company: a Person Account is the Contact too. */
  isPerson: boolean;
  /** null when billing names nobody. */
  contact: NewContact | null;
};

/** @returns the person whom billing names; with nothing but an address that stands for the name, which must not be empty */
function contactOf({ person, billToEmail }: BillingAccount): NewContact | null {
  const email = normaliseEmail(billToEmail);
  const lastName = person?.lastName ?? email;
  return lastName === null ? null : { firstName: person?.firstName ?? null, lastName, email };
}

/**
 * @param persons whether people without a company become Person Accounts
 * @returns null when billing has no name for the customer
 */
export function newAccountOf(account: BillingAccount, persons: boolean): NewAccount | null {
  const { key, person } = account;
  const fullName = person == null ? '' : [person.firstName, person.lastName].filter((one) => one !== null).join(' ');
  const company = (account.name ?? '').trim();
  const name = company === '' ? fullName : company;
  if (name === '') return null;
  const isPerson = persons && fullName !== '' && (company === '' || isSameName(company, fullName));
  return { key, name, isPerson, contact: contactOf(account) };
}

/**
 * What two billing accounts of one customer have in common: while an Account is made for one of them, none is made for
 * another that has any of these.
 */
export function identitiesOf({ name, contact }: NewAccount): string[] {
  const named = normaliseName(name);
  return [
    named === '' ? `text:${name.trim().toLowerCase()}` : `name:${named}`,
    ...(contact?.email == null ? [] : [`email:${contact.email}`]),
  ].sort();
}
