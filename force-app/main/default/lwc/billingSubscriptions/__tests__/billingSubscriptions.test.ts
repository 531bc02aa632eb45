import BillingSubscriptions from 'c/billingSubscriptions';
import { graphql } from 'lightning/graphql';
import type { GraphqlStub } from '../../../../../../test/lwc/answers';
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
const FIELDS = {
  Number__c: 'A-S00000213',
  Plan__c: 'Platform Enterprise',
  Status__c: 'Active',
  Term_Type__c: 'Termed',
  Term_Start_Date__c: '2026-02-01',
  Term_End_Date__c: '2027-02-01',
  Next_Renewal_Date__c: '2027-02-01',
  Auto_Renew__c: true,
  Cancel_On__c: null,
  Trial_End_Date__c: null,
  Billing_Interval__c: 'monthly',
  Quantity__c: 60,
  Currency_Code__c: 'USD',
  MRR__c: 8000,
  MRR_Reason__c: 'Seats 60 × 150.00 = 9,000.00, less a discount of 1,000.00.',
  Source__c: 'Zuora',
  Source_Url__c: 'https://billing.example.com/subscriptions/213',
};
const active = node(FIELDS, { Billing_Account__r: node({ Name: 'Acme Inc.' }) });

async function show(objects: Parameters<typeof answer>[0]): Promise<HTMLElement> {
  const element = mount<HTMLElement>('c-billing-subscriptions', BillingSubscriptions, {
    recordId: '001000000000001AAA',
  });
  wire.emit(answer(objects));
  await rendered();
  return element;
}
const rowsOn = (element: Element) => findAll(element, 'tbody tr').map(words);

describe('c-billing-subscriptions', () => {
  afterEach(clearPage);

  it('tells plan, source, the last day of the term, renewal and state', async () => {
    const element = await show({ Billing_Subscription__c: [active] });
    expect(rowsOn(element)).toEqual([
      'A-S00000213 Platform Enterprise Zuora · Acme Inc. 1 Feb 2026 – 31 Jan 2027 monthly · renews on 1 Feb 2027 $ 8,000.00 Active',
    ]);
  });

  it('tells why this MRR and asks for the charges when it is opened', async () => {
    const element = await show({ Billing_Subscription__c: [active] });
    const [toggle] = findAll(element, '.toggle') as HTMLButtonElement[];
    toggle?.click();
    await rendered();
    expect(wire.getLastConfig()).toMatchObject({ variables: { subscriptionId: active.Id } });
    expect(textAt(element, '[data-id=mrr-reason]')).toBe(
      'Why this MRR: Seats 60 × 150.00 = 9,000.00, less a discount of 1,000.00.',
    );
    toggle?.click();
    await rendered();
    expect(findAll(element, 'c-billing-charges')).toHaveLength(0);
  });

  it('shows those of one billing account alone', async () => {
    const other = node(FIELDS, { Billing_Account__r: node({ Name: 'Other' }) });
    const element = await show({ Billing_Subscription__c: [active, other] });
    (element as HTMLElement & { accountId: string }).accountId = (other.Billing_Account__r as { Id: string }).Id;
    await rendered();
    expect(rowsOn(element).join()).toContain('Other');
    expect(rowsOn(element)).toHaveLength(1);
  });

  it('puts what needs action first and what is over last', async () => {
    const numbered = (Status__c: string) => node({ ...FIELDS, Number__c: Status__c, Status__c });
    const rows = ['Canceled', 'Active', 'Past Due', 'Trialing'].map(numbered);
    const element = await show({ Billing_Subscription__c: rows });
    expect(findAll(element, 'td a').map(words)).toEqual(['Past Due', 'Active', 'Trialing', 'Canceled']);
  });

  it.each([
    [{ Status__c: 'Trialing', Trial_End_Date__c: '2026-11-30' }, ['In trial until 30 Nov 2026']],
    [{ Cancel_On__c: '2026-12-01' }, ['Active', 'Cancels on 1 Dec 2026']],
    [{ Status__c: 'Canceled', Cancel_On__c: '2026-01-01' }, ['Canceled']],
    [{ Status__c: 'Past Due' }, ['Past due']],
    [{ Pending_Change__c: 'Downgrade on 1 Dec 2026' }, ['Active', 'Downgrade on 1 Dec 2026']],
    [{ Status__c: 'Canceled', Pending_Change__c: 'Nothing any more' }, ['Canceled']],
  ])('says %j in chips', async (fields, chips) => {
    const element = await show({ Billing_Subscription__c: [node({ ...FIELDS, ...fields })] });
    expect(findAll(element, '.chip').map(words)).toEqual(chips);
  });

  it('says that a term ends, or that there is none', async () => {
    const ends = node({ ...FIELDS, Auto_Renew__c: false, Next_Renewal_Date__c: null });
    const evergreen = node({
      ...FIELDS,
      Term_Type__c: 'Evergreen',
      Term_End_Date__c: null,
      Next_Renewal_Date__c: null,
    });
    const [first, second] = rowsOn(await show({ Billing_Subscription__c: [ends, evergreen] }));
    expect(first).toContain('monthly · does not renew by itself');
    expect(second).toContain('Evergreen monthly $');
  });

  it.each([
    ['Active', 'Evergreen 12 Nov – 11 Dec 2026 monthly'],
    ['Canceled', 'Evergreen monthly'],
  ])('tells the billing period of an evergreen subscription that is %s', async (Status__c, text) => {
    const period = { Term_Start_Date__c: '2026-11-12', Term_End_Date__c: '2026-12-12', Next_Renewal_Date__c: null };
    const row = node({ ...FIELDS, ...period, Term_Type__c: 'Evergreen', Status__c });
    expect(rowsOn(await show({ Billing_Subscription__c: [row] }))[0]).toContain(text);
  });

  it('shortens a long number, and keeps it whole for links and on pointing', async () => {
    const number = 'sub_EJnaoyT2tBDmN21tUDxynXCj';
    const element = await show({ Billing_Subscription__c: [node({ ...FIELDS, Number__c: number })] });
    const [link] = findAll(element, 'td a');
    expect(link && words(link)).toBe('sub_EJnaoy…nXCj');
    expect(link?.getAttribute('title')).toBe(number);
    expect(link?.getAttribute('aria-label')).toContain(number);
  });

  it.each(Object.keys(active).filter((field) => field !== 'Id'))('shows the rest without %s', async (field) => {
    const element = await show({ Billing_Subscription__c: [without(active, field)] });
    expect(rowsOn(element)).toHaveLength(1);
    expect(rowsOn(element)[0]).not.toMatch(/undefined|null|NaN|Invalid/);
  });

  it('hides the column of MRR when it may not be read', async () => {
    const element = await show({ Billing_Subscription__c: [without(active, 'MRR__c')] });
    expect(findAll(element, 'th').map(words)).toEqual(['Subscription', 'Term', 'Status']);
  });

  it('shows every live subscription, and those that are over when asked', async () => {
    const numbered = (Status__c: string) => (n: number) =>
      node({ ...FIELDS, Number__c: `${Status__c}-${n}`, Status__c });
    const live = [1, 2, 3, 4, 5, 6, 7].map(numbered('Active'));
    const over = [1, 2].map(numbered('Canceled'));
    const element = await show({ Billing_Subscription__c: [...over, ...live] });
    expect(rowsOn(element)).toHaveLength(7);
    (findAll(element, 'button.slds-button')[0] as HTMLButtonElement).click();
    await rendered();
    expect(rowsOn(element)).toHaveLength(9);
  });

  it('says empty, no access, loading and errors', async () => {
    expect(textAt(await show({ Billing_Subscription__c: [] }), '[data-id=message]')).toContain('No subscriptions');
    clearPage();
    expect(textAt(await show({}), '[data-id=message]')).toContain('You do not have access to: Subscriptions');
    clearPage();
    const element = mount<HTMLElement>('c-billing-subscriptions', BillingSubscriptions, {
      recordId: '001000000000001AAA',
    });
    await rendered();
    expect(textAt(element, '.stencil')).toBe('Loading: Subscriptions');
    wire.emitErrors([{ message: 'boom' }]);
    await rendered();
    expect(textAt(element, '[role=alert]')).toContain('could not be loaded');
  });
});
