import BillingPanel from 'c/billingPanel';
import { clearPage, findAll, mount, node, rendered, textAt } from '../../../../../../test/lwc/answers';

let mockIsOffline = false;
jest.mock('c/errorUtils', () => {
  if (mockIsOffline) throw new Error('Failed to fetch');
  return jest.requireActual('c/errorUtils');
});

const rows = [node({ Number__c: 'A' }), node({ Number__c: 'B' })];
const panel = (phase: string, more = false) => ({ phase, rows, fields: new Set(), connections: [], errors: [], more });
const show = (props: Record<string, unknown>) =>
  mount<HTMLElement>('c-billing-panel', BillingPanel, { heading: 'Invoices', emptyText: 'Nothing billed.', ...props });

describe('c-billing-panel', () => {
  afterEach(clearPage);

  const failed = (...messages: string[]) => ({
    ...panel('error'),
    errors: messages.map((message) => ({ message })),
  });

  // The first, before anything has loaded the words.
  it('says in the words of the platform what happened when it cannot load its own', async () => {
    mockIsOffline = true;
    const element = show({ panel: failed('INVALID_SESSION_ID', 'no answer') });
    await rendered();
    mockIsOffline = false;
    expect(textAt(element, '[role=alert]')).toBe(
      'This part of billing could not be loaded. Try again; if it happens again, tell your Salesforce admin. Details: INVALID_SESSION_ID; no answer Try again',
    );
  });

  it('loads until it is told otherwise', () => {
    const element = show({});
    expect(textAt(element, '[role=status]')).toBe('Loading: Invoices');
    expect(findAll(element, 'slot:not([name])')).toHaveLength(0);
  });

  it('says that what is shown may be old when asking again failed', () => {
    const stale = { ...panel('ready'), errors: [{ message: 'offline' }] };
    expect(textAt(show({ panel: stale }), '[data-id=stale]')).toContain('may be missing or out of date');
    clearPage();
    expect(findAll(show({ panel: { ...stale, phase: 'error' } }), '[data-id=stale]')).toHaveLength(0);
  });

  it('says what it means that there is nothing, or no access, and has no place for rows then', () => {
    const empty = show({ panel: panel('empty') });
    expect(textAt(empty, '[data-id=message]')).toBe('Nothing billed.');
    expect(findAll(empty, 'slot')).toHaveLength(0);
    clearPage();
    expect(textAt(show({ panel: panel('noaccess') }), '[data-id=message]')).toBe(
      'You do not have access to: Invoices. Ask your Salesforce admin for the permission set “Billing Viewer”.',
    );
  });

  it('is named by its heading', () => {
    const [section] = findAll(show({ panel: panel('ready') }), 'section');
    expect(section?.getAttribute('aria-label')).toBe('Invoices');
  });

  it('says what happened, what to do and the details, as text', async () => {
    const element = show({ panel: failed('<script>x</script>') });
    await rendered();
    expect(textAt(element, '[role=alert]')).toBe(
      'This part of billing could not be loaded. Try again; if it happens again, tell your Salesforce admin. Details: <script>x</script> Try again',
    );
    expect(findAll(element, 'script')).toHaveLength(0);
  });

  it('says nothing any more once all is well, though the words for what failed come later', async () => {
    const element = show({ panel: failed('offline') });
    Object.assign(element, { panel: panel('ready') });
    await rendered();
    expect(findAll(element, '[role=alert]')).toHaveLength(0);
  });

  it('passes on that somebody wants to try again', async () => {
    const element = show({ panel: { ...panel('error'), errors: [{ message: 'no' }] } });
    await rendered();
    const retried = jest.fn();
    element.addEventListener('retry', retried);
    (findAll(element, 'button')[0] as HTMLButtonElement).click();
    expect(retried).toHaveBeenCalledTimes(1);
  });
});
