import BillingFreshness from 'c/billingFreshness';
import { clearPage, findAll, mount, node, rendered, textAt } from '../../../../../../test/lwc/answers';

const NOW = new Date('2026-11-21T12:00:00Z');
const connection = (source: string, state: string, minutes: number, message: string | null = null) =>
  node({
    Source__c: source,
    State__c: state,
    Checked_Through__c: new Date(NOW.getTime() - minutes * 60_000).toISOString(),
    Message__c: message,
  });

describe('c-billing-freshness', () => {
  beforeEach(() => jest.useFakeTimers({ now: NOW, doNotFake: ['queueMicrotask', 'nextTick'] }));
  afterEach(() => {
    clearPage();
    jest.useRealTimers();
  });

  const show = (connections: unknown[], compact = false) =>
    mount<HTMLElement>('c-billing-freshness', BillingFreshness, { connections, compact });

  it('says the age for each source, and nothing else while all is well', () => {
    const element = show([connection('Stripe', 'Connected', 2), connection('Zuora', 'Connected', 65)]);
    expect(textAt(element, '[data-id=freshness]')).toBe(
      'Stripe checked through 2 minutes ago · Zuora checked through 1 hour ago',
    );
    expect(findAll(element, '.trouble')).toHaveLength(0);
  });

  it('says what was looked at within the last minute in fewer words', () => {
    const both = [connection('Stripe', 'Connected', 0), connection('Zuora', 'Connected', 2)];
    expect(textAt(show(both), '[data-id=freshness]')).toBe(
      'Stripe checked just now · Zuora checked through 2 minutes ago',
    );
    clearPage();
    expect(textAt(show(both.slice(0, 1)), '[data-id=freshness]')).toBe('Checked just now');
  });

  it('lets the words age without asking anybody', async () => {
    const element = show([connection('Stripe', 'Connected', 2)]);
    expect(textAt(element, '[data-id=freshness]')).toBe('Checked through 2 minutes ago');
    jest.advanceTimersByTime(90_000);
    await rendered();
    expect(textAt(element, '[data-id=freshness]')).toBe('Checked through 3 minutes ago');
  });

  it('says one age for all in a panel, that of the source looked at longest ago', () => {
    const element = show([connection('Stripe', 'Connected', 2), connection('Zuora', 'Broken', 65, 'Password.')], true);
    expect(textAt(element, '[data-id=freshness]')).toBe('Checked through 1 hour ago');
    expect(textAt(element, '.trouble_bad')).toBe('Zuora is not connected');
    expect(findAll(element, '[role=status]')).toHaveLength(0);
  });

  it('says of a connection that an operator paused that it is late, and why', () => {
    const element = show([connection('Stripe', 'Paused', 5, 'Paused for the audit.')]);
    expect(textAt(element, '.trouble_warn')).toBe(
      'Stripe is delayed: newer changes are still on their way. Paused for the audit.',
    );
  });

  it('says of Salesforce only what is wrong, and no age', () => {
    const salesforce = node({ Source__c: 'Salesforce', State__c: 'Connected', Checked_Through__c: null });
    const element = show([connection('Stripe', 'Connected', 2), salesforce]);
    expect(textAt(element, '[data-id=freshness]')).toBe('Checked through 2 minutes ago');
    expect(findAll(element, '.trouble')).toHaveLength(0);
    clearPage();
    const late = node({ Source__c: 'Salesforce', State__c: 'Delayed', Message__c: 'Its API calls are used up.' });
    expect(textAt(show([connection('Stripe', 'Connected', 2), late]), '.trouble_warn')).toMatch(
      /^Salesforce is delayed: .* Its API calls are used up\.$/,
    );
  });

  it('stops when it leaves the page', () => {
    show([]);
    expect(jest.getTimerCount()).toBe(1);
    clearPage();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('tells what is late or broken, with the message', () => {
    const element = show([
      connection('Stripe', 'Delayed', 10),
      connection('Zuora', 'Broken', 90, 'The password was refused.'),
    ]);
    expect(textAt(element, '.trouble_warn')).toBe('Stripe is delayed: newer changes are still on their way.');
    expect(textAt(element, '.trouble_bad')).toBe(
      'Zuora is not connected: what you see may be out of date. The password was refused.',
    );
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
