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
    jest.useFakeTimers({ now: new Date('2026-11-21T09:41:00Z'), doNotFake: ['queueMicrotask', 'nextTick'] });
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

  const accountsOn = (element: Element) => findAll(element, '.accounts li').map(words);

  it('names each billing account, with the way into its billing system', async () => {
    const accounts = [
      billingAccount('Zuora', 'Acme Europe'),
      billingAccount('Stripe', 'Acme self-serve'),
      billingAccount('Zuora', 'Acme Inc.', 'A-2'),
      billingAccount('Zuora', 'Acme Inc.', 'A-1'),
      node({ Source__c: 'Zuora', Name: 'Gone', Status__c: 'Removed' }),
    ];
    const element = await show({ Billing_Account__c: accounts });
    expect(textAt(element, '[data-id=accounts]')).toBe('4 billing accounts');
    expect(accountsOn(element)).toEqual([
      'Stripe · Acme self-serve',
      'Zuora · Acme Europe',
      'Zuora · Acme Inc. (A-1)',
      'Zuora · Acme Inc. (A-2)',
    ]);
    const [link] = findAll(element, '.accounts a');
    expect(link?.getAttribute('href')).toBe('https://billing.example.com/Acme%20self-serve');
    expect(link?.getAttribute('aria-label')).toBe('Stripe · Acme self-serve: open in Stripe (new tab)');
  });

  it('keeps the header short when there are many, and shows all when asked', async () => {
    const accounts = [1, 2, 3, 4, 5, 6].map((n) => billingAccount('Zuora', `Acme ${n}`));
    const element = await show({ Billing_Account__c: accounts });
    expect(accountsOn(element)).toEqual([
      'Zuora · Acme 1',
      'Zuora · Acme 2',
      'Zuora · Acme 3',
      'Show all 6 billing accounts',
    ]);
    (findAll(element, '.accounts button')[0] as HTMLButtonElement).click();
    await rendered();
    expect(accountsOn(element)).toHaveLength(6);
  });

  it('says that there is none, and nothing of what may not be read', async () => {
    expect(textAt(await show({ Billing_Account__c: [] }), '[data-id=accounts]')).toContain('No billing account');
    clearPage();
    expect(textAt(await show({}), '[data-id=accounts]')).toBe('');
    clearPage();
    const nameless = node({ Status__c: 'Active' });
    const element = await show({ Billing_Account__c: [nameless] });
    expect(textAt(element, '[data-id=accounts]')).toBe('1 billing account');
    expect(accountsOn(element)).toEqual([]);
  });

  it('tells the freshness of those systems alone that bill the Account', async () => {
    const connections = ['Stripe', 'Zuora'].map((Source__c) =>
      node({ Source__c, State__c: 'Connected', Checked_Through__c: new Date().toISOString() }),
    );
    const stamp = async (accounts: Node[]) => {
      const element = await show({ Billing_Account__c: accounts, Billing_Connection__c: connections });
      const text = textAt(element, 'header [data-id=freshness]');
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
