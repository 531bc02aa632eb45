import BillingActionModal from 'c/billingActionModal';
import { clearPage, findAll, mount, rendered, textAt } from '../../../../../../test/lwc/answers';

const closed = jest.fn();
jest.mock('@salesforce/i18n/timeZone', () => ({ default: 'UTC' }), { virtual: true });

function show(flow: string): HTMLElement {
  const element = mount<HTMLElement>('c-billing-action-modal', BillingActionModal, { flow, recordId: '001A' });
  element.addEventListener('closed', (event) => closed((event as CustomEvent).detail));
  return element;
}
type Flow = HTMLElement & { flowInputVariables: unknown };
const flowOf = (element: HTMLElement) => findAll(element, 'lightning-flow')[0] as Flow;

async function tell(element: HTMLElement, status: string, outputs: Record<string, string> = {}): Promise<void> {
  const outputVariables = Object.entries(outputs).map(([name, value]) => ({ name, value }));
  flowOf(element).dispatchEvent(new CustomEvent('statuschange', { detail: { status, outputVariables } }));
  await Promise.resolve();
}

const LINK = { message: 'Pays INV-1.', url: 'https://pay.example/x', expiresAt: '2026-12-01T10:30:00Z' };

describe('c-billing-action-modal', () => {
  afterEach(() => {
    clearPage();
    closed.mockReset();
    jest.restoreAllMocks();
  });

  it('runs the flow with the record, and closes with what came of it', async () => {
    const element = show('Billing_Refresh');
    expect(flowOf(element).flowInputVariables).toEqual([{ name: 'recordId', type: 'String', value: '001A' }]);
    await tell(element, 'STARTED');
    expect(closed).not.toHaveBeenCalled();
    await tell(element, 'FINISHED', { message: 'Up to date.', changes: 'One.\nTwo.' });
    expect(closed.mock.calls).toEqual([[['Up to date.', 'One.', 'Two.']]]);
  });

  it('says so when the flow fails', async () => {
    const element = show('Billing_Refresh');
    await tell(element, 'ERROR');
    expect(textAt(element, '[role=alert]')).toMatch(/^This could not be carried out\./);
  });

  it('shows a payment link with its end, and puts it into the clipboard by a second click', async () => {
    const writeText = jest.fn().mockResolvedValue(undefined);
    Object.assign(navigator, { clipboard: { writeText } });
    const element = show('Billing_Payment_Link');
    expect(flowOf(element).flowInputVariables).toContainEqual({ name: 'shownByCaller', type: 'Boolean', value: true });
    await tell(element, 'FINISHED', LINK);
    expect(closed).not.toHaveBeenCalled();
    expect((findAll(element, 'input')[0] as HTMLInputElement).value).toBe(LINK.url);
    expect(textAt(element, 'lightning-modal-body')).toContain('Works until 1 Dec 2026, 10:30.');
    expect(writeText).not.toHaveBeenCalled();
    (findAll(element, '[data-id=copy]')[0] as HTMLElement).click();
    await rendered();
    await rendered();
    expect(writeText.mock.calls).toEqual([[LINK.url]]);
    expect(textAt(element, '[role=status]')).toBe('Copied.');
  });

  it.each([
    [true, 'Copied.'],
    [false, 'This browser does not let the page copy. The link is marked: copy it with the keyboard.'],
  ])('copies by the old command where the clipboard is closed (%s)', async (works, words) => {
    Object.assign(navigator, { clipboard: { writeText: jest.fn().mockRejectedValue(new Error('denied')) } });
    Object.assign(document, { execCommand: jest.fn(() => works) });
    const element = show('Billing_Payment_Link');
    await tell(element, 'FINISHED', { ...LINK, expiresAt: '' });
    expect(textAt(element, 'lightning-modal-body')).not.toContain('Works until');
    (findAll(element, '[data-id=copy]')[0] as HTMLElement).click();
    await rendered();
    await rendered();
    expect(textAt(element, '[role=status]')).toBe(words);
  });

  it('closes without a link where there is none, with the reason', async () => {
    const element = show('Billing_Payment_Link');
    await tell(element, 'FINISHED', { message: 'Zuora has no page for it.' });
    expect(closed).toHaveBeenCalledWith(['Zuora has no page for it.']);
  });
});
