import { strToU8, zipSync } from 'fflate';
import { Connection } from 'jsforce';
import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { orgClient } from '../../scripts/demo/org.ts';
import { stripeSeeder } from '../../scripts/demo/seed-stripe.ts';
import { manifest, metadataFile } from '../simulators/salesforce/metadata/testing.ts';
import { USERS } from '../simulators/salesforce/org/seed.ts';
import { ops } from '../support/ops.ts';
import { settled } from '../support/settled.ts';
import { startStack, type Stack } from '../support/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ env: { SWEEP_SECONDS: '3600' } });
}, 120_000);
afterAll(() => stack.stop());

/** What an admin of the org deploys: a rule that no subscription of more than 100 a month may be saved. */
async function deployRule(active: boolean): Promise<void> {
  const rule = `<validationRules><fullName>Not_Above_100</fullName><active>${active}</active><errorConditionFormula>MRR__c &gt; 100</errorConditionFormula><errorMessage>More than 100 a month needs a contract.</errorMessage></validationRules>`;
  const files = {
    'package.xml': manifest({ ValidationRule: ['Billing_Subscription__c.Not_Above_100'] }),
    'objects/Billing_Subscription__c.object': metadataFile('CustomObject', rule),
  };
  const zip = zipSync(Object.fromEntries(Object.entries(files).map(([path, text]) => [path, strToU8(text)])));
  const accessToken = stack.org.tokenFor(USERS.admin);
  const { metadata } = new Connection({ instanceUrl: stack.org.url, accessToken, version: '66.0' });
  metadata.pollInterval = 20;
  const result = await metadata
    .deploy(Buffer.from(zip).toString('base64'), { rollbackOnError: true, singlePackage: true })
    .complete(true);
  expect(result.success, JSON.stringify(result)).toBe(true);
}

describe('an operator on the machine of a server with the embedded database', () => {
  it('finds a row that Salesforce refuses, repairs the cause and tries it anew', async () => {
    const { hostname, port } = new URL(stack.stripe.url);
    const stripe = stripeSeeder(new Stripe(stack.secrets.stripeSecretKey, { host: hostname, port, protocol: 'http' }));
    const account = await orgClient(stack).create('Account', { Name: 'ACME' });
    await deployRule(true);
    const price = await stripe.price({ name: 'Growth', amountMinor: 20_000, currency: 'usd' });
    await stripe.subscribe(await stripe.customer('ACME', account), [{ price, quantity: 1 }]);
    await settled(stack);
    const shown = () => stack.org.org.all('Billing_Subscription__c').map((row) => row['MRR__c']);
    expect(shown()).toEqual([]);

    const run = (...args: string[]) => ops({}, [...args, '--data-dir', stack.env['DATA_DIR']!]);
    const list = await run('failures', '--json');
    const [failure] = list.json as { id: string; reason: string; account: string }[];
    expect(failure).toMatchObject({
      account,
      reason: expect.stringContaining('More than 100 a month needs a contract.') as string,
    });
    const one = await run('failures', failure!.id);
    expect(one.out).toContain('FIELD_CUSTOM_VALIDATION_EXCEPTION');
    expect((await run('status')).out).toMatch(/\d+ put aside/);

    await deployRule(false);
    expect(await run('retry', failure!.id)).toMatchObject({ code: 0 });
    await settled(stack);
    expect(shown()).toEqual([200]);
    expect((await run('failures', '--retrying')).out.trim()).toBe('Nothing has failed.');
  }, 120_000);
});
