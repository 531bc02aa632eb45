import Billing360 from 'c/billing360';
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

const wire = graphql as unknown as GraphqlStub;
const SECTIONS = ['Subscriptions', 'Invoices', 'Payments', 'Usage', 'Timeline'];

/** Without lists, which ask for themselves. */
function mounted(props: Record<string, unknown> = {}): HTMLElement {
  const hidden = Object.fromEntries(SECTIONS.map((name) => [`hide${name}`, true]));
  return mount<HTMLElement>('c-billing360', Billing360, { recordId: '001000000000001AAA', ...hidden, ...props });
}
async function show(objects: Readonly<Record<string, readonly Node[]>>, compact = false): Promise<HTMLElement> {
  const element = mounted({ compact });
  wire.emit(answer(objects));
  await rendered();
  return element;
}
async function open(element: Element, key: string): Promise<string | null> {
  (findAll(element, `button[data-key=${key}]`)[0] as HTMLButtonElement).click();
  await rendered();
  return textAt(element, '[data-id=detail]');
}
const figure = (element: Element, key: string) => textAt(element, `[data-id=${key}]`);

describe('figures of c-billing360', () => {
  beforeEach(() =>
    jest.useFakeTimers({ now: new Date('2026-11-21T12:00:00Z'), doNotFake: ['queueMicrotask', 'nextTick'] }),
  );
  afterEach(() => {
    clearPage();
    jest.useRealTimers();
  });

  it.each([
    ['Good Standing', 80, 'Healthy', '80 Healthy', 'chip_good'],
    ['Overdue', 80, 'Healthy', '80 otherwise healthy', 'chip_quiet'],
    ['In Dunning', null, 'Healthy', 'otherwise healthy', 'chip_quiet'],
    ['Overdue', 62, 'Watch', '62 Watch', 'chip_warn'],
  ])('%s with a score of %s (%s) is called %s', async (Status__c, Score__c, Tier__c, text, tone) => {
    const element = await show({ Billing_Health__c: [node({ Status__c, Score__c, Tier__c })] });
    expect(textAt(element, '[data-id=health] .chip')).toBe(text);
    expect(findAll(element, `[data-id=health] .${tone}`)).toHaveLength(1);
  });

  it('says what matters first, then figures, the main currency before the others', async () => {
    const element = await show(all);
    expect(figure(element, 'summary')).toBe('In dunning since 12 Nov. Card •••• 4242 was declined twice.');
    expect(figure(element, 'mrr')).toBe('MRR $ 12,400 also € 1,150');
    expect(figure(element, 'arr')).toBe('ARR $ 148,800 also € 13,800');
    expect(figure(element, 'outstanding')).toBe('Outstanding € 6,350 € 4,200 overdue');
    expect(figure(element, 'renewal')).toBe('Next renewal 1 Feb 2027 in 72 days A-S00000213');
    expect(figure(element, 'payment')).toBe('Last payment $ 8,000 3 Nov 2026 · 18 days ago');
  });

  it('colours the sentence only when something is to be done', async () => {
    expect(findAll(await show(all), '.note_bad')).toHaveLength(1);
    clearPage();
    const well = node({ Status__c: 'Good Standing', Summary__c: 'All is paid.' });
    const element = await show({ ...all, Billing_Health__c: [well] });
    expect(findAll(element, '.note_bad, .note_warn')).toHaveLength(0);
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
    expect(findAll(element, '.value > span').map(({ className }) => className)).toEqual([
      '',
      '',
      'slds-text-body_regular',
      '',
    ]);
  });

  it('shows the health that stands, though one that was removed is newer', async () => {
    const gone = node({ Status__c: 'Removed', Summary__c: 'Gone' });
    const element = await show({ ...all, Billing_Health__c: [gone, health] });
    expect(figure(element, 'summary')).toContain('In dunning since');
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
      expect(figure(element, 'summary')).toContain('In dunning since');
      expect(findAll(element, '.figure').map(words).join()).not.toMatch(/undefined|null|NaN|Invalid/);
    },
  );

  it.each(Object.keys(all))('shows the rest without %s', async (object) => {
    const element = await show(Object.fromEntries(Object.entries(all).filter(([name]) => name !== object)));
    expect(findAll(element, '.figure').length).toBeGreaterThan(0);
    expect(findAll(element, '[role=alert]')).toHaveLength(0);
  });

  it('says empty, no access, loading and errors', async () => {
    expect(textAt(await show({ Billing_Health__c: [], Billing_Balance__c: [] }), '[data-id=message]')).toContain(
      'Nothing is known',
    );
    clearPage();
    expect(textAt(await show({}), '[data-id=message]')).toContain('You do not have access to: Billing health');
    clearPage();
    const loading = mounted();
    await rendered();
    expect(textAt(loading, '.stencil')).toBe('Loading: Billing health');
    expect(findAll(loading, '.figure')).toHaveLength(6);
    clearPage();
    const again = jest.fn().mockResolvedValue(undefined);
    const failed = mounted();
    wire.emit(undefined, null, again);
    wire.emitErrors([{ message: 'boom' }]);
    await rendered();
    expect(textAt(failed, '[role=alert]')).toContain('could not be loaded');
    (findAll(failed, '[role=alert] button')[0] as HTMLButtonElement).click();
    expect(again).toHaveBeenCalledTimes(1);
  });

  it('says what to do, and how healthy the billing is, with every point', async () => {
    const known = node({
      Score__c: 62,
      Tier__c: 'Watch',
      Reasons__c: '-30: Payment of USD 490.00 failed.\n-8: A trial ends.',
      Churn_Risk__c: 'Medium',
      Churn_Risk_Score__c: 20,
      Churn_Risk_Reasons__c: '+20: Payment of USD 490.00 failed.',
      Recommended_Action__c: 'Ask for another card.',
      As_Of__c: '2026-11-21',
    });
    const element = await show({ ...all, Billing_Health__c: [known] });
    expect(figure(element, 'action')).toBe('What to do: Ask for another card.');
    expect(figure(element, 'health')).toBe('Health 62 Watch Risk of churn: Medium All reasons');
    expect(await open(element, 'health')).toBe(
      'Where the points went Health: 62 of 100 points −30 Payment of USD 490.00 failed. −8 A trial ends. Risk of churn: 20 of 100 points +20 Payment of USD 490.00 failed. as of 21 Nov 2026',
    );
    expect(findAll(element, 'button[data-key=health]')[0]?.getAttribute('aria-expanded')).toBe('true');
    expect(await open(element, 'health')).toBeNull();
  });

  const month = (Month__c: string, Currency_Code__c: string, moves: Readonly<Record<string, number>>) =>
    node({ Status__c: 'Past', Month__c, Currency_Code__c, Opening__c: 0, New__c: 0, Expansion__c: 0, ...moves });
  const months = [
    month('2026-11-01', 'USD', { Opening__c: 11500, Expansion__c: 1400, Churn__c: -500, Closing__c: 12400 }),
    month('2026-08-01', 'USD', { Opening__c: 0, New__c: 11500, Closing__c: 11500 }),
    month('2026-10-01', 'USD', { Opening__c: 11500, Closing__c: 11500 }),
    month('2026-09-01', 'USD', { Opening__c: 11500, Closing__c: 11500 }),
    month('2026-11-01', 'EUR', { Opening__c: 1150, Closing__c: 1150 }),
    node({ Status__c: 'Removed', Month__c: '2026-07-01', Currency_Code__c: 'USD', Closing__c: 1 }),
  ];

  it('tells how MRR went and where it comes from, each currency for itself', async () => {
    const element = await show({ ...all, Billing_MRR_Month__c: months });
    expect(figure(element, 'mrr')).toBe('MRR $ 12,400 ▲ 8 % since Aug 2026 also € 1,150 Why this number');
    expect(findAll(element, 'svg[role=img]')[0]?.getAttribute('aria-label')?.replace(/\s/g, ' ')).toBe(
      'MRR over 4 months, from $ 11,500 to $ 12,400',
    );
    expect(await open(element, 'mrr')).toContain(
      'Where MRR comes from, by month Nov 2026: $ 12,400 $ 11,500 at the start +$ 1,400 more of what was there −$ 500 lost Oct 2026: $ 11,500 $ 11,500 at the start, unchanged',
    );
    expect(textAt(element, '[data-id=detail]')).toContain('Nov 2026: € 1,150');
  });

  it.each([
    [[month('2026-11-01', 'USD', { Closing__c: 12400 })], 'MRR $ 12,400 also € 1,150 Why this number'],
    [
      [month('2026-10-01', 'USD', { Closing__c: 12400 }), month('2026-11-01', 'USD', { Closing__c: 12400 })],
      'MRR $ 12,400 unchanged since Oct 2026 also € 1,150 Why this number',
    ],
    [
      [month('2026-10-01', 'USD', { Closing__c: 0 }), month('2026-11-01', 'USD', { Closing__c: 12400 })],
      'MRR $ 12,400 new since Oct 2026 also € 1,150 Why this number',
    ],
    [
      [month('2026-10-01', 'USD', { Closing__c: 12401 }), month('2026-11-01', 'USD', { Closing__c: 12400 })],
      'MRR $ 12,400 ▼ less than 1 % since Oct 2026 also € 1,150 Why this number',
    ],
    [[node({ Month__c: '2026-11-01', Currency_Code__c: 'USD' })], 'MRR $ 12,400 also € 1,150'],
  ])('compares MRR only with a month that there is (%#)', async (rows, text) => {
    expect(figure(await show({ ...all, Billing_MRR_Month__c: rows }), 'mrr')).toBe(text);
  });

  it('shows the figures that matter most when it is compact', async () => {
    const element = await show({ ...all, Billing_Health__c: [{ ...health, ...node({ Score__c: 62 }) }] }, true);
    expect(findAll(element, '.figure').map((one) => one.getAttribute('data-id'))).toEqual([
      'mrr',
      'outstanding',
      'renewal',
      'health',
    ]);
  });

  it('tells what the customer has paid so far, by currency', async () => {
    const worth = [
      { ...dollar, ...node({ Lifetime_Value__c: 312450 }) },
      { ...euro, ...node({ Lifetime_Value__c: 900 }) },
    ];
    const element = await show({ ...all, Billing_Balance__c: worth });
    expect(figure(element, 'payment')).toContain('lifetime $ 312,450 · € 900');
  });
});
