import BillingDunning from 'c/billingDunning';
import type { Node } from '../../../../../../test/lwc/answers';
import { clearPage, findAll, mount, node, rendered, textAt, without, words } from '../../../../../../test/lwc/answers';

const FIELDS = {
  Status__c: 'Open',
  Stage__c: 'Retrying',
  Invoice_Number__c: 'INV-00004711',
  Balance__c: 4200,
  Currency_Code__c: 'EUR',
  Attempts__c: 2,
  First_Failure__c: '2026-11-12T17:00:00.000Z',
  Last_Failure__c: '2026-11-17T17:00:00.000Z',
  Next_Step_At__c: '2026-11-24T17:00:00.000Z',
  Next_Step__c: 'Payment is tried again by itself.',
  Decline_Reason__c: 'There is not enough money on the account.',
  Source__c: 'Zuora',
  Source_Url__c: 'https://billing.example.com/invoices/4711',
};

function show(...rows: Node[]): HTMLElement {
  return mount<HTMLElement>('c-billing-dunning', BillingDunning, { panel: { rows } });
}
const steps = (element: Element) => findAll(element, 'li').map(words);

describe('c-billing-dunning', () => {
  afterEach(clearPage);

  it('shows what failed, what comes next, what it means and what to do', () => {
    const element = show(node(FIELDS));
    expect(textAt(element, 'h3')).toBe('Dunning of invoice INV-00004711 € 4,200.00 to pay Zuora');
    expect(steps(element)).toEqual([
      'First failed 12 Nov 2026',
      'Failed 2 times 17 Nov 2026',
      'Next attempt 24 Nov 2026, 09:00',
      'Paid',
    ]);
    expect(findAll(element, '[aria-current=step]').map(words)).toEqual(['Next attempt 24 Nov 2026, 09:00']);
    expect(textAt(element, '[data-id=reason]')).toBe('There is not enough money on the account.');
    expect(textAt(element, '[data-id=next]')).toBe('What to do: Payment is tried again by itself.');
  });

  it.each([
    [{ Stage__c: 'Customer Action', Next_Step_At__c: null }, 'Customer has to act'],
    [{ Stage__c: 'Attempts Ended', Next_Step_At__c: null }, 'Agree on payment'],
    [{ Stage__c: 'Escalated', Next_Step_At__c: null }, 'Escalated'],
  ])('says where a case stands: %j', (fields, text) => {
    expect(findAll(show(node({ ...FIELDS, ...fields })), '[aria-current=step]').map(words)).toEqual([text]);
  });

  it('tells a single failure once', () => {
    const once = { ...FIELDS, Attempts__c: 1, Last_Failure__c: FIELDS.First_Failure__c };
    expect(steps(show(node(once)))).toEqual(['First failed 12 Nov 2026', 'Next attempt 24 Nov 2026, 09:00', 'Paid']);
  });

  it('shows the oldest three cases, and all when asked', async () => {
    const at = (day: number) =>
      node({ ...FIELDS, Invoice_Number__c: `IN-${day}`, First_Failure__c: `2026-11-0${day}` });
    const element = show(...[4, 2, 1, 3].map(at));
    expect(findAll(element, 'h3 a').map(words)).toEqual(['IN-1', 'IN-2', 'IN-3']);
    (findAll(element, 'button')[0] as HTMLButtonElement).click();
    await rendered();
    expect(findAll(element, 'h3 a')).toHaveLength(4);
  });

  it.each(Object.keys(FIELDS))('shows the rest without %s', (field) => {
    const element = show(without(node(FIELDS), field));
    expect(textAt(element, '[data-id=dunning]')).not.toMatch(/undefined|null|NaN|Invalid/);
    expect(steps(element).length).toBeGreaterThan(1);
  });
});
