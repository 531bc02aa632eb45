import Billing360 from 'c/billing360';
import { graphql } from 'lightning/graphql';
import type { GraphqlStub, Node } from '../../../../../../test/lwc/answers';
import { answer, clearPage, findAll, mount, node, rendered, textAt, words } from '../../../../../../test/lwc/answers';

jest.mock('c/billingActionModal', () => ({ default: { open: jest.fn() } }));

const wire = graphql as unknown as GraphqlStub;
const billingAccount = (Source__c: string, Name: string, Number__c: string | null = null) =>
  node({ Source__c, Name, Number__c, Status__c: 'Active', Source_Url__c: `https://billing.example.com/${Name}` });
const accountsOn = (element: Element) => findAll(element, '.accounts li:not([data-id])').map(words);

/** Null for a user who may not read the object. */
async function show(accounts: readonly Node[] | null): Promise<HTMLElement> {
  const element = mount<HTMLElement>('c-billing360', Billing360, { recordId: '001000000000001AAA' });
  await rendered();
  wire.emit(answer(accounts ? { Billing_Account__c: accounts } : {}));
  await rendered();
  return element;
}

describe('billing accounts of c-billing360', () => {
  afterEach(clearPage);

  it('names each billing account, with the way into its billing system', async () => {
    const accounts = [
      billingAccount('Zuora', 'Acme Europe'),
      billingAccount('Stripe', 'Acme self-serve'),
      billingAccount('Zuora', 'Acme Inc.', 'A-2'),
      billingAccount('Zuora', 'Acme Inc.', 'A-1'),
      node({ Source__c: 'Zuora', Name: 'Gone', Status__c: 'Removed' }),
    ];
    const element = await show(accounts);
    expect(textAt(element, '[data-id=accounts]')).toBe('4 billing accounts');
    const names = [
      'Stripe · Acme self-serve',
      'Zuora · Acme Europe',
      'Zuora · Acme Inc. (A-1)',
      'Zuora · Acme Inc. (A-2)',
    ];
    expect(accountsOn(element)).toEqual(names);
    expect(findAll(element, 'option').map(words)).toEqual(['All billing accounts', ...names]);
    const [link] = findAll(element, '.accounts a');
    expect(link?.getAttribute('href')).toBe('https://billing.example.com/Acme self-serve');
    expect(link?.getAttribute('aria-label')).toBe('Stripe · Acme self-serve: open in Stripe (new tab)');
  });

  it('keeps the header short when there are many, and shows all when asked', async () => {
    const accounts = [1, 2, 3, 4, 5, 6].map((n) => billingAccount('Zuora', `Acme ${n}`));
    const element = await show(accounts);
    expect(accountsOn(element)).toEqual([
      'Zuora · Acme 1',
      'Zuora · Acme 2',
      'Zuora · Acme 3',
      'Show all 6 billing accounts',
    ]);
    (findAll(element, '.accounts button')[0] as HTMLButtonElement).click();
    await rendered();
    expect(accountsOn(element)).toHaveLength(6);
  });

  it('says that there is none, and nothing of what may not be read', async () => {
    expect(textAt(await show([]), '[data-id=accounts]')).toContain('No billing account');
    clearPage();
    expect(textAt(await show(null), '[data-id=accounts]')).toBeNull();
    clearPage();
    const nameless = node({ Status__c: 'Active' });
    const element = await show([nameless]);
    expect(textAt(element, '[data-id=accounts]')).toBe('1 billing account');
    expect(accountsOn(element)).toEqual([]);
  });
});
