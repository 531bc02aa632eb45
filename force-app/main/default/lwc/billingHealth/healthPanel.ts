import type { Asked, Panel } from 'c/panelState';
import { panelOf } from 'c/panelState';
import { AGE_FIELDS } from './ages';

const HEALTH_FIELDS = ['Status__c', 'Summary__c', 'Next_Renewal_Date__c'];
const BALANCE_FIELDS = [
  'MRR__c',
  'ARR__c',
  'Outstanding__c',
  'Overdue__c',
  'Last_Payment_Amount__c',
  'Last_Payment_Date__c',
  ...AGE_FIELDS,
];

/** Health and balances are shown together: either of them is enough, and each may be all that the user may read. */
export function healthPanel(asked: Asked): Panel {
  const health = panelOf(asked, 'Billing_Health__c', HEALTH_FIELDS);
  const balances = panelOf(asked, 'Billing_Balance__c', BALANCE_FIELDS);
  const order = [health, balances];
  return order.find(({ phase }) => phase === 'ready') ?? order.find(({ phase }) => phase === 'empty') ?? health;
}

/** Where figures will stand, while they are not there yet. */
export const PLACES = [1, 2, 3, 4, 5, 6];
