import Billing360 from 'c/billing360';
import { graphql } from 'lightning/graphql';
import type { GraphqlStub } from '../../../../../../test/lwc/answers';
import { answer, clearPage, findAll, mount, node, rendered, textAt } from '../../../../../../test/lwc/answers';

const wire = graphql as unknown as GraphqlStub;
const RECORD = '001000000000001AAA';
const QUERIES = 6;

const billingAccount = (Source__c: string, Status__c = 'Active') => node({ Source__c, Status__c });
const state = (Status__c: string) => ({ Billing_Health__c: [node({ Status__c })], Billing_Balance__c: [] });

function setVisibility(value: 'visible' | 'hidden'): void {
  Object.defineProperty(document, 'visibilityState', { value, configurable: true });
  document.dispatchEvent(new CustomEvent('visibilitychange'));
}

describe('c-billing360', () => {
  const refresh = jest.fn();

  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['queueMicrotask', 'nextTick'] });
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

  it('tells how many billing accounts there are and where', async () => {
    const accounts = [
      billingAccount('Zuora'),
      billingAccount('Stripe'),
      billingAccount('Zuora'),
      billingAccount('Zuora', 'Removed'),
    ];
    expect(textAt(await show({ Billing_Account__c: accounts }), '[data-id=accounts]')).toBe(
      '3 billing accounts: 2 in Zuora, 1 in Stripe',
    );
    clearPage();
    expect(textAt(await show({ Billing_Account__c: [billingAccount('Stripe')] }), '[data-id=accounts]')).toBe(
      '1 billing account: 1 in Stripe',
    );
    clearPage();
    expect(textAt(await show({ Billing_Account__c: [] }), '[data-id=accounts]')).toContain('No billing account');
    clearPage();
    expect(textAt(await show({}), '[data-id=accounts]')).toBe('');
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
    answerAll();
    await jest.advanceTimersByTimeAsync(0);
    expect(button?.disabled).toBe(false);
    expect(button?.label).toBe('Refresh');
    expect(textAt(element, 'p.slds-assistive-text')).toBe('Billing has been asked for again');
  });

  it('ends a refresh even when a panel fails', async () => {
    refresh.mockRejectedValue(new Error('offline'));
    const element = await show({});
    const [button] = findAll(element, 'lightning-button') as (HTMLElement & { disabled: boolean })[];
    button?.click();
    await jest.advanceTimersByTimeAsync(0);
    expect(button?.disabled).toBe(false);
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
