import type Stripe from 'stripe';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startRig, type Rig } from '../testing.ts';

let rig: Rig;
beforeEach(async () => {
  rig = await startRig();
});
afterEach(() => rig.sim.close());

const settings = (body: object) =>
  fetch(`${rig.sim.url}/__sim/settings`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });

const found = async (query: string) =>
  (await rig.stripe.customers.search({ query, limit: 100 })).data.map((one) => one.name);

describe('search', () => {
  it('knows of a change after a minute, so that it is not for reading what was just written', async () => {
    rig.at('2026-04-01T00:00:00Z');
    const { id } = await rig.stripe.customers.create({ name: 'Acme', email: 'a@acme.example' });
    expect(await found("name:'Acme'")).toEqual([]);
    rig.at('2026-04-01T00:01:00Z');
    expect(await found("name:'Acme'")).toEqual(['Acme']);
    await rig.stripe.customers.update(id, { name: 'Apex' });
    expect(await found("name:'Apex'")).toEqual([]);
    expect(await found("name:'Acme'")).toEqual(['Apex']);
    await rig.stripe.customers.del(id);
    expect(await found("name:'Acme'")).toEqual([]);
  });

  it('can be told to know at once', async () => {
    expect(await (await settings({ searchDelaySeconds: 0 })).json()).toEqual({
      afterRetries: 'canceled',
      searchDelaySeconds: 0,
    });
    await rig.stripe.customers.create({ name: 'Acme' });
    expect(await found("name:'Acme'")).toEqual(['Acme']);
    for (const wrong of [{ searchDelaySeconds: -1 }, { afterRetries: 'never' }, { other: 1 }])
      expect((await settings(wrong)).status).toBe(400);
  });

  describe('with its index up to date', () => {
    beforeEach(async () => {
      await settings({ searchDelaySeconds: 0 });
      rig.at('2026-04-01T00:00:00Z');
      await rig.stripe.customers.create({ name: 'Acme Inc', email: 'pay@acme.example', metadata: { tier: 'gold' } });
      rig.at('2026-04-02T00:00:00Z');
      await rig.stripe.customers.create({ name: 'Bolt "B" Ltd', metadata: { tier: 'silver', 'a key': "it's" } });
      rig.at('2026-04-03T00:00:00Z');
      await rig.stripe.customers.create({ name: 'acme two', phone: '+491234' });
    });

    it.each([
      ["name:'acme inc'", ['Acme Inc']],
      ['name~"acme"', ['acme two', 'Acme Inc']],
      ['name:"Bolt \\"B\\" Ltd"', ['Bolt "B" Ltd']],
      ["metadata['tier']:'gold'", ['Acme Inc']],
      ['metadata["a key"]:"it\'s"', ['Bolt "B" Ltd']],
      ["name~'acme' AND email:'pay@acme.example'", ['Acme Inc']],
      ["name~'acme' email:'pay@acme.example'", ['Acme Inc']],
      ["email:'pay@acme.example' OR phone:'+491234'", ['acme two', 'Acme Inc']],
      ["-name~'acme'", ['Bolt "B" Ltd']],
      ['email:null', ['acme two', 'Bolt "B" Ltd']],
      ["-metadata['tier']:null", ['Bolt "B" Ltd', 'Acme Inc']],
      [`created>${Date.parse('2026-04-02T00:00:00Z') / 1000}`, ['acme two']],
      [`created<=${Date.parse('2026-04-02T00:00:00Z') / 1000}`, ['Bolt "B" Ltd', 'Acme Inc']],
      [`created:${Date.parse('2026-04-02T00:00:00Z') / 1000}`, ['Bolt "B" Ltd']],
    ])('understands %s', async (query, names) => {
      expect(await found(query)).toEqual(names);
    });

    it.each([
      '',
      'name',
      "name:'a' AND email:'b' OR phone:'c'",
      "status:'active'",
      "name>'a'",
      "name~'ab'",
      "metadata:'gold'",
      "metadata['tier']~'gol'",
      "created>'soon'",
      "name:'unclosed",
      "name:'a'email:'b'",
      Array.from({ length: 11 }, () => "name:'a'").join(' '),
    ])('refuses %s', async (query) => {
      await expect(rig.stripe.customers.search({ query })).rejects.toMatchObject({ statusCode: 400, param: 'query' });
    });

    it('gives pages by a token of the same query, and the number of all when asked', async () => {
      const first = await rig.stripe.customers.search({
        query: 'created>0',
        limit: 2,
        expand: ['total_count'],
      });
      expect(first).toMatchObject({
        object: 'search_result',
        has_more: true,
        url: '/v1/customers/search',
        total_count: 3,
      });
      const second = await rig.stripe.customers.search({ query: 'created>0', limit: 2, page: first.next_page! });
      expect(second).toMatchObject({ has_more: false, next_page: null, data: [{ name: 'Acme Inc' }] });
      expect(second).not.toHaveProperty('total_count');
      for (const page of ['nonsense', first.next_page!])
        await expect(rig.stripe.customers.search({ query: 'created>1', page })).rejects.toMatchObject({
          param: 'page',
        });
      const all: string[] = [];
      for await (const one of rig.stripe.customers.search({ query: 'created>0', limit: 1 })) all.push(one.name!);
      expect(all).toEqual(['acme two', 'Bolt "B" Ltd', 'Acme Inc']);
      await expect(rig.stripe.customers.search({ query: 'created>0', limit: 101 })).rejects.toMatchObject({
        param: 'limit',
      });
    });
  });

  it('finds what a customer bought, and expands it', async () => {
    await settings({ searchDelaySeconds: 0 });
    const customer = await rig.customer();
    const price = await rig.price({ lookup_key: 'pro_monthly' });
    const { id, latest_invoice: invoice } = await rig.stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: price.id }],
      metadata: { deal: '7' },
    });
    const ids = (list: { data: { id: string }[] }) => list.data.map((one) => one.id);
    const { stripe } = rig;
    expect(ids(await stripe.subscriptions.search({ query: "status:'active' AND metadata['deal']:'7'" }))).toEqual([id]);
    expect(ids(await stripe.invoices.search({ query: `subscription:'${id}' AND total>100` }))).toEqual([invoice]);
    expect(ids(await stripe.prices.search({ query: "lookup_key:'pro_monthly' AND active:'true'" }))).toEqual([
      price.id,
    ]);
    expect(ids(await stripe.products.search({ query: "name~'pro'" }))).toEqual([price.product]);
    const charges = await stripe.charges.search({
      query: "payment_method_details.card.last4:'4242' AND refunded:'false'",
      expand: ['data.customer'],
    });
    expect((charges.data[0]!.customer as Stripe.Customer).name).toBe('Acme');
    expect(ids(await stripe.paymentIntents.search({ query: `customer:'${customer.id}' status:'succeeded'` }))).toEqual([
      charges.data[0]!.payment_intent,
    ]);
  });
});
