import mayPay from '@salesforce/customPermission/Billing_Payment_Actions';
import BillingActionModal from 'c/billingActionModal';
import type { Row } from 'c/billingRows';
import { textOf } from 'c/billingRows';
import { fill } from 'c/textUtils';
import * as labels from './labels';

let isOpen = false;

/**
 * Stripe alone has documents that open without a login, of what is no draft.
 * @param permitted whether the user has the custom permission of payment links, whose page the PDF leads to
 * @returns what the button that asks for the PDF is called; empty where there is none
 */
export function pdfLabelOf(row: Row, number: string, permitted = mayPay === true): string {
  const hasPdf = textOf(row, 'Source__c') === 'Stripe' && textOf(row, 'Status__c') !== 'Draft';
  return permitted && hasPdf ? fill(labels.pdfOf, number) : '';
}

/** Asks for the PDF of the invoice whose button was pressed. The dialog alone shows the link, and a second click opens no other one. */
export async function showPdf(event: Event): Promise<void> {
  if (isOpen) return;
  isOpen = true;
  const button = event.currentTarget as HTMLElement;
  const about = { label: button.getAttribute('aria-label')!, recordId: button.dataset.key };
  await BillingActionModal.open({ ...about, size: 'small', flow: 'Billing_Invoice_Pdf' }).finally(() => {
    isOpen = false;
  });
}
