import BillingFrame from 'c/billingFrame';
import { NOT_ASKED, panelOf } from 'c/billingRows';
import type { Node } from '../../../../../../test/lwc/answers';
import { clearPage, findAll, mount, node, rendered, textAt, without, words } from '../../../../../../test/lwc/answers';

const NOW = new Date('2026-11-21T12:00:00Z');
const STALE_MINUTES = 15;
// Times of day are told in the zone of the user, which is Los Angeles here.
const ago = (minutes: number) => new Date(NOW.getTime() - minutes * 60_000).toISOString();
const connection = (source: string, state: string, minutes: number, message: string | null = null) =>
  node({
    Source__c: source,
    State__c: state,
    Checked_Through__c: ago(minutes),
    Stale_After__c: ago(minutes - STALE_MINUTES),
    Message__c: message,
  });
const REFRESH = 'What to do: press “Refresh from billing” to have this customer read anew.';
const ASK_ADMIN = 'Refresh from billing does not help until this is mended: tell your Salesforce admin.';

describe('the note of c-billing-frame', () => {
  beforeEach(() => jest.useFakeTimers({ now: NOW, doNotFake: ['queueMicrotask', 'nextTick'] }));
  afterEach(() => {
    clearPage();
    jest.useRealTimers();
  });

  const show = (...connections: Node[]) =>
    mount<HTMLElement>('c-billing-frame', BillingFrame, { panel: { ...panelOf(NOT_ASKED, ''), connections } });
  const note = (element: Element) => textAt(element, '[data-id=stale-note]');

  it('says nothing while all is well', () => {
    expect(note(show(connection('Stripe', 'Connected', 2), connection('Zuora', 'Connected', 14)))).toBeNull();
    expect(note(show())).toBeNull();
  });

  it('says since when nothing was checked, that nothing is heard, and what to do', () => {
    const element = show(connection('Stripe', 'Connected', 2), connection('Zuora', 'Connected', 120));
    expect(note(element)).toBe(
      `These figures may be out of date Zuora was last checked 2 hours ago, on 21 Nov 2026, 02:00. The sync of Zuora does not report any more. ${REFRESH}`,
    );
    expect(findAll(element, '.note_warn svg[aria-hidden=true]')).toHaveLength(1);
  });

  it('comes by itself when figures grow stale on an open page, into what is read aloud', async () => {
    const element = show(connection('Stripe', 'Connected', 14));
    const live = findAll(element, '[role=status]')[0]!;
    expect(words(live)).toBe('');
    jest.advanceTimersByTime(90_000);
    await rendered();
    expect(words(live)).toContain('Stripe was last checked 15 minutes ago');
  });

  it('says of a connection that is late why, and no time while it was checked just now', () => {
    expect(note(show(connection('Stripe', 'Delayed', 0, 'Changes are waiting.')))).toBe(
      `These figures may be out of date Stripe is delayed: newer changes are still on their way. Changes are waiting. ${REFRESH}`,
    );
  });

  it('says of a connection that an operator paused why, and that a refresh does not help', () => {
    expect(note(show(connection('Stripe', 'Paused', 65, 'Paused for the audit.')))).toBe(
      `These figures may be out of date Stripe was last checked 1 hour ago, on 21 Nov 2026, 02:55. Stripe is paused: newer changes wait until somebody lets it go on. Paused for the audit. ${ASK_ADMIN}`,
    );
  });

  it('is graver for one that is broken; while another one works a refresh helps', () => {
    const broken = connection('Zuora', 'Broken', 3, 'The password was refused.');
    const element = show(broken);
    expect(note(element)).toBe(
      `These figures may be out of date Zuora is not connected: what you see may be out of date. The password was refused. ${ASK_ADMIN}`,
    );
    expect(findAll(element, '.note_bad')).toHaveLength(1);
    clearPage();
    expect(note(show(broken, connection('Stripe', 'Delayed', 3)))).toContain(REFRESH);
  });

  it('says of Salesforce what is wrong, and never since when', () => {
    const salesforce = (state: string) => connection('Salesforce', state, 120, 'Its API calls are used up.');
    expect(note(show(salesforce('Connected')))).toBeNull();
    expect(note(show(salesforce('Delayed')))).toMatch(
      /date Salesforce is delayed: .* Its API calls are used up\. Refresh/,
    );
  });

  it.each(['Source__c', 'State__c', 'Checked_Through__c', 'Message__c'])('says the rest without %s', (field) => {
    const late = connection('Zuora', 'Connected', 120, 'Why.');
    expect(note(show(without(late, field)))).toMatch(
      /^These figures may be out of date (?!.*(undefined|null|NaN|Invalid))/,
    );
  });

  it('does not guess when figures are stale without Stale_After__c', () => {
    expect(note(show(without(connection('Zuora', 'Connected', 120), 'Stale_After__c')))).toBeNull();
  });

  it('stops when it leaves the page', () => {
    show();
    expect(jest.getTimerCount()).toBeGreaterThan(0);
    clearPage();
    expect(jest.getTimerCount()).toBe(0);
  });
});
