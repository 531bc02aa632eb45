import churned from '@salesforce/label/c.Billing_State_Churned';
import goodStanding from '@salesforce/label/c.Billing_State_Good_Standing';
import inDunning from '@salesforce/label/c.Billing_State_In_Dunning';
import noSubscription from '@salesforce/label/c.Billing_State_No_Subscription';
import overLimit from '@salesforce/label/c.Billing_State_Over_Limit';
import overdue from '@salesforce/label/c.Billing_State_Overdue';
import renewalDue from '@salesforce/label/c.Billing_State_Renewal_Due';
import trial from '@salesforce/label/c.Billing_State_Trial';

/** How a state looks: `bad` is red and only for what needs action. */
export type Tone = 'good' | 'info' | 'warn' | 'bad' | 'quiet';
export type Status = { readonly label: string; readonly tone: Tone; readonly className: string };
/** Words for the states that an object has, and how they look, by the stored value. */
export type States = ReadonlyMap<string, readonly [label: string, tone: Tone]>;

/** States of an Account's billing. */
const STATES: States = new Map([
  ['Good Standing', [goodStanding, 'good']],
  ['Trial', [trial, 'info']],
  ['Renewal Due', [renewalDue, 'info']],
  ['Over Limit', [overLimit, 'warn']],
  ['Overdue', [overdue, 'bad']],
  ['In Dunning', [inDunning, 'bad']],
  ['Churned', [churned, 'quiet']],
  ['No Subscription', [noSubscription, 'quiet']],
]);

/**
 * Says a state in plain words; a state that is not known here is shown as it is.
 *
 * @param states of the object; without them those of an Account's billing
 */
export function statusOf(value: string | null, states = STATES): Status | null {
  const [label, tone] = states.get(value ?? '') ?? [value, 'quiet' as const];
  return label ? chip(label, tone) : null;
}

export function chip(label: string, tone: Tone): Status {
  return { label, tone, className: `chip chip_${tone}` };
}

/** Whether a person should do something about the state of an Account's billing. */
export function needsAction(status: string | null): boolean {
  return ['warn', 'bad'].includes(statusOf(status)?.tone ?? '');
}
