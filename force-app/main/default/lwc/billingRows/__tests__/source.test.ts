import { linkOf, safeUrl, sourceOf } from 'c/billingRows';
import { node } from '../../../../../../test/lwc/answers';

describe('links of c/billingRows', () => {
  it.each(['javascript:alert(1)', 'JAVASCRIPT:alert(1)', ' data:text/html,x', '/relative', 'no address', '', null])(
    'opens no address like %j',
    (address) => {
      expect(safeUrl(address)).toBeNull();
    },
  );

  it('opens http and https', () => {
    expect(safeUrl('https://dashboard.stripe.com/invoices/in_1')).toBe('https://dashboard.stripe.com/invoices/in_1');
    expect(safeUrl('http://127.0.0.1:4200/x')).toBe('http://127.0.0.1:4200/x');
  });

  it('names a link and a source', () => {
    const account = node({ Name: 'Acme Europe', Number__c: 'A1' });
    const row = node({ Source__c: 'Zuora', Source_Url__c: 'https://z.example.com/' }, { Billing_Account__r: account });
    expect(linkOf(row, 'INV1')).toEqual({
      url: 'https://z.example.com/',
      label: 'INV1: open in Zuora (new tab)',
      text: 'INV1',
      title: null,
    });
    const long = 'ch_EJnaoyT2tBDmN21tUDxynXCj';
    expect(linkOf(row, long)).toMatchObject({ text: 'ch_EJnaoyT…nXCj', title: long });
    expect(sourceOf(row)).toBe('Zuora · Acme Europe');
    expect(sourceOf(node({ Source__c: 'Zuora' }, { Billing_Account__r: node({ Number__c: 'A1' }) }))).toBe(
      'Zuora · A1',
    );
    expect(sourceOf(node({}))).toBe('');
  });

  it('shows the number of a billing account that nobody named', () => {
    const unnamed = node({ Number__c: 'cus_1' });
    const row = node({ Source__c: 'Stripe' }, { Billing_Account__r: { ...unnamed, Name: { value: unnamed.Id } } });
    expect(sourceOf(row)).toBe('Stripe · cus_1');
  });
});
