import BillingHealth from 'c/billingHealth';
import { NOT_ASKED } from 'c/panelState';
import type { Node } from '../../../../../../test/lwc/answers';
import { answer, clearPage, findAll, mount, node, textAt, without, words } from '../../../../../../test/lwc/answers';

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

function show(...rows: Node[]): HTMLElement {
  const asked = { ...NOT_ASKED, data: answer({ Billing_Balance__c: rows }) };
  return mount<HTMLElement>('c-billing-health', BillingHealth, { asked });
}
const bars = (element: Element) => findAll(element, '[data-id=balance]').map(words);

describe('ages in c-billing-health', () => {
  afterEach(clearPage);

  it('draws a bar for each currency and names the ages in which something is owed', () => {
    const element = show(node(EURO), node(YEN));
    expect(bars(element)).toEqual([
      'Open balance by age (EUR) Not due € 2,150.00 1–30 days € 4,200.00',
      'Open balance by age (JPY) 31–60 days ¥ 54,000 61–90 days ¥ 1',
    ]);
  });

  it('draws what is older taller, in the bar and beside its words, so that colors are not needed', () => {
    const each = { Not_Due__c: 1, Days_1_30__c: 1, Days_31_60__c: 1, Days_61_90__c: 1, Over_90_Days__c: 1 };
    const element = show(node({ Currency_Code__c: 'EUR', ...each }));
    const heights = (selector: string) =>
      findAll(element, `${selector} rect`).map((rect) => Number(rect.getAttribute('height')));
    expect(heights('.bar')).toHaveLength(5);
    expect(heights('.bar')).toEqual([...new Set(heights('.bar'))].sort((a, b) => a - b));
    expect(heights('li')).toEqual(heights('.bar'));
  });

  it('says that nothing is waiting to be paid', () => {
    const nothing = { ...EURO, Not_Due__c: 0, Days_1_30__c: 0 };
    expect(textAt(show(node(nothing)), '[data-id=nothing]')).toBe('Nothing is waiting to be paid.');
  });

  it('shows nothing to a user who may not read balances', () => {
    const fields = Object.keys(EURO).filter((field) => field !== 'Currency_Code__c');
    const hidden = fields.reduce(without, node(EURO));
    expect(findAll(show(hidden), '.ages')).toHaveLength(0);
  });

  it.each(Object.keys(EURO))('shows the rest without %s', (field) => {
    expect(bars(show(without(node(EURO), field))).join()).toMatch(/^Open balance by age(?!.*(undefined|null|NaN))/);
  });
});
