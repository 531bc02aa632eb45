import Stripe from 'stripe';
import { orgClient } from '../../scripts/demo/org.ts';
import { stripeSeeder, type StripeSeeder } from '../../scripts/demo/seed-stripe.ts';
import { zuoraSeeder, type ZuoraSeeder } from '../../scripts/demo/seed-zuora.ts';
import type { SRecord } from '../simulators/salesforce/org/types.ts';
import { createTestDatabase, type TestDatabase } from './postgres.ts';
import { startStack, type Stack, type StackOptions } from './stack.ts';

/** A stack for stories: what happens in billing systems, and what Salesforce then holds. */
export type Story = {
  stack: Stack;
  database: TestDatabase;
  stripe: StripeSeeder;
  zuora: ZuoraSeeder;
  /** @returns id of a new Account of the sales rep */
  account(name: string): Promise<string>;
  /** Rows of an object that belong to an Account, whoever may see them. */
  rows(object: string, accountId: string): SRecord[];
  /** Carries out an action that a simulator offers beside its API. */
  act(system: 'stripe' | 'zuora', action: string, body: object): Promise<void>;
  end(): Promise<void>;
};

/** Starts the simulators and the backend on a database of its own. */
export async function beginStory(options: StackOptions = {}): Promise<Story> {
  const database = await createTestDatabase();
  const stack = await startStack({ ...options, databaseUrl: database.url });
  const { hostname, port } = new URL(stack.stripe.url);
  const stripe = new Stripe(stack.secrets.stripeSecretKey, { host: hostname, port, protocol: 'http' });
  return {
    stack,
    database,
    stripe: stripeSeeder(stripe),
    zuora: await zuoraSeeder({
      url: stack.zuora.url,
      clientId: stack.secrets.zuoraClientId,
      clientSecret: stack.secrets.zuoraClientSecret,
    }),
    account: (name) => orgClient(stack).create('Account', { Name: name }),
    rows: (object, accountId) => stack.org.org.all(object).filter((row) => row['Account__c'] === accountId),
    async act(system, action, body) {
      const response = await fetch(`${stack[system].url}/__sim/act/${action}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      if (!response.ok) throw new Error(`${system} could not ${action}: ${await response.text()}`);
    },
    async end() {
      await stack.stop();
      await database.close();
    },
  };
}
