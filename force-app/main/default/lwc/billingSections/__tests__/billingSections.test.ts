import BillingSections from 'c/billingSections';
import { graphql } from 'lightning/graphql';
import type { GraphqlStub } from '../../../../../../test/lwc/answers';
import { answer, clearPage, findAll, mount, node, rendered, words } from '../../../../../../test/lwc/answers';

const wire = graphql as unknown as GraphqlStub;
const account = (key: string, name: string) => ({ key, name });

async function show(props: Record<string, unknown> = {}): Promise<HTMLElement> {
  const element = mount<HTMLElement>('c-billing-sections', BillingSections, {
    recordId: '001000000000001AAA',
    ...props,
  });
  await rendered();
  return element;
}
const tabs = (element: Element) => findAll(element, '[role=tab]') as HTMLButtonElement[];
const tab = (element: Element, name: string) => tabs(element).find((one) => words(one).startsWith(name))!;
const opened = (element: Element) => findAll(element, '[data-part]').map((one) => (one as HTMLElement).dataset.part);
const press = (on: HTMLElement, key: string) =>
  on.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, composed: true, cancelable: true }));

describe('c-billing-sections', () => {
  afterEach(clearPage);

  it('asks for a list when its tab is opened, and keeps it', async () => {
    const element = await show();
    expect(tabs(element).map(words)).toEqual(['Subscriptions', 'Invoices', 'Payments', 'Usage', 'Timeline']);
    expect(opened(element)).toEqual(['subscriptions']);
    tab(element, 'Payments').click();
    await rendered();
    expect(opened(element)).toEqual(['subscriptions', 'payments']);
    expect(tab(element, 'Payments').getAttribute('aria-selected')).toBe('true');
    expect(findAll(element, '[role=tabpanel]:not(.slds-hide)')).toHaveLength(1);
  });

  it('shows how many rows a list has once it is known', async () => {
    const element = await show();
    wire.emit(answer({ Billing_Subscription__c: [node({ Number__c: 'A' }), node({ Number__c: 'B' })] }));
    await rendered();
    expect(words(tab(element, 'Subscriptions'))).toBe('Subscriptions 2');
  });

  it.each([
    ['Subscriptions', 'ArrowRight', 'Invoices'],
    ['Subscriptions', 'ArrowLeft', 'Timeline'],
    ['Timeline', 'ArrowRight', 'Subscriptions'],
    ['Usage', 'Home', 'Subscriptions'],
    ['Usage', 'End', 'Timeline'],
  ])('goes from %s by %s to %s, and asks nothing by it', async (from, key, to) => {
    const element = await show();
    const focus = jest.spyOn(tab(element, to), 'focus');
    press(tab(element, from), key);
    expect(focus).toHaveBeenCalledTimes(1);
    expect(opened(element)).toEqual(['subscriptions']);
  });

  it('has one tab that the keyboard stops at', async () => {
    const element = await show();
    expect(tabs(element).map((one) => one.getAttribute('tabindex'))).toEqual(['0', '-1', '-1', '-1', '-1']);
  });

  it('leaves out what an admin hides, and opens the first that is left', async () => {
    const element = await show({ hides: { subscriptions: true, payments: true, timeline: true } });
    expect(tabs(element).map(words)).toEqual(['Invoices', 'Usage']);
    expect(opened(element)).toEqual(['invoices']);
    clearPage();
    const hides = Object.fromEntries(
      ['subscriptions', 'invoices', 'payments', 'usage', 'timeline'].map((name) => [name, true]),
    );
    expect(tabs(await show({ hides }))).toEqual([]);
  });

  it('lets one of several billing accounts be looked at alone', async () => {
    const element = await show({ accounts: [account('a01', 'Stripe · Acme'), account('a02', '')] });
    const [picker] = findAll(element, 'select') as HTMLSelectElement[];
    expect(findAll(element, 'option').map(words)).toEqual(['All billing accounts', 'Stripe · Acme', 'a02']);
    picker!.value = 'a01';
    picker!.dispatchEvent(new CustomEvent('change'));
    await rendered();
    expect((findAll(element, '[data-part]')[0] as unknown as { accountId: string }).accountId).toBe('a01');
  });

  it('offers no choice where there is one billing account', async () => {
    expect(findAll(await show({ accounts: [account('a01', 'Stripe · Acme')] }), 'select')).toHaveLength(0);
  });
});
