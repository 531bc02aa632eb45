import BillingHealth from 'c/billingHealth';
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
const health = node({
  Status__c: 'In Dunning',
  Summary__c: 'In dunning since 12 Nov. Card •••• 4242 was declined twice.',
  Next_Renewal_Date__c: '2027-02-01',
  Next_Renewal_Number__c: 'A-S00000213',
  As_Of__c: '2026-11-21',
});
const euro = node({
  Status__c: 'Current',
  Currency_Code__c: 'EUR',
  MRR__c: 1150,
  ARR__c: 13800,
  Outstanding__c: 6350,
  Overdue__c: 4200,
  Last_Payment_Date__c: '2026-10-03',
  Last_Payment_Amount__c: 900,
});
const dollar = node({
  Status__c: 'Current',
  Currency_Code__c: 'USD',
  MRR__c: 12400,
  ARR__c: 148800,
  Outstanding__c: 0,
  Overdue__c: 0,
  Last_Payment_Date__c: '2026-11-03',
  Last_Payment_Amount__c: 8000,
});
const account = node({ Billing_Currency__c: 'USD' });
const all = { Billing_Health__c: [health], Billing_Balance__c: [euro, dollar], Account: [account] };

async function show(objects: Readonly<Record<string, readonly Node[]>>, onmotion = jest.fn()): Promise<HTMLElement> {
  const element = mount<HTMLElement>('c-billing-health', BillingHealth, { recordId: '001000000000001AAA' });
  element.addEventListener('motion', (event) => onmotion((event as CustomEvent).detail));
  wire.emit(answer(objects));
  await rendered();
  return element;
}
const figure = (element: Element, key: string) => textAt(element, `[data-id=${key}]`);

describe('c-billing-health', () => {
  beforeEach(() =>
    jest.useFakeTimers({ now: new Date('2026-11-21T12:00:00Z'), doNotFake: ['queueMicrotask', 'nextTick'] }),
  );
  afterEach(() => {
    clearPage();
    jest.useRealTimers();
  });

  it('says what matters first, then figures, the main currency before the others', async () => {
    const element = await show(all);
    expect(figure(element, 'status')).toBe('In dunning');
    expect(figure(element, 'summary')).toBe('In dunning since 12 Nov. Card •••• 4242 was declined twice.');
    expect(figure(element, 'mrr')).toBe('MRR $ 12,400 also € 1,150');
    expect(figure(element, 'arr')).toBe('ARR $ 148,800 also € 13,800');
    expect(figure(element, 'outstanding')).toBe('Outstanding € 6,350 € 4,200 overdue');
    expect(figure(element, 'renewal')).toBe('Next renewal 1 Feb 2027 in 72 days A-S00000213');
    expect(figure(element, 'payment')).toBe('Last payment $ 8,000 3 Nov 2026 18 days ago');
  });

  it('colours the sentence only when something is to be done', async () => {
    expect(findAll(await show(all), '.note_bad')).toHaveLength(1);
    clearPage();
    const well = node({ Status__c: 'Good Standing', Summary__c: 'All is paid.' });
    const element = await show({ ...all, Billing_Health__c: [well] });
    expect(findAll(element, '.note')).toHaveLength(0);
    expect(figure(element, 'summary')).toBe('All is paid.');
  });

  it('shows zero as zero and nothing as none', async () => {
    const nothing = node({
      Currency_Code__c: 'JPY',
      MRR__c: 0,
      Outstanding__c: 0,
      Overdue__c: 0,
      Last_Payment_Date__c: null,
      Last_Payment_Amount__c: 0,
    });
    const element = await show({
      Billing_Health__c: [node({ Next_Renewal_Date__c: null })],
      Billing_Balance__c: [nothing],
    });
    expect(figure(element, 'mrr')).toBe('MRR ¥ 0');
    expect(figure(element, 'outstanding')).toBe('Outstanding ¥ 0 nothing overdue');
    expect(figure(element, 'renewal')).toBe('Next renewal None');
    expect(figure(element, 'payment')).toBe('Last payment None');
  });

  it('shortens a long number and writes a long value smaller', async () => {
    const number = 'sub_EJnaoyT2tBDmN21tUDxynXCj';
    const row = node({ Next_Renewal_Date__c: '2027-02-01', Next_Renewal_Number__c: number });
    const large = node({ Currency_Code__c: 'USD', MRR__c: 900, ARR__c: 23738.71, Outstanding__c: 1234567.89 });
    const element = await show({ Billing_Health__c: [row], Billing_Balance__c: [large] });
    expect(figure(element, 'renewal')).toBe('Next renewal 1 Feb 2027 in 72 days sub_EJnaoy…nXCj');
    expect(findAll(element, `[title="${number}"]`)).toHaveLength(1);
    expect(findAll(element, '.value').map(({ className }) => className)).toEqual([
      'value',
      'value',
      'value value_long',
      'value',
    ]);
  });

  it('shows the health that stands, though one that was removed is newer', async () => {
    const gone = node({ Status__c: 'Removed', Summary__c: 'Gone' });
    const element = await show({ ...all, Billing_Health__c: [gone, health] });
    expect(figure(element, 'status')).toBe('In dunning');
    expect(words(element)).not.toContain('Gone');
  });

  it('counts no balance that is removed', async () => {
    const gone = node({ Status__c: 'Removed', Currency_Code__c: 'GBP', MRR__c: 5 });
    expect(figure(await show({ ...all, Billing_Balance__c: [gone, dollar] }), 'mrr')).toBe('MRR $ 12,400');
  });

  it.each(Object.keys(health).filter((field) => field !== 'Id'))(
    'shows the rest without %s of health',
    async (field) => {
      const element = await show({ ...all, Billing_Health__c: [without(health, field)] });
      expect(figure(element, 'mrr')).toBe('MRR $ 12,400 also € 1,150');
      expect(words(element)).not.toMatch(/undefined|null|NaN|Invalid/);
    },
  );

  it.each(Object.keys(dollar).filter((field) => field !== 'Id'))(
    'shows the rest without %s of balances',
    async (field) => {
      const element = await show({ ...all, Billing_Balance__c: [without(euro, field), without(dollar, field)] });
      expect(figure(element, 'status')).toBe('In dunning');
      expect(findAll(element, '.figure').map(words).join()).not.toMatch(/undefined|null|NaN|Invalid/);
    },
  );

  it.each(Object.keys(all))('shows the rest without %s', async (object) => {
    const element = await show(Object.fromEntries(Object.entries(all).filter(([name]) => name !== object)));
    expect(findAll(element, '.figure').length).toBeGreaterThan(0);
    expect(findAll(element, '[role=alert]')).toHaveLength(0);
  });

  it('says empty, no access, loading and errors', async () => {
    expect(textAt(await show({ Billing_Health__c: [], Billing_Balance__c: [] }), '.message')).toContain(
      'Nothing is known',
    );
    clearPage();
    expect(textAt(await show({}), '.message')).toContain('You do not have access to: Billing health');
    clearPage();
    const element = mount<HTMLElement>('c-billing-health', BillingHealth, { recordId: '001000000000001AAA' });
    await rendered();
    expect(textAt(element, '.stencil')).toBe('Loading: Billing health');
    wire.emitErrors([{ message: 'boom' }]);
    await rendered();
    expect(textAt(element, '[role=alert]')).toContain('could not be loaded');
  });

  it('tells whether something is in motion', async () => {
    const onmotion = jest.fn();
    await show(all, onmotion);
    expect(onmotion).toHaveBeenLastCalledWith({ inMotion: true });
    wire.emit(answer({ ...all, Billing_Health__c: [node({ Status__c: 'Good Standing' })] }));
    expect(onmotion).toHaveBeenLastCalledWith({ inMotion: false });
  });
});
