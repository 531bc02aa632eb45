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

const EURO = {
  Currency_Code__c: 'EUR',
  Not_Due__c: 2150,
  Days_1_30__c: 4200,
  Days_31_60__c: 0,
  Days_61_90__c: 0,
  Over_90_Days__c: 0,
};
const YEN = {
  Currency_Code__c: 'JPY',
  Not_Due__c: 0,
  Days_1_30__c: 0,
  Days_31_60__c: 54000,
  Days_61_90__c: 1,
  Over_90_Days__c: 0,
};

const wire = graphql as unknown as GraphqlStub;

async function show(...rows: Node[]): Promise<HTMLElement> {
  const element = mount<HTMLElement>('c-billing360', Billing360, { recordId: '001000000000001AAA' });
  wire.emit(answer({ Billing_Balance__c: rows }));
  await rendered();
  return element;
}
const bars = (element: Element) => findAll(element, '[data-id=balance]').map(words);

describe('ages in c-billing360', () => {
  afterEach(clearPage);

  it('draws a bar for each currency and names the ages in which something is owed', async () => {
    const element = await show(node(EURO), node(YEN));
    expect(bars(element)).toEqual([
      'Open balance by age (EUR) Not due € 2,150.00 1–30 days € 4,200.00',
      'Open balance by age (JPY) 31–60 days ¥ 54,000 61–90 days ¥ 1',
    ]);
  });

  it('draws the share of each, at least so long that it is seen, and what is late in red', async () => {
    const element = await show(node({ ...EURO, Not_Due__c: 9999, Days_1_30__c: 1 }));
    const drawn = findAll(element, 'li svg').map((svg) => [
      svg.getAttribute('class'),
      svg.querySelector('rect:last-child')?.getAttribute('width'),
    ]);
    expect(drawn).toEqual([
      ['accent', '100'],
      ['bad', '1'],
    ]);
  });

  it('says that nothing is waiting to be paid', async () => {
    const nothing = { ...EURO, Not_Due__c: 0, Days_1_30__c: 0 };
    expect(textAt(await show(node(nothing)), '[data-id=nothing]')).toBe('Nothing is waiting to be paid.');
  });

  it('shows nothing to a user who may not read balances', async () => {
    const fields = Object.keys(EURO).filter((field) => field !== 'Currency_Code__c');
    const hidden = fields.reduce(without, node(EURO));
    expect(findAll(await show(hidden), '.ages')).toHaveLength(0);
  });

  it.each(Object.keys(EURO))('shows the rest without %s', async (field) => {
    expect(bars(await show(without(node(EURO), field))).join()).toMatch(
      /^Open balance by age(?!.*(undefined|null|NaN))/,
    );
  });
});
