import BillingFrame from 'c/billingFrame';
import { NOT_ASKED, panelOf } from 'c/billingRows';
import { clearPage, mount, node, rendered, textAt } from '../../../../../../test/lwc/answers';

const NOW = new Date('2026-11-21T12:00:00Z');
const connection = (source: string, minutes: number) =>
  node({ Source__c: source, Checked_Through__c: new Date(NOW.getTime() - minutes * 60_000).toISOString() });

describe('freshness in c-billing-frame', () => {
  beforeEach(() => jest.useFakeTimers({ now: NOW, doNotFake: ['queueMicrotask', 'nextTick'] }));
  afterEach(() => {
    clearPage();
    jest.useRealTimers();
  });

  const show = (connections: unknown[]) =>
    mount<HTMLElement>('c-billing-frame', BillingFrame, { panel: { ...panelOf(NOT_ASKED, ''), connections } });

  it('says the age for each source', () => {
    const element = show([connection('Stripe', 2), connection('Zuora', 65)]);
    expect(textAt(element, '[data-id=freshness]')).toBe(
      'Stripe checked through 2 minutes ago · Zuora checked through 1 hour ago',
    );
  });

  it('says what was looked at within the last minute in fewer words', () => {
    const both = [connection('Stripe', 0), connection('Zuora', 2)];
    expect(textAt(show(both), '[data-id=freshness]')).toBe(
      'Stripe checked just now · Zuora checked through 2 minutes ago',
    );
    clearPage();
    expect(textAt(show(both.slice(0, 1)), '[data-id=freshness]')).toBe('Stripe checked just now');
  });

  it('lets the words age without asking anybody', async () => {
    const element = show([connection('Stripe', 2)]);
    expect(textAt(element, '[data-id=freshness]')).toBe('Stripe checked through 2 minutes ago');
    jest.advanceTimersByTime(90_000);
    await rendered();
    expect(textAt(element, '[data-id=freshness]')).toBe('Stripe checked through 3 minutes ago');
  });

  it('says no age of Salesforce, from which no figure is', () => {
    const salesforce = node({ Source__c: 'Salesforce', Checked_Through__c: null });
    expect(textAt(show([connection('Stripe', 2), salesforce]), '[data-id=freshness]')).toBe(
      'Stripe checked through 2 minutes ago',
    );
  });

  it('stops when it leaves the page', () => {
    show([]);
    expect(jest.getTimerCount()).toBeGreaterThan(0);
    clearPage();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('says so when a source was never looked at, and nothing when it may not know', () => {
    expect(textAt(show([node({ Source__c: 'Zuora', Checked_Through__c: null })]), '[data-id=freshness]')).toBe(
      'Zuora not checked yet',
    );
    clearPage();
    expect(textAt(show([node({ Source__c: 'Zuora' })]), '[data-id=freshness]')).toBeNull();
    expect(textAt(show([]), '[data-id=freshness]')).toBeNull();
  });
});
