import BillingPanel from 'c/billingPanel';
import { clearPage, findAll, mount, node, rendered, textAt } from '../../../../../../test/lwc/answers';

const rows = [node({ Number__c: 'A' }), node({ Number__c: 'B' })];
const panel = (phase: string, more = false) => ({ phase, rows, fields: new Set(), connections: [], errors: [], more });
const show = (props: Record<string, unknown>) =>
  mount<HTMLElement>('c-billing-panel', BillingPanel, { heading: 'Invoices', emptyText: 'Nothing billed.', ...props });

describe('c-billing-panel', () => {
  afterEach(clearPage);

  it('loads until it is told otherwise', () => {
    const element = show({});
    expect(textAt(element, '[role=status]')).toBe('Loading: Invoices');
    expect(textAt(element, 'h3')).toBe('Invoices');
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
    expect(textAt(empty, '.message')).toBe('Nothing billed.');
    expect(findAll(empty, 'slot')).toHaveLength(0);
    clearPage();
    expect(textAt(show({ panel: panel('noaccess') }), '.message')).toBe(
      'You do not have access to: Invoices. Ask your Salesforce admin for the permission set “Billing Viewer”.',
    );
  });

  it('is named by its heading', () => {
    const element = show({ panel: panel('ready') });
    const labelledBy = findAll(element, 'section')[0]?.getAttribute('aria-labelledby');
    expect(labelledBy).toBeTruthy();
    expect(findAll(element, 'h3')[0]?.id).toBe(labelledBy);
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
