import open from '@salesforce/label/c.Billing_Action_Open';
import pdf from '@salesforce/label/c.Billing_Action_Pdf';
import paymentLink from '@salesforce/label/c.Billing_Action_Payment_Link';
import refresh from '@salesforce/label/c.Billing_Action_Refresh';
import preview from '@salesforce/label/c.Billing_Action_Preview';
import resend from '@salesforce/label/c.Billing_Action_Resend';

export type ActionName = 'refresh' | 'preview' | 'paymentLink' | 'pdf' | 'resend' | 'open';
export type Action = {
  readonly name: ActionName;
  readonly label: string;
  readonly flow: string;
  /** The one that is asked most. */
  readonly variant?: 'brand';
  /** The one object of which it is asked; of all when absent. */
  readonly only?: string;
  /** Objects of which it is asked, by those alone who have the custom permission Billing_Payment_Actions; anybody asks the others. */
  readonly guardedOn?: readonly string[];
  /** Whether billing is another one afterwards, so that whoever shows it asks again. */
  readonly changes?: true;
};

/** Objects whose flows find an invoice by the record, or offer the customer's. */
const WITH_INVOICES = ['Account', 'Billing_Invoice__c', 'Case', 'Opportunity'];

const ACTIONS: readonly Action[] = [
  {
    name: 'refresh',
    label: refresh,
    flow: 'Billing_Refresh',
    variant: 'brand',
    changes: true,
  },
  { name: 'preview', label: preview, flow: 'Billing_Preview_Order', only: 'Opportunity', changes: true },
  { name: 'paymentLink', label: paymentLink, flow: 'Billing_Payment_Link', guardedOn: WITH_INVOICES },
  // The list of invoices on an Account has a button in each row.
  { name: 'pdf', label: pdf, flow: 'Billing_Invoice_Pdf', guardedOn: ['Billing_Invoice__c', 'Case'] },
  { name: 'resend', label: resend, flow: 'Billing_Resend_Invoice', guardedOn: WITH_INVOICES, changes: true },
  { name: 'open', label: open, flow: 'Billing_Open_In_Billing' },
];

/** What stands in a panel whose frame has the actions that anybody asks. */
const FRAMED = ['Billing_Invoice__c', 'Case'];

/** What can be asked about a record of this object by somebody who has the custom permission, or has not. */
export function actionsOf(objectApiName: string, permitted: boolean): readonly Action[] {
  return ACTIONS.filter(({ only = objectApiName, guardedOn }) =>
    guardedOn
      ? permitted && guardedOn.includes(objectApiName)
      : only === objectApiName && !FRAMED.includes(objectApiName),
  );
}
