import Billing360 from 'c/billing360';
import { graphql } from 'lightning/graphql';
import type { GraphqlStub, Node } from '../../../../../../test/lwc/answers';
import { answer, clearPage, findAll, mount, node, rendered, textAt, words } from '../../../../../../test/lwc/answers';

// Dialogs are of the platform; what they do is told by the tests of the actions.
jest.mock('c/billingActionModal', () => ({ default: { open: jest.fn() } }));

const wire = graphql as unknown as GraphqlStub;
const RECORD = '001000000000001AAA';
/** Of the panel itself, and of the tab that is open. */
const QUERIES = 2;

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
    // The list asks once it is loaded.
    await rendered();
    wire.emit(answer(objects), null, refresh);
    await rendered();
    return element;
  }

  it('shows the figures of its record, and of the lists the first alone', async () => {
    const element = await show(state('Overdue'));
    expect(textAt(element, 'h2')).toBe('Billing 360');
    expect(textAt(element, '[data-id=status]')).toBe('Overdue');
    expect(findAll(element, '[data-list]')).toHaveLength(1);
    const lists = findAll(element, '[data-part=subscriptions]');
    expect((lists[0] as unknown as { recordId: string }).recordId).toBe(RECORD);
  });

  it('keeps the lists out of sight until it is known what stands above them', async () => {
    const element = mount<HTMLElement>('c-billing360', Billing360, { recordId: RECORD });
    await rendered();
    expect(findAll(element, '[data-id=lists].slds-hide')).toHaveLength(1);
    wire.emit(answer({}));
    await rendered();
    expect(findAll(element, '[data-id=lists]:not(.slds-hide)')).toHaveLength(1);
  });

  it('leaves out balances and lists when it is compact, until they are asked for', async () => {
    const element = mount<HTMLElement>('c-billing360', Billing360, { recordId: RECORD, compact: true });
    wire.emit(answer(state('Overdue')));
    await rendered();
    expect(findAll(element, '[role=tab], .ages')).toHaveLength(0);
    (findAll(element, 'button[data-shows=details]')[0] as HTMLButtonElement).click();
    await rendered();
    expect(findAll(element, '[role=tab]')).toHaveLength(5);
    expect(findAll(element, 'button[data-shows=details]')).toHaveLength(0);
  });

  it('shows cases of dunning that are open', async () => {
    const one = (Invoice_Number__c: string, Status__c: string) => node({ Invoice_Number__c, Status__c });
    const element = await show({
      ...state('In Dunning'),
      Dunning_Case__c: [one('IN-1', 'Closed'), one('IN-2', 'Open')],
    });
    expect(findAll(element, '[data-id=dunning]').map(words).join()).toContain('IN-2');
    expect(words(element)).not.toContain('IN-1');
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
    expect(await stamp([billingAccount('Stripe', 'Acme')])).toBe('Stripe checked just now');
    expect(await stamp([])).toBe('Stripe checked just now · Zuora checked just now');
  });

  it('links the next renewal to its subscription, and tells what that brings in a year', async () => {
    const number = 'sub_EJnaoyT2tBDmN21tUDxynXCj';
    const element = await show({
      Billing_Health__c: [node({ Next_Renewal_Date__c: '2027-02-01', Next_Renewal_Number__c: number })],
      Billing_Balance__c: [],
      Billing_Subscription__c: [
        node({
          Number__c: number,
          Source__c: 'Stripe',
          Source_Url__c: 'https://billing.example.com/sub',
          ARR__c: 1200,
          Currency_Code__c: 'EUR',
        }),
      ],
    });
    await rendered();
    expect(textAt(element, '[data-id=renewal]')).toContain('in 72 days · € 1,200 a year');
    const [link] = findAll(element, '[data-id=renewal] a[href]');
    expect(link && words(link)).toBe('sub_EJnaoy…nXCj');
    expect(link?.getAttribute('href')).toBe('https://billing.example.com/sub');
    expect(link?.getAttribute('aria-label')).toBe(`${number}: open in Stripe (new tab)`);
  });

  it('asks again for itself and every open list once billing may be another one, and says when', async () => {
    const element = await show({});
    findAll(element, 'c-billing-actions')[0]?.dispatchEvent(
      new CustomEvent('changed', { detail: { action: 'refresh' } }),
    );
    await jest.advanceTimersByTimeAsync(0);
    expect(refresh).toHaveBeenCalledTimes(QUERIES);
    expect(textAt(element, '[data-id=outcome]')).toBe('Refreshed at 09:41');
  });

  it('says that not everything could be asked again', async () => {
    refresh.mockRejectedValue(new Error('offline'));
    const element = await show(state('In Dunning'));
    await jest.advanceTimersByTimeAsync(60_000);
    expect(textAt(element, '[data-id=outcome]')).toBe('Not everything could be refreshed');
  });

  it('gives the actions their record', async () => {
    const [actions] = findAll(await show({}), 'c-billing-actions');
    expect(actions as unknown as object).toMatchObject({ recordId: RECORD, objectApiName: 'Account' });
  });

  it('asks again each minute while in dunning, and no longer', async () => {
    await show(state('In Dunning'));
    jest.advanceTimersByTime(60_000);
    expect(refresh).toHaveBeenCalledTimes(QUERIES);
    wire.emit(answer(state('Good Standing')), null, refresh);
    await rendered();
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
