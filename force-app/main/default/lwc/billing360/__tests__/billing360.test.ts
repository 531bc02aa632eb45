import Billing360 from 'c/billing360';
import { graphql } from 'lightning/graphql';
import type { GraphqlStub, Node } from '../../../../../../test/lwc/answers';
import { answer, clearPage, findAll, mount, node, rendered, textAt, words } from '../../../../../../test/lwc/answers';

const wire = graphql as unknown as GraphqlStub;
const RECORD = '001000000000001AAA';
const QUERIES = 6;

const billingAccount = (Source__c: string, Name: string, Number__c: string | null = null) =>
  node({ Source__c, Name, Number__c, Status__c: 'Active', Source_Url__c: `https://billing.example.com/${Name}` });
const state = (Status__c: string) => ({ Billing_Health__c: [node({ Status__c })], Billing_Balance__c: [] });

function setVisibility(value: 'visible' | 'hidden'): void {
  Object.defineProperty(document, 'visibilityState', { value, configurable: true });
  document.dispatchEvent(new CustomEvent('visibilitychange'));
}

describe('c-billing360', () => {
  const refresh = jest.fn();

  beforeEach(() => {
    jest.useFakeTimers({ now: new Date('2026-11-21T17:41:00Z'), doNotFake: ['queueMicrotask', 'nextTick'] });
    refresh.mockReset().mockResolvedValue(undefined);
  });
  afterEach(() => {
    clearPage();
    jest.useRealTimers();
  });

  async function show(objects: Parameters<typeof answer>[0]): Promise<HTMLElement> {
    const element = mount<HTMLElement>('c-billing360', Billing360, { recordId: RECORD });
    wire.emit(answer(objects), null, refresh);
    await rendered();
    return element;
  }

  it('shows every panel of its record at once', async () => {
    const element = await show({});
    const panels = findAll(element, '[data-panel]');
    expect(panels.map((panel) => panel.tagName.toLowerCase())).toEqual([
      'c-billing-health',
      'c-billing-subscriptions',
      'c-billing-invoices',
      'c-billing-payments',
      'c-billing-usage',
    ]);
    expect(panels.every((panel) => (panel as unknown as { recordId: string }).recordId === RECORD)).toBe(true);
    expect(textAt(element, 'h2')).toBe('Billing 360');
  });

  it('tells the freshness of those systems alone that bill the Account', async () => {
    const connections = ['Stripe', 'Zuora'].map((Source__c) =>
      node({ Source__c, State__c: 'Connected', Checked_Through__c: new Date().toISOString() }),
    );
    const stamp = async (accounts: Node[]) => {
      const element = await show({ Billing_Account__c: accounts, Billing_Connection__c: connections });
      const text = textAt(element, '[data-id=freshness]');
      clearPage();
      return text;
    };
    expect(await stamp([billingAccount('Stripe', 'Acme')])).toBe('Checked just now');
    expect(await stamp([])).toBe('Stripe checked just now · Zuora checked just now');
  });

  it('links the next renewal to its subscription', async () => {
    const number = 'sub_EJnaoyT2tBDmN21tUDxynXCj';
    const element = await show({
      Billing_Health__c: [node({ Next_Renewal_Date__c: '2027-02-01', Next_Renewal_Number__c: number })],
      Billing_Balance__c: [],
      Billing_Subscription__c: [
        node({ Number__c: number, Source__c: 'Stripe', Source_Url__c: 'https://billing.example.com/sub' }),
      ],
    });
    const [link] = findAll(element, '[data-id=renewal] a');
    expect(link && words(link)).toBe('sub_EJnaoy…nXCj');
    expect(link?.getAttribute('href')).toBe('https://billing.example.com/sub');
    expect(link?.getAttribute('aria-label')).toBe(`${number}: open in Stripe (new tab)`);
  });

  it('asks again for itself and every panel on the button, and says when it is done', async () => {
    let answerAll: () => void = () => undefined;
    refresh.mockReturnValue(new Promise<void>((resolve) => (answerAll = resolve)));
    const element = await show({});
    const [button] = findAll(element, 'lightning-button') as (HTMLElement & { label: string; disabled: boolean })[];
    button?.click();
    await rendered();
    expect(refresh).toHaveBeenCalledTimes(QUERIES);
    expect(button?.disabled).toBe(true);
    expect(button?.label).toBe('Refreshing…');
    expect(textAt(element, 'p.slds-assistive-text')).toBe('Refreshing…');
    answerAll();
    await jest.advanceTimersByTimeAsync(0);
    expect(button?.disabled).toBe(false);
    expect(button?.label).toBe('Refresh');
    expect(textAt(element, 'p.slds-assistive-text')).toBe('Refreshed at 09:41');
    expect(textAt(element, '[data-id=outcome]')).toBe('Refreshed at 09:41');
  });

  it('ends a refresh even when a panel fails, and says so', async () => {
    refresh.mockRejectedValue(new Error('offline'));
    const element = await show({});
    const [button] = findAll(element, 'lightning-button') as (HTMLElement & { disabled: boolean })[];
    button?.click();
    await jest.advanceTimersByTimeAsync(0);
    expect(button?.disabled).toBe(false);
    expect(textAt(element, '[data-id=outcome]')).toBe('Not everything could be refreshed');
  });

  it('reads aloud only what the person asked for', async () => {
    const element = await show(state('In Dunning'));
    await jest.advanceTimersByTimeAsync(60_000);
    expect(textAt(element, '[data-id=outcome]')).toBe('Refreshed at 09:42');
    expect(textAt(element, 'p.slds-assistive-text')).toBe('');
  });

  it('asks again each minute while in dunning, and no longer', async () => {
    await show(state('In Dunning'));
    jest.advanceTimersByTime(60_000);
    expect(refresh).toHaveBeenCalledTimes(QUERIES);
    wire.emit(answer(state('Good Standing')), null, refresh);
    jest.advanceTimersByTime(300_000);
    expect(refresh).toHaveBeenCalledTimes(QUERIES);
  });

  it('asks nothing while nobody can see the page', async () => {
    await show(state('In Dunning'));
    setVisibility('hidden');
    jest.advanceTimersByTime(180_000);
    expect(refresh).not.toHaveBeenCalled();
    setVisibility('visible');
    expect(refresh).toHaveBeenCalledTimes(QUERIES);
  });

  it('asks again when the page is seen again, and stops for good when it leaves the page', async () => {
    const element = await show(state('In Dunning'));
    setVisibility('hidden');
    expect(refresh).not.toHaveBeenCalled();
    setVisibility('visible');
    expect(refresh).toHaveBeenCalledTimes(QUERIES);
    element.remove();
    setVisibility('visible');
    jest.advanceTimersByTime(300_000);
    expect(refresh).toHaveBeenCalledTimes(QUERIES);
    expect(jest.getTimerCount()).toBe(0);
  });
});
