import BillingCopy from 'c/billingCopy';
import { clearPage, findAll, mount, rendered, textAt, words } from '../../../../../../test/lwc/answers';

function offer(writeText: (() => Promise<void>) | undefined, execCommand: () => boolean): void {
  Object.defineProperty(navigator, 'clipboard', { value: writeText && { writeText }, configurable: true });
  Object.defineProperty(document, 'execCommand', { value: execCommand, configurable: true });
}

async function press(props: Record<string, unknown>): Promise<HTMLElement> {
  const element = mount<HTMLElement>('c-billing-copy', BillingCopy, { text: '€ 4,200.00', name: 'Total', ...props });
  (findAll(element, 'button')[0] as HTMLElement).click();
  await rendered();
  await rendered();
  return element;
}

describe('a button that copies', () => {
  afterEach(clearPage);

  it('says what it copies, and that it did', async () => {
    const writeText = jest.fn(() => Promise.resolve());
    offer(writeText, () => false);
    const element = await press({});
    expect(writeText).toHaveBeenCalledWith('€ 4,200.00');
    expect(findAll(element, 'button')[0]?.getAttribute('aria-label')).toBe('Copy: Total');
    expect(textAt(element, '[role="status"]')).toBe('Copied');
  });

  it.each([
    ['has no clipboard', undefined],
    ['refuses the clipboard', () => Promise.reject(new Error('NotAllowedError'))],
  ])('copies a selection where the browser %s', async (_why, writeText) => {
    const copied: string[] = [];
    offer(writeText, () => {
      copied.push((document.activeElement as HTMLTextAreaElement).value);
      return true;
    });
    const element = await press({ label: 'Copy facts' });
    expect(copied).toEqual(['€ 4,200.00']);
    expect(words(findAll(element, 'button')[0]!)).toBe('Copied');
    expect(findAll(document.body, 'textarea')).toEqual([]);
  });

  it.each([
    ['says no', () => false],
    [
      'knows no way',
      () => {
        throw new Error('execCommand is not supported');
      },
    ],
  ])('shows the text to be copied by hand where the browser %s', async (_why, execCommand) => {
    offer(undefined, execCommand);
    const element = await press({});
    expect(textAt(element, '.by-hand')).toBe(
      'Your browser does not let us copy. Select this text and copy it yourself: € 4,200.00',
    );
    expect(findAll(document.body, 'textarea')).toEqual([]);
  });
});
