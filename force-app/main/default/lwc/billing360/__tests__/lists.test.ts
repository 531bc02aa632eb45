import Billing360 from 'c/billing360';
import { graphql } from 'lightning/graphql';
import type { GraphqlStub, Node } from '../../../../../../test/lwc/answers';
import { answer, clearPage, findAll, mount, node, rendered, words } from '../../../../../../test/lwc/answers';

const wire = graphql as unknown as GraphqlStub;
const RECORD = '001000000000001AAA';
const account = (Source__c: string | null, Name: string | null) => node({ Source__c, Name, Status__c: 'Active' });

jest.mock('c/billingActionModal', () => ({ default: { open: jest.fn() } }));

async function show(props: Record<string, unknown> = {}, accounts: readonly Node[] = []): Promise<HTMLElement> {
  const element = mount<HTMLElement>('c-billing360', Billing360, { recordId: RECORD, ...props });
  await rendered();
  wire.emit(answer({ Billing_Account__c: accounts }));
  await rendered();
  return element;
}
const tabs = (element: Element) => findAll(element, '[role=tab]') as HTMLButtonElement[];
const tab = (element: Element, name: string) => tabs(element).find((one) => words(one).startsWith(name))!;
const opened = (element: Element) => findAll(element, '[data-part]').map((one) => (one as HTMLElement).dataset.part);
const press = (on: HTMLElement, key: string) =>
  on.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, composed: true, cancelable: true }));

describe('lists of c-billing360', () => {
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
    const element = await show({ hideSubscriptions: true, hidePayments: true, hideTimeline: true });
    expect(tabs(element).map(words)).toEqual(['Invoices', 'Usage']);
    expect(opened(element)).toEqual(['invoices']);
    clearPage();
    const all = ['Subscriptions', 'Invoices', 'Payments', 'Usage', 'Timeline'].map((name) => [`hide${name}`, true]);
    expect(tabs(await show(Object.fromEntries(all)))).toEqual([]);
  });

  it('lets one of several billing accounts be looked at alone', async () => {
    const accounts = [account('Stripe', 'Acme'), account(null, null)];
    const ids = accounts.map(({ Id }) => Id);
    const element = await show({}, accounts);
    const [picker] = findAll(element, 'select') as HTMLSelectElement[];
    expect(findAll(element, 'option').map(words)).toEqual(['All billing accounts', ids[1], 'Stripe · Acme']);
    picker!.value = ids[0]!;
    picker!.dispatchEvent(new CustomEvent('change'));
    await rendered();
    expect((findAll(element, '[data-part]')[0] as unknown as { accountId: string }).accountId).toBe(ids[0]);
  });

  it('offers no choice where there is one billing account', async () => {
    expect(findAll(await show({}, [account('Stripe', 'Acme')]), 'select')).toHaveLength(0);
  });
});
