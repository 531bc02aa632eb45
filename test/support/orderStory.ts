import { expect, vi } from 'vitest';
import type { RatePlan } from '../../scripts/demo/seed-zuora.ts';
import type { SRecord } from '../simulators/salesforce/org/types.ts';
import { TestClient } from '../simulators/zuora/testClient.ts';
import { startBackend } from './backend.ts';
import { beginStory, type Story } from './customers.ts';
import { deals, orderSettings } from './orders.ts';
import { settled } from './settled.ts';
import type { StackOptions } from './stack.ts';

const WITHIN = { timeout: 30_000, interval: 50 };

/** A story of won deals: Acme, a customer in USD that has nothing yet, and Platform Team, whose seats are 25.00 a month. */
export type OrderStory = {
  story: Story;
  sales: ReturnType<typeof deals>;
  zuora: TestClient;
  plan: RatePlan;
  accountId: string;
  /** Of the billing account. */
  number: string;
  /** Starts the backend anew with these settings, and waits until it has nothing to do. */
  restart(settings: Record<string, string>): Promise<void>;
  /** @returns the order of a deal once it is in a state */
  standing(dealId: string, state: string): Promise<SRecord>;
  /** @returns numbers of all orders that Zuora has of a deal, under whatever number */
  ordersOf(dealId: string): Promise<string[]>;
  /** Has Zuora refuse calls with codes of its own. */
  refuse(refusals: readonly { path: string; times: number; code: number }[]): Promise<void>;
};

/** @param settings of a backend that deals with orders */
export async function beginOrders(settings = orderSettings({}), options: StackOptions = {}): Promise<OrderStory> {
  const story = await beginStory({ tls: true, ...options, env: { SWEEP_SECONDS: '3600', ...options.env } });
  const { stack } = story;
  const sales = deals(story);
  sales.makePriceBook();
  const plan = await story.zuora.ratePlan('Platform Team', 'USD', [
    { name: 'Seats', kind: 'perUnit', price: '25', period: 'Month' },
  ]);
  const accountId = await story.account('Acme');
  const number = await story.zuora.account('Acme', 'USD', accountId);
  const zuora = await new TestClient(stack.zuora).signIn();
  async function restart(changed: Record<string, string>): Promise<void> {
    await stack.backend.stop();
    stack.backend = await startBackend({ ...stack.env, ...changed });
    await vi.waitUntil(() => sales.hasProduct(plan), WITHIN);
    await settled(stack);
  }
  await restart(settings);
  return {
    story,
    sales,
    zuora,
    plan,
    accountId,
    number,
    restart,
    async standing(id, state) {
      await vi.waitUntil(() => sales.order(id)?.['State__c'] === state, WITHIN);
      return sales.order(id)!;
    },
    async ordersOf(id) {
      const { body } = await zuora.call('GET', `/v1/orders/invoiceOwner/${number}?pageSize=40`);
      const all = body.orders as unknown as { orderNumber: string }[];
      return all.map(({ orderNumber }) => orderNumber).filter((one) => one.includes(id));
    },
    async refuse(refusals) {
      const answer = await fetch(`${stack.zuora.url}/__sim/refusals`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ refusals }),
      });
      expect(answer.status).toBe(200);
    },
  };
}
