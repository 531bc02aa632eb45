import BillingPanel from 'c/billingPanel';
import { PARTS } from '../parts';
import { clearPage, findAll, mount, rendered, textAt } from '../../../../../../test/lwc/answers';

const show = (props: Record<string, unknown> = {}) =>
  mount<HTMLElement & { refresh(): Promise<void> }>('c-billing-panel', BillingPanel, {
    name: 'usage',
    heading: 'Usage',
    properties: { recordId: '001000000000001AAA' },
    ...props,
  });
const part = (element: Element) =>
  findAll(element, '[data-part]')[0] as (HTMLElement & { recordId: string }) | undefined;

describe('parts that c-billing-panel loads', () => {
  afterEach(() => {
    clearPage();
    jest.restoreAllMocks();
  });

  it('stands as a stencil that says what is loaded, then as the part with its properties', async () => {
    const element = show();
    expect(textAt(element, '[role=status]')).toBe('Loading: Usage');
    expect(part(element)).toBeUndefined();
    await rendered();
    expect(part(element)?.recordId).toBe('001000000000001AAA');
    expect(findAll(element, 'c-billing-panel')).toHaveLength(1);
  });

  it.each(Object.keys(PARTS))('loads %s', async (name) => {
    const element = show({ name, properties: {} });
    await rendered();
    expect(part(element)?.dataset.part).toBe(name);
  });

  it('says what to do when a part cannot be loaded, and loads it once somebody tries again', async () => {
    const load = jest.spyOn(PARTS, 'usage');
    load.mockRejectedValueOnce(new TypeError('Failed to fetch dynamically imported module'));
    const element = show();
    await rendered();
    expect(textAt(element, '[role=alert]')).toContain('Salesforce did not answer');
    await element.refresh();
    (findAll(element, '[role=alert] button')[0] as HTMLButtonElement).click();
    await rendered();
    expect(findAll(element, '[role=alert]')).toHaveLength(0);
    expect(part(element)).toBeDefined();
    expect(load).toHaveBeenCalledTimes(2);
  });

  it('asks its part again, and nobody while there is none', async () => {
    const element = show();
    await element.refresh();
    await rendered();
    const again = jest.fn().mockResolvedValue(undefined);
    Object.defineProperty(part(element)!, 'refresh', { value: again });
    await element.refresh();
    expect(again).toHaveBeenCalledTimes(1);
  });
});
