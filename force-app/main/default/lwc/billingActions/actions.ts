import open from '@salesforce/label/c.Billing_Action_Open';
import paymentLink from '@salesforce/label/c.Billing_Action_Payment_Link';
import refresh from '@salesforce/label/c.Billing_Action_Refresh';
import resend from '@salesforce/label/c.Billing_Action_Resend';

export type ActionName = 'refresh' | 'paymentLink' | 'resend' | 'open';
export type Action = {
  readonly name: ActionName;
  readonly label: string;
  readonly flow: string;
  /** For those who have the custom permission Billing_Payment_Actions alone. */
  readonly guarded: boolean;
  /** Whether billing is another one afterwards, so that whoever shows it asks again. */
  readonly changes: boolean;
};

const ACTIONS: readonly Action[] = [
  { name: 'refresh', label: refresh, flow: 'Billing_Refresh', guarded: false, changes: true },
  { name: 'paymentLink', label: paymentLink, flow: 'Billing_Payment_Link', guarded: true, changes: false },
  { name: 'resend', label: resend, flow: 'Billing_Resend_Invoice', guarded: true, changes: true },
  { name: 'open', label: open, flow: 'Billing_Open_In_Billing', guarded: false, changes: false },
];

/** Objects whose flows find an invoice by the record, or offer the customer's. */
const WITH_INVOICES = ['Account', 'Billing_Invoice__c', 'Case', 'Opportunity'];

/** What can be asked about a record of this object by somebody who has the custom permission, or has not. */
export function actionsOf(objectApiName: string | undefined, permitted: boolean): readonly Action[] {
  return ACTIONS.filter(
    ({ guarded }) => !guarded || (permitted && objectApiName !== undefined && WITH_INVOICES.includes(objectApiName)),
  );
}
