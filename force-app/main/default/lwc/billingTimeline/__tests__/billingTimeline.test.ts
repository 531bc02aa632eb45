import BillingTimeline from 'c/billingTimeline';
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
const RECORD = '001000000000001AAA';
const UPGRADE = {
  Status__c: 'Current',
  Kind__c: 'Upgrade',
  Occurred_At__c: '2026-11-17T23:00:00.000Z',
  Occurred_On__c: '2026-11-18',
  Sentence__c: 'Seats 40 → 60',
  MRR_Change__c: 500,
  Currency_Code__c: 'EUR',
  Subject__c: 'A-S00000213',
  Order_Number__c: 'O-7',
  Source__c: 'Zuora',
  Source_Url__c: 'https://billing.example.com/subscriptions/213',
};

async function show(rows: Node[] | null): Promise<HTMLElement> {
  const element = mount<HTMLElement>('c-billing-timeline', BillingTimeline, { recordId: RECORD });
  wire.emit(answer(rows ? { Billing_Event__c: rows } : {}));
  await rendered();
  return element;
}
const rowsOn = (element: Element) => findAll(element, 'li').map(words);

describe('c-billing-timeline', () => {
  afterEach(clearPage);

  it('tells what happened on which day, by what and what it did to MRR', async () => {
    const element = await show([node(UPGRADE)]);
    expect(rowsOn(element)).toEqual(['18 Nov 2026 Seats 40 → 60 Upgrade · order O-7 · Zuora A-S00000213 +€ 500 MRR']);
    expect(findAll(element, '.dot_good')).toHaveLength(1);
    expect(findAll(element, 'li a')[0]?.getAttribute('aria-label')).toBe('A-S00000213: open in Zuora (new tab)');
  });

  it('marks what went wrong', async () => {
    const failed = node({ ...UPGRADE, Kind__c: 'Payment Failed', MRR_Change__c: null });
    expect(findAll(await show([failed]), '.dot_bad')).toHaveLength(1);
  });

  it.each([
    ['Invoices', { or: [{ Kind__c: { like: 'Invoice%' } }, { Kind__c: { like: 'Memo%' } }] }],
    ['Payments', { or: expect.arrayContaining([{ Kind__c: { like: 'Dispute%' } }]) as unknown }],
    ['Subscriptions', { not: { or: expect.arrayContaining([{ Kind__c: { like: 'Invoice%' } }]) as unknown } }],
  ])('asks for %s alone', async (name, where) => {
    const element = await show([node(UPGRADE)]);
    (findAll(element, '[aria-pressed]').find((one) => words(one) === name) as HTMLButtonElement).click();
    await rendered();
    expect(wire.getLastConfig()).toMatchObject({
      variables: { where: { Account__c: { eq: RECORD }, ...where }, orderBy: { Occurred_At__c: { order: 'DESC' } } },
    });
  });

  it.each(Object.keys(UPGRADE))('shows the rest without %s', async (field) => {
    const [text] = rowsOn(await show([without(node(UPGRADE), field)]));
    expect(text).not.toMatch(/undefined|null|NaN|Invalid/);
  });

  it('takes the day of a moment where no day is told', async () => {
    expect(rowsOn(await show([without(node(UPGRADE), 'Occurred_On__c')]))[0]).toContain('17 Nov 2026');
  });

  it('says empty and no access', async () => {
    expect(textAt(await show([]), '[data-id=message]')).toBe('Nothing has happened yet.');
    clearPage();
    expect(textAt(await show(null), '[data-id=message]')).toContain('You do not have access to: Timeline');
  });
});
