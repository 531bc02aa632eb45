import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import Stripe from 'stripe';
import { createStripeConnection } from '../../server/connectors/stripe/connection.ts';
import { createZuoraConnection } from '../../server/connectors/zuora/connection.ts';
import { Secret } from '../../server/platform/config/secret.ts';
import type { BillingAccountList } from '../../server/workflows/ports/billingAccountList.ts';
import { zuoraSeeder } from '../../scripts/demo/seed-zuora.ts';
import { startStripeSim, type StripeSim } from '../simulators/stripe/main.ts';
import { startZuoraSim, type RunningZuoraSim } from '../simulators/zuora/main.ts';

const clock = { now: () => new Date(), businessNow: () => new Date() };

/** Goes through a list; `between` happens after each page. */
async function all(list: BillingAccountList, between: (ids: string[]) => Promise<void> | void = () => {}) {
  const pages: string[][] = [];
  for (let cursor: string | null = null, first = true; first || cursor !== null; first = false) {
    const page: Awaited<ReturnType<BillingAccountList['page']>> = await list.page(cursor);
    pages.push(page.ids);
    cursor = page.next;
    await between(page.ids);
  }
  return pages;
}

describe('the list of customers of Stripe', () => {
  let sim: StripeSim;
  let stripe: Stripe;
  let ids: string[] = [];
  beforeAll(async () => {
    sim = await startStripeSim();
    const { hostname, port } = new URL(sim.url);
    stripe = new Stripe(sim.secretKey, { host: hostname, port, protocol: 'http' });
    for (let index = 0; index < 230; index += 1) ids.push((await stripe.customers.create({ name: `C${index}` })).id);
    ids = ids.reverse();
  });
  afterAll(() => sim.close());
  const list = () =>
    createStripeConnection(
      { connection: 'stripe', apiKey: sim.secretKey, webhookSecrets: ['whsec_1'], apiBase: sim.url },
      { clock },
    ).list;

  it('goes through every one, a hundred at a time, from the start or from any page', async () => {
    const pages = await all(list());
    expect(pages.map(({ length }) => length)).toEqual([100, 100, 30]);
    expect(pages.flat()).toEqual(ids);
    const { next } = await list().page(null);
    expect((await list().page(next)).ids).toEqual(pages[1]);
  });

  it('goes on also when the customer is deleted that a page ended with', async () => {
    let isFirst = true;
    const pages = await all(list(), async (page) => {
      if (isFirst) await stripe.customers.del(page.at(-1)!);
      isFirst = false;
    });
    expect(new Set(pages.flat())).toEqual(new Set(ids));
  });

  it('says from when on sweeps have to look', async () => {
    const { asOf } = await list().page(null);
    const since = Math.floor(asOf.getTime() / 1000);
    const from = since - 30 * 86_400 + 3_600;
    expect(JSON.parse(list().sweepFrom(asOf))).toEqual({
      since,
      run: null,
      lists: null,
      past: { from, before: since, after: null },
    });
  });
});

describe('the list of accounts of Zuora', () => {
  let sim: RunningZuoraSim;
  const numbers: string[] = [];
  beforeAll(async () => {
    sim = await startZuoraSim({});
    const zuora = await zuoraSeeder({ url: sim.url, clientId: sim.clientId, clientSecret: sim.clientSecret });
    for (let index = 0; index < 210; index += 1) numbers.push(await zuora.account(`A${index}`, 'USD', null));
  });
  afterAll(() => sim.close());

  async function withList<T>(work: (list: BillingAccountList) => Promise<T>): Promise<T> {
    const { url: baseUrl, clientId, clientSecret } = sim;
    const callouts = [{ kind: 'basic' as const, user: 'zuora', password: new Secret('password') }];
    const connection = createZuoraConnection(
      { connection: 'zuora', baseUrl, clientId, clientSecret, callouts },
      { clock },
    );
    return work(connection.list).finally(() => connection.close());
  }

  it('goes through every one by its id, 99 at a time', async () => {
    const pages = await withList((list) => all(list));
    expect(pages.map(({ length }) => length)).toEqual([99, 99, 12]);
    expect(new Set(pages.flat()).size).toBe(210);
  });

  it('goes on from the last account that was seen when its cursor has ended', async () => {
    await withList(async (list) => {
      const { ids, next } = await list.page(null);
      const ended = JSON.stringify({ ...(JSON.parse(next!) as object), cursor: 'ended' });
      const again = await list.page(ended);
      const rest: string[] = [];
      for (let cursor = again.next; cursor !== null;) {
        const page = await list.page(cursor);
        rest.push(...page.ids);
        cursor = page.next;
      }
      expect(new Set([...ids, ...again.ids, ...rest]).size).toBe(210);
    });
  });
});
