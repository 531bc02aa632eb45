import type { BillTo } from './billTo.ts';
import { normaliseAddress, normaliseBillTo, type RawAddress } from './normalise.ts';

/** What Salesforce has of a Contact (`Mailing…` address). */
export type ContactInSalesforce = {
  firstName: string | null;
  lastName: string | null;
  email: string | null;
  phone: string | null;
  address: RawAddress;
};

/** What Salesforce has of an Account (`Billing…` address). */
export type AccountInSalesforce = {
  name: string | null;
  address: RawAddress;
  /** Further fields, by the name that billing has for them; those that cannot be read are absent. */
  more: Readonly<Record<string, string | null>>;
};

/** Of an Account with several billing accounts neither its name nor its address nor what else it has is that of one of them. */
export const nothingOf = ({ more }: AccountInSalesforce): AccountInSalesforce => ({
  name: null,
  address: {},
  more: Object.fromEntries(Object.keys(more).map((name) => [name, null])),
});

/**
 * Whom invoices of an Account name. The address is the Contact's where it has any, else the Account's, and never made of
 * both: a street of the one in the city of the other is nobody's.
 * @param contact null where the Account has none: then nobody is named but the company
 */
export function billToInSalesforce(account: AccountInSalesforce, contact: ContactInSalesforce | null): BillTo {
  const own = normaliseAddress(contact?.address ?? {});
  const hasOwn = Object.values(own).some((part) => part !== null);
  return normaliseBillTo({
    firstName: contact?.firstName,
    lastName: contact?.lastName,
    company: account.name,
    more: account.more,
    email: contact?.email,
    phone: contact?.phone,
    address: hasOwn ? own : account.address,
  });
}
