import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startStripeRig, type StripeRig } from './stripeRig.ts';
import { startZuoraRig, type ZuoraRig } from './zuoraRig.ts';

const ACCOUNT = '001000000000001AAA';

describe('Stripe', () => {
  let rig: StripeRig;
  beforeEach(async () => {
    rig = await startStripeRig();
  });
  afterEach(() => rig.close());
  const row = (id: string) => rig.bench.row('Billing_Account__c', `stripe:account:${id}`);

  test('a customer without an address says what invoices lack, and that tax is charged', async () => {
    const id = await rig.customer(ACCOUNT);
    await rig.work();
    expect(row(id)).toMatchObject({
      Bill_To_Name__c: 'Acme',
      Bill_To_Address__c: null,
      Bill_To_Missing__c: 'street, city, postal code, country',
      Tax_Status__c: 'Taxable',
    });
  });

  test('an address and a tax status that change show at once', async () => {
    const id = await rig.customer(ACCOUNT);
    await rig.work();
    const address = { line1: '1 Market St', city: 'San Francisco', state: 'CA', postal_code: '94105', country: 'US' };
    await rig.stripe.customers.update(id, { address, tax_exempt: 'reverse', individual_name: 'Ada Byron' });
    await rig.work();
    expect(row(id)).toMatchObject({
      Bill_To_Name__c: 'Ada Byron',
      Bill_To_Address__c: '1 Market St, San Francisco, CA, 94105, US',
      Bill_To_Missing__c: 'Nothing',
      Tax_Status__c: 'Reverse Charge',
    });
    await rig.stripe.customers.update(id, { address: '', tax_exempt: 'exempt' });
    await rig.work();
    expect(row(id)).toMatchObject({ Bill_To_Address__c: null, Tax_Status__c: 'Exempt' });
  });
});

describe('Zuora', () => {
  let rig: ZuoraRig;
  beforeEach(async () => {
    rig = await startZuoraRig();
  });
  afterEach(() => rig.close());
  const row = (account: string) =>
    rig.bench.row('Billing_Account__c', `zuora:account:${rig.sim.tenant.account(account).id}`);

  test('an account says who is billed, where, and that tax is charged', async () => {
    const account = await rig.zuora.account('Acme', 'USD', ACCOUNT);
    await rig.work();
    expect(row(account)).toMatchObject({
      Bill_To_Name__c: 'Accounts Payable',
      Bill_To_Address__c: '1 Market St, San Francisco, California, 94105, United States',
      Bill_To_Missing__c: 'Nothing',
      Tax_Status__c: 'Taxable',
    });
  });

  test.each([
    ['Yes', 'Exempt'],
    ['pendingVerification', 'Exemption Pending'],
    ['Perhaps', 'Perhaps'],
  ])('the exemption status %s reads %s', async (exemptStatus, words) => {
    const account = await rig.zuora.account('Acme', 'USD', ACCOUNT);
    Object.assign(rig.sim.tenant.account(account).taxInfo!, { exemptStatus });
    await rig.readAnew(account);
    expect(row(account)).toMatchObject({ Tax_Status__c: words });
  });

  test('a tenant without tax says nothing of it, and a contact without a postal code says so', async () => {
    const account = await rig.zuora.account('Acme', 'USD', ACCOUNT);
    const { sim } = rig;
    sim.tenant.account(account).taxInfo = null;
    sim.tenant.contact(sim.tenant.account(account).billToId).zipCode = null;
    await rig.readAnew(account);
    expect(row(account)).toMatchObject({ Bill_To_Missing__c: 'postal code', Tax_Status__c: null });
  });
});
