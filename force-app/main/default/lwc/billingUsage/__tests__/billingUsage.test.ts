import BillingUsage from 'c/billingUsage';
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
  Meter__c: 'API calls',
  Unit__c: 'calls',
  Status__c: 'Current',
  Quantity__c: 870000,
  Limit__c: 1000000,
  Percent_Used__c: 87,
  Period_Start__c: '2026-11-01',
  Period_End__c: '2026-12-01',
  Source__c: 'Stripe',
  Source_Url__c: 'https://dashboard.stripe.com/subscriptions/sub_1',
};
const near = node(FIELDS, { Billing_Account__r: node({ Name: 'acme-self-serve' }) });

async function show(objects: Parameters<typeof answer>[0]): Promise<HTMLElement> {
  const element = mount<HTMLElement>('c-billing-usage', BillingUsage, { recordId: '001000000000001AAA' });
  wire.emit(answer(objects));
  await rendered();
  return element;
}
const rowsOn = (element: Element) => findAll(element, 'li').map(words);

describe('c-billing-usage', () => {
  afterEach(clearPage);

  it('draws usage against its limit, and says the same in words', async () => {
    const element = await show({ Usage__c: [near] });
    expect(rowsOn(element)).toEqual([
      'API calls 1 Nov – 30 Nov 2026 870,000 calls used (87 %) limit 1,000,000 Stripe · acme-self-serve',
    ]);
    const [chart] = findAll(element, 'svg');
    expect(chart?.getAttribute('role')).toBe('img');
    expect(chart?.getAttribute('aria-label')).toBe('API calls: 870,000 calls used (87 %) · limit 1,000,000');
    expect(chart?.getAttribute('class')).toBe('bar bar_near');
    expect(findAll(element, '.used')[0]?.getAttribute('width')).toBe('354.96');
    expect(findAll(element, '.mark')[0]?.getAttribute('x1')).toBe('408');
  });

  it('tells that a limit is passed', async () => {
    const element = await show({ Usage__c: [node({ ...FIELDS, Quantity__c: 2000000, Percent_Used__c: 200 })] });
    expect(textAt(element, '.chip_warn')).toBe('Over limit');
    expect(findAll(element, '.over')[0]?.getAttribute('width')).toBe('240');
  });

  it('draws no bar without a limit', async () => {
    const element = await show({ Usage__c: [node({ ...FIELDS, Limit__c: null, Percent_Used__c: null })] });
    expect(rowsOn(element)[0]).toContain('870,000 calls used no limit');
    expect(findAll(element, 'svg')).toHaveLength(0);
  });

  it('marks where the pace leads, and says when the limit is reached', async () => {
    const rising = node({
      ...FIELDS,
      Trend__c: 'Rising',
      Limit_Reached_On__c: '2026-11-25',
      Left_Out__c: '3 of an unknown state',
    });
    const element = await show({ Usage__c: [rising] });
    expect(textAt(element, '[data-id=reached]')).toBe('At this pace the limit is reached on 25 Nov 2026.');
    expect(textAt(element, '[data-id=trend]')).toBe('▲ rising');
    const [line] = findAll(element, '[data-id=forecast]');
    expect([line?.getAttribute('x1'), line?.getAttribute('x2')]).toEqual(['354.96', '408']);
    expect(rowsOn(element)[0]).toContain('3 of an unknown state');
    clearPage();
    const over = await show({ Usage__c: [node({ ...FIELDS, Status__c: 'Past', Limit_Reached_On__c: '2026-11-25' })] });
    expect(findAll(over, '[data-id=forecast], [data-id=reached]')).toHaveLength(0);
  });

  it('folds past periods without use, and shows them when asked', async () => {
    const idle = (Status__c: string) => node({ ...FIELDS, Status__c, Quantity__c: 0, Percent_Used__c: 0 });
    const element = await show({ Usage__c: [idle('Past'), idle('Current'), near] });
    expect(rowsOn(element)).toHaveLength(2);
    (findAll(element, 'button')[0] as HTMLButtonElement).click();
    await rendered();
    expect(rowsOn(element)).toHaveLength(3);
    clearPage();
    expect(rowsOn(await show({ Usage__c: [idle('Past')] }))).toHaveLength(1);
  });

  it('shows current periods first', async () => {
    const past = node({ ...FIELDS, Status__c: 'Past', Period_Start__c: '2026-12-01', Meter__c: 'Past' });
    const element = await show({ Usage__c: [past, near] });
    expect(findAll(element, 'li a').map(words)).toEqual(['API calls', 'Past']);
  });

  it.each(Object.keys(near).filter((field) => field !== 'Id'))('shows the rest without %s', async (field) => {
    const element = await show({ Usage__c: [without(near, field)] });
    expect(rowsOn(element)).toHaveLength(1);
    expect(rowsOn(element)[0]).not.toMatch(/undefined|null|NaN|Invalid/);
  });

  it('says empty, no access, loading and errors', async () => {
    expect(textAt(await show({ Usage__c: [] }), '[data-id=message]')).toContain('No usage');
    clearPage();
    expect(textAt(await show({}), '[data-id=message]')).toContain('You do not have access to: Usage');
    clearPage();
    const element = mount<HTMLElement>('c-billing-usage', BillingUsage, { recordId: '001000000000001AAA' });
    await rendered();
    expect(textAt(element, '.stencil')).toBe('Loading: Usage');
    wire.emitErrors([{ message: 'boom' }]);
    await rendered();
    expect(textAt(element, '[role=alert]')).toContain('could not be loaded');
  });
});
