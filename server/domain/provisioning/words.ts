import { addressInWords } from '../billingAccount/billTo.ts';
import type { NewBillingAccount } from './account.ts';

/** What is made, a line each, for people who are to read it before or after it is made. */
export function newAccountInWords({ number, name, currency, billTo }: NewBillingAccount, connection: string): string[] {
  const { firstName, lastName, email, address } = billTo;
  const person = [firstName, lastName].filter((part) => part !== null).join(' ');
  const where = addressInWords(address);
  return [
    `Customer ${name} in ${connection}, billed in ${currency}, ${number}`,
    `Invoices to ${person} <${email ?? ''}>${where === null ? '' : `, ${where}`}`,
  ];
}
