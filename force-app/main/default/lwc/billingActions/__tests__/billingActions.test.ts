import BillingActions from 'c/billingActions';
import { actionsOf } from '../actions';
import { clearPage, findAll, mount, rendered, textAt } from '../../../../../../test/lwc/answers';

const mockOpen = jest.fn();
jest.mock('c/billingActionModal', () => ({
  __esModule: true,
  default: { open: (given: unknown) => mockOpen(given) as unknown },
}));
jest.mock('@salesforce/customPermission/Billing_Payment_Actions', () => ({ default: true }), { virtual: true });

type Element = HTMLElement & { recordId: string; objectApiName: string };
const show = (objectApiName: string) =>
  mount<Element>('c-billing-actions', BillingActions, { recordId: '001A', objectApiName });
const buttons = (element: Element) => findAll(element, 'lightning-button') as (HTMLElement & { label: string })[];
const press = (element: Element, label: string) =>
  buttons(element)
    .find((one) => one.label === label)!
    .click();
async function settled(): Promise<void> {
  await rendered();
  await rendered();
}

describe('c-billing-actions', () => {
  afterEach(() => {
    clearPage();
    mockOpen.mockReset();
  });

  it.each([
    ['Account', ['Refresh from billing', 'Payment link', 'Send invoice again', 'Open in billing']],
    ['Case', ['Payment link', 'Invoice PDF', 'Send invoice again']],
    ['', ['Refresh from billing', 'Open in billing']],
    ['Billing_Invoice__c', ['Payment link', 'Invoice PDF', 'Send invoice again']],
    ['Billing_Subscription__c', ['Refresh from billing', 'Open in billing']],
  ])('has the buttons of %s', (object, labels) => {
    expect(buttons(show(object)).map(({ label }) => label)).toEqual(labels);
  });

  it('has no button that needs a permission which the user lacks', () => {
    expect(actionsOf('Account', false).map(({ label }) => label)).toEqual(['Refresh from billing', 'Open in billing']);
  });

  it('opens the flow of the button for the record, says what came of it, and tells its host', async () => {
    mockOpen.mockResolvedValue(['Up to date.', 'One.', 'Two.']);
    const element = show('Account');
    const changed = jest.fn();
    element.addEventListener('changed', (event) => changed((event as CustomEvent).detail));
    press(element, 'Refresh from billing');
    await settled();
    expect(mockOpen).toHaveBeenCalledWith(expect.objectContaining({ flow: 'Billing_Refresh', recordId: '001A' }));
    expect(textAt(element, '[role=status]')).toBe('Up to date. One. Two.');
    expect(changed.mock.calls).toEqual([[{ action: 'refresh' }]]);
  });

  it('tells its host after a dialog that was closed early, since the refresh goes on', async () => {
    mockOpen.mockResolvedValue(undefined);
    const element = show('Account');
    const changed = jest.fn();
    element.addEventListener('changed', changed);
    press(element, 'Refresh from billing');
    await settled();
    expect(changed).toHaveBeenCalledTimes(1);
    expect(textAt(element, '[role=status]')).toBe('');
  });

  it('asks nobody to load again after a payment link', async () => {
    mockOpen.mockResolvedValue(['Here.']);
    const element = show('Account');
    const changed = jest.fn();
    element.addEventListener('changed', changed);
    press(element, 'Payment link');
    await settled();
    expect(changed).not.toHaveBeenCalled();
  });

  it('opens one dialog for two clicks', async () => {
    let close: ((given: unknown) => void) | undefined;
    mockOpen.mockReturnValue(new Promise((done) => (close = done)));
    const element = show('Account');
    press(element, 'Refresh from billing');
    press(element, 'Open in billing');
    await settled();
    expect(mockOpen).toHaveBeenCalledTimes(1);
    close?.(undefined);
    await settled();
    press(element, 'Open in billing');
    await settled();
    expect(mockOpen).toHaveBeenCalledTimes(2);
  });

  it('says so when the dialog cannot be opened', async () => {
    mockOpen.mockRejectedValue(new Error('no overlay'));
    const element = show('Account');
    press(element, 'Open in billing');
    await settled();
    expect(textAt(element, '[role=status]')).toMatch(/^This could not be carried out\./);
  });
});
