import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { orgClient } from '../../scripts/demo/org.ts';
import { deployRule, RULE_MESSAGE } from '../../scripts/demo/rule.ts';
import { stripeSeeder } from '../../scripts/demo/seed-stripe.ts';
import { ops } from '../support/ops.ts';
import { settled } from '../support/settled.ts';
import { startStack, type Stack } from '../support/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ env: { SWEEP_SECONDS: '3600' } });
}, 120_000);
afterAll(() => stack.stop());

describe('an operator on the machine of a server with the embedded database', () => {
  it('finds a row that Salesforce refuses, repairs the cause and tries it anew', async () => {
    const { hostname, port } = new URL(stack.stripe.url);
    const stripe = stripeSeeder(new Stripe(stack.secrets.stripeSecretKey, { host: hostname, port, protocol: 'http' }));
    const account = await orgClient(stack).create('Account', { Name: 'ACME' });
    await deployRule(stack, true);
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
      reason: expect.stringContaining(RULE_MESSAGE) as string,
    });
    const one = await run('failures', failure!.id);
    expect(one.out).toContain('FIELD_CUSTOM_VALIDATION_EXCEPTION');
    expect((await run('status')).out).toMatch(/\d+ put aside/);

    await deployRule(stack, false);
    expect(await run('retry', failure!.id)).toMatchObject({ code: 0 });
    await settled(stack);
    expect(shown()).toEqual([200]);
    expect((await run('failures', '--retrying')).out.trim()).toBe('Nothing has failed.');
  }, 120_000);
});
