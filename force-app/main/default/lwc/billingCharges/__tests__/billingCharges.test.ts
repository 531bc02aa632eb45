import BillingCharges from 'c/billingCharges';
import { graphql } from 'lightning/graphql';
import type { GraphqlStub, Node } from '../../../../../../test/lwc/answers';
import {
  answer,
  clearPage,
  findAll,
  mount,
  node,
  rendered,
  textAt,
  without,
  words,
} from '../../../../../../test/lwc/answers';

const wire = graphql as unknown as GraphqlStub;
const SEATS = {
  Name: 'Platform: Seats',
  Kind__c: 'Recurring',
  Model__c: 'Per Unit',
  Quantity__c: 60,
  Unit__c: 'seats',
  Price__c: 150,
  Price_Period__c: 'a month',
  Discounts__c: '1,000.00 off',
  Included_Units__c: null,
  Tiers__c: null,
  MRR__c: 8000,
  MRR_Reason__c: '60 × USD 150.00 a month = USD 9,000.00\nless USD 1,000.00',
  Currency_Code__c: 'USD',
  Status__c: 'Current',
  Start_Date__c: '2026-02-01',
  End_Date__c: null,
};

async function show(charges: Node[] | null): Promise<HTMLElement> {
  const subscription = node({
    MRR_Reason__c: 'Seats 60 × 150.00 = 9,000.00, less a discount of 1,000.00.',
    Last_Change__c: 'Upgrade to 60 seats',
    Last_Change_On__c: '2026-11-02',
  });
  const element = mount<HTMLElement>('c-billing-charges', BillingCharges, { subscription });
  const below = charges && { Billing_Charges__r: { edges: charges.map((one) => ({ node: one })) } };
  wire.emit(answer({ Billing_Subscription__c: [{ ...node({}), ...below } as Node] }));
  await rendered();
  return element;
}
const rows = (element: Element) => findAll(element, '[data-id=charge]').map(words);

describe('c-billing-charges', () => {
  afterEach(clearPage);

  it('tells price, terms, share of MRR and how that comes about', async () => {
    expect(rows(await show([node(SEATS)]))).toEqual([
      'Platform: Seats $ 8,000.00 60 seats × $ 150.00 a month · Per Unit · Recurring 1,000.00 off · since 1 Feb 2026 60 × USD 150.00 a month = USD 9,000.00 less USD 1,000.00',
    ]);
  });

  it('tells first why this MRR, and last the last change', async () => {
    const element = await show([node(SEATS)]);
    expect(words(element.shadowRoot!.firstElementChild!)).toBe(
      'Why this MRR: Seats 60 × 150.00 = 9,000.00, less a discount of 1,000.00.',
    );
    expect(words(element.shadowRoot!.lastElementChild!)).toBe('Last change: 2 Nov 2026: Upgrade to 60 seats');
  });

  it('tells tiers and included units, and why usage adds nothing', async () => {
    const usage = {
      ...SEATS,
      Kind__c: 'Usage',
      Quantity__c: 0,
      Price__c: null,
      Tiers__c: 'Up to 100: USD 0.00\nOver 100: USD 0.10',
      Included_Units__c: 100000,
      Discounts__c: null,
      MRR__c: 0,
      MRR_Reason__c: 'Billed by usage, does not count.',
    };
    const [text] = rows(await show([node(usage)]));
    expect(text).toContain('Up to 100: USD 0.00; Over 100: USD 0.10 · 100,000 units included');
    expect(text).toContain('$ 0.00 Per Unit · Usage');
    expect(text).toContain('Billed by usage, does not count.');
  });

  it('puts what is in force first, and says of the others what they are', async () => {
    const named = (Name: string, Status__c: string) => node({ ...SEATS, Name, Status__c });
    const element = await show([
      named('C', 'Ended'),
      named('B', 'Future'),
      named('A', 'Current'),
      named('X', 'Removed'),
    ]);
    expect(findAll(element, '.name').map(words)).toEqual(['A', 'B Future', 'C Ended']);
  });

  it.each(Object.keys(SEATS))('shows the rest without %s', async (field) => {
    const [text] = rows(await show([without(node(SEATS), field)]));
    expect(text).not.toMatch(/undefined|null|NaN|Invalid/);
  });

  it('says that there are none, or no access', async () => {
    expect(textAt(await show([]), '[data-id=message]')).toBe('No charges are known of this subscription.');
    clearPage();
    expect(textAt(await show(null), '[data-id=message]')).toContain('You do not have access to: Charges');
  });
});
