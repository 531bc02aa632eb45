import { faultInWords, faultsOf } from '../billTo/faults.ts';
import { isSameName, normaliseEmail, normaliseName } from '../matching/normalise.ts';
import type { AccountToBill, NewBillingAccount, OtherBillingAccount } from './account.ts';
import { provisioningFault, type ProvisioningFault } from './faults.ts';
import type { ProvisioningRules } from './rules.ts';

/** Longest name of an account in Zuora and of a customer in Stripe, in characters. */
const LONGEST_NAME = 255;

/** @returns the number of the billing account that is made for an Account; no other Account has it */
export const numberFor = (accountId: string): string => `SF-${accountId}`;

/**
 * What two Accounts of one customer have in common. While a billing account is made for one of them, none is made for another
 * that has any of these.
 */
export function identitiesOf({ name, billTo: { email }, isSeparate }: AccountToBill): string[] {
  if (isSeparate) return [];
  const [named, address] = [normaliseName(name), normaliseEmail(email)];
  return [
    named === '' ? `text:${name.trim().toLowerCase()}` : `name:${named}`,
    ...(address === null ? [] : [`email:${address}`]),
  ].sort();
}

function contactFault({ contactId, contactsWithEmail }: AccountToBill): ProvisioningFault | null {
  if (contactId !== null) return null;
  return contactsWithEmail === 0
    ? provisioningFault(
        'contact_missing',
        'The account has no contact with an email address. Add one, or choose the Billing Contact.',
      )
    : provisioningFault(
        'contact_unclear',
        'Several contacts of the account have an email address. Choose the Billing Contact.',
      );
}

function billToFaults({ billTo, contactId }: AccountToBill, { system }: ProvisioningRules): ProvisioningFault[] {
  // Where nobody is chosen, what that person lacks says nothing.
  const ofPerson = new Set(['name_missing', 'first_name_missing', 'email_missing', 'email_invalid']);
  return faultsOf(billTo, system)
    .filter((code) => contactId !== null || !ofPerson.has(code))
    .map((code) => provisioningFault(code, faultInWords(code, billTo)));
}

/** @returns why it may be the same customer, in words; null where nothing says so */
function likeness(account: AccountToBill, { name, email }: OtherBillingAccount): string | null {
  const address = normaliseEmail(account.billTo.email);
  const reasons = [
    address !== null && normaliseEmail(email) === address ? 'the same email address' : [],
    isSameName(account.name, name) ? 'the same name' : [],
  ].flat();
  return reasons.length === 0 ? null : reasons.join(' and ');
}

const SEPARATE = 'or set Billing Account Separate if it is another customer';

function likeFault(account: AccountToBill, other: OtherBillingAccount): ProvisioningFault | null {
  const why = likeness(account, other);
  if (why === null) return null;
  const { number, connection, name, accountId } = other;
  const named = `${number}${name === null ? '' : ` (${name})`} in ${connection}`;
  return accountId === null
    ? provisioningFault(
        'customer_unlinked',
        `Billing has a customer with ${why} that belongs to no account yet: ${named}. Link it under Billing Links, ${SEPARATE}.`,
      )
    : provisioningFault(
        'customer_elsewhere',
        `Billing has a customer with ${why} that belongs to another account (${accountId}): ${named}. Sell on that account, ${SEPARATE}.`,
      );
}

/** Two Accounts of one customer, of which the other was first. @param accountId of the other one */
export const otherIsFirst = (accountId: string): ProvisioningFault =>
  provisioningFault(
    'customer_elsewhere',
    `A billing account is made for another account of this customer (${accountId}). Sell on that one, ${SEPARATE}.`,
  );

/**
 * @param others billing accounts of both systems that may be the same customer and are none of the Account's own
 * @returns what is to be made of an Account, or everything that keeps it from that
 */
export function planBillingAccount(
  account: AccountToBill,
  others: readonly OtherBillingAccount[],
  rules: ProvisioningRules,
): NewBillingAccount | { faults: readonly ProvisioningFault[] } {
  const tooLong =
    account.name.length > LONGEST_NAME
      ? provisioningFault(
          'name_too_long',
          `The name of the account is longer than ${LONGEST_NAME} characters. Shorten it.`,
        )
      : null;
  const like = account.isSeparate ? [] : others.map((other) => likeFault(account, other));
  const faults = [tooLong, contactFault(account), ...billToFaults(account, rules), ...like].filter(
    (one) => one !== null,
  );
  if (faults.length > 0 || account.contactId === null) return { faults };
  return {
    number: numberFor(account.id),
    accountId: account.id,
    contactId: account.contactId,
    // As invoices name it.
    name: account.billTo.company ?? account.name,
    currency: account.currency,
    billTo: account.billTo,
  };
}
