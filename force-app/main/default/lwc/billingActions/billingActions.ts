import failedLabel from '@salesforce/label/c.Billing_Action_Failed';
import groupLabel from '@salesforce/label/c.Billing_Action_Group';
import mayPay from '@salesforce/customPermission/Billing_Payment_Actions';
import type { Outcome } from 'c/billingActionModal';
import { api, LightningElement } from 'lwc';
import type { Action, ActionName } from './actions';
import { actionsOf } from './actions';

/** Detail of the event `changed`. */
export type Changed = { action: ActionName };

/**
 * Buttons of what can be asked of billing about a record: refresh, preview of an order, payment link, PDF, send an invoice
 * again, open in billing.
 * Each runs its flow in a dialog; what came of it stands below the buttons and is read aloud.
 *
 * `<c-billing-actions record-id={recordId} object-api-name="Account" onchanged={askAgain}></c-billing-actions>`
 *
 * - `recordId`: of an Account, Billing_Invoice__c, Billing_Subscription__c, Case or Opportunity.
 * - `objectApiName`: of that record; it decides which buttons there are. Without it there are those that anybody asks. Those that need the custom permission
 *   Billing_Payment_Actions are absent for who lacks it.
 * - event `changed` (does not bubble), detail `{ action: 'refresh' | 'preview' | 'resend' }`: billing may be another one
 *   now, so the host asks Salesforce again. It comes after a dialog that was closed early too, since a refresh goes on without it.
 */
export default class BillingActions extends LightningElement {
  @api recordId: string | undefined;
  @api objectApiName: string | undefined;

  readonly groupLabel = groupLabel;
  outcome: Outcome = [];
  isOpen = false;

  get actions(): readonly Action[] {
    return actionsOf(this.objectApiName ?? '', mayPay === true);
  }

  async handleClick(event: Event): Promise<void> {
    const name = (event.currentTarget as HTMLElement).dataset.action;
    const action = this.actions.find((one) => one.name === name);
    // A second click while the dialog opens asks nothing twice.
    if (!action || this.isOpen) return;
    this.isOpen = true;
    this.outcome = [];
    try {
      const { label, flow } = action;
      const { default: Modal } = await import('c/billingActionModal');
      const given = await Modal.open({ label, size: 'small', flow, recordId: this.recordId });
      this.outcome = (given as Outcome | undefined) ?? [];
    } catch {
      this.outcome = [failedLabel];
    } finally {
      this.isOpen = false;
    }
    if (action.changes) {
      this.dispatchEvent(new CustomEvent<Changed>('changed', { detail: { action: action.name } }));
    }
  }
}
