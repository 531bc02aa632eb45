import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRig, type Rig } from '../testing.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.sim.close());

async function draft(more: Partial<Stripe.InvoiceCreateParams> = {}): Promise<Stripe.Invoice> {
  const customer = await rig.customer();
  return rig.stripe.invoices.create({ customer: customer.id, currency: 'usd', ...more });
}

const add = (invoice: Stripe.Invoice, more: Partial<Stripe.InvoiceItemCreateParams> = {}) =>
  rig.stripe.invoiceItems.create({
    customer: invoice.customer as string,
    invoice: invoice.id,
    currency: 'usd',
    amount: 1_000,
    ...more,
  });

const get = (id: string) => rig.stripe.invoices.retrieve(id);

describe('tax rates', () => {
  const rate = (percentage: number, inclusive: boolean) =>
    rig.stripe.taxRates.create({ display_name: 'VAT', percentage, inclusive, country: 'AT' });

  it('come on top of a line or are a part of it', async () => {
    const [top, within] = [await rate(20, false), await rate(10, true)];
    const invoice = await draft({ default_tax_rates: [top.id] });
    await add(invoice);
    await add(invoice, { amount: 1_100, tax_rates: [within.id] });
    const taxed = await get(invoice.id);
    expect(taxed).toMatchObject({
      subtotal: 2_100,
      subtotal_excluding_tax: 2_000,
      total: 2_300,
      total_excluding_tax: 2_000,
      amount_due: 2_300,
    });
    expect(taxed.total_taxes).toMatchObject([
      { amount: 200, tax_behavior: 'exclusive', taxable_amount: 1_000, tax_rate_details: { tax_rate: top.id } },
      { amount: 100, tax_behavior: 'inclusive', taxable_amount: 1_000, tax_rate_details: { tax_rate: within.id } },
    ]);
    expect(taxed.lines.data[0]?.taxes).toMatchObject([{ amount: 200 }]);
  });

  it('of a subscription are on its invoices, those of an item first, and customers can be exempt', async () => {
    const [general, own] = [await rate(20, false), await rate(5, false)];
    const customer = await rig.customer();
    const [plain, special] = [await rig.price(), await rig.price({ unit_amount: 1_000 })];
    const items = [{ price: plain.id }, { price: special.id, tax_rates: [own.id] }];
    const subscription = await rig.stripe.subscriptions.create({
      customer: customer.id,
      items,
      default_tax_rates: [general.id],
      expand: ['latest_invoice'],
    });
    expect(subscription.latest_invoice).toMatchObject({ subtotal: 3_000, total: 3_450 });
    const exempt = await rig.customer('pm_card_visa', { tax_exempt: 'exempt' });
    const free = await rig.stripe.subscriptions.create({
      customer: exempt.id,
      items,
      default_tax_rates: [general.id],
      expand: ['latest_invoice'],
    });
    expect(free.latest_invoice).toMatchObject({ total: 3_000, total_taxes: [{ amount: 0 }, { amount: 0 }] });
  });

  it('are refused when they are inactive or unknown', async () => {
    const old = await rate(20, false);
    await rig.stripe.taxRates.update(old.id, { active: false });
    await expect(draft({ default_tax_rates: [old.id] })).rejects.toMatchObject({ param: 'default_tax_rates' });
    await expect(draft({ default_tax_rates: ['txr_none'] })).rejects.toMatchObject({ code: 'resource_missing' });
    await expect(draft({ automatic_tax: { enabled: true } })).rejects.toMatchObject({ statusCode: 400 });
  });
});

describe('a draft', () => {
  it('takes lines, changes them and lets them go', async () => {
    const invoice = await draft();
    const pending = await rig.stripe.invoiceItems.create({
      customer: invoice.customer as string,
      amount: 300,
      currency: 'usd',
    });
    const price = await rig.price({ recurring: undefined as never, unit_amount: 250 });
    const filled = await rig.stripe.invoices.addLines(invoice.id, {
      lines: [
        { amount: 1_000, description: 'Work' },
        { pricing: { price: price.id }, quantity: 3 },
        { invoice_item: pending.id },
      ],
      invoice_metadata: { po: '7' },
    });
    expect(filled).toMatchObject({ total: 2_050, metadata: { po: '7' } });
    const [work, seats, third] = filled.lines.data;
    const changed = await rig.stripe.invoices.updateLines(invoice.id, {
      lines: [
        { id: work!.id, amount: 1_500 },
        { id: seats!.id, quantity: 4 },
      ],
    });
    expect(changed.lines.data.map((line) => [line.id, line.amount])).toEqual([
      [work!.id, 1_500],
      [seats!.id, 1_000],
      [third!.id, 300],
    ]);
    const line = await rig.stripe.invoices.updateLineItem(invoice.id, work!.id, { description: 'Hours' });
    expect(line).toMatchObject({ description: 'Hours', amount: 1_500 });
    const left = await rig.stripe.invoices.removeLines(invoice.id, {
      lines: [
        { id: seats!.id, behavior: 'delete' },
        { id: third!.id, behavior: 'unassign' },
      ],
    });
    expect(left.total).toBe(1_500);
    expect(await rig.stripe.invoiceItems.retrieve(pending.id)).toMatchObject({ invoice: null });
  });

  it('follows its invoice items', async () => {
    const invoice = await draft();
    const item = await add(invoice, { amount: undefined as never, unit_amount_decimal: '0.5' as never, quantity: 5 });
    expect(item.amount).toBe(3);
    await rig.stripe.invoiceItems.update(item.id, { amount: 700, description: 'Set-up' });
    expect(await get(invoice.id)).toMatchObject({ total: 700, lines: { data: [{ description: 'Set-up' }] } });
    const mark = rig.mark();
    await rig.stripe.invoiceItems.del(item.id);
    expect(rig.eventTypes(mark)).toEqual(['invoice.updated', 'invoiceitem.deleted']);
    expect(await get(invoice.id)).toMatchObject({ total: 0 });
  });

  it('can be discounted, also by a promotion code', async () => {
    const coupon = await rig.stripe.coupons.create({ percent_off: 10, duration: 'once' });
    const code = await rig.stripe.promotionCodes.create({
      promotion: { type: 'coupon', coupon: coupon.id },
      code: 'SPRING',
      max_redemptions: 1,
    });
    const invoice = await draft();
    await add(invoice);
    const cheaper = await rig.stripe.invoices.update(invoice.id, { discounts: [{ promotion_code: code.id }] });
    expect(cheaper).toMatchObject({ subtotal: 1_000, total: 900, total_discount_amounts: [{ amount: 100 }] });
    expect(await rig.stripe.promotionCodes.retrieve(code.id)).toMatchObject({ times_redeemed: 1, active: false });
    await expect(draft({ discounts: [{ promotion_code: code.id }] })).rejects.toMatchObject({
      param: 'discounts[promotion_code]',
    });
  });

  it('and no other invoice can be edited or deleted', async () => {
    const invoice = await draft();
    const item = await add(invoice);
    await rig.stripe.invoices.finalizeInvoice(invoice.id);
    await expect(rig.stripe.invoices.update(invoice.id, { description: 'late' })).rejects.toMatchObject({
      code: 'invoice_not_editable',
    });
    await expect(rig.stripe.invoices.del(invoice.id)).rejects.toMatchObject({ statusCode: 400 });
    await expect(rig.stripe.invoiceItems.update(item.id, { amount: 1 })).rejects.toMatchObject({
      code: 'invoice_not_editable',
    });
    const other = await draft();
    const mark = rig.mark();
    expect(await rig.stripe.invoices.del(other.id)).toMatchObject({ deleted: true });
    expect(rig.eventTypes(mark)).toEqual(['invoice.deleted']);
  });

  it('answers 501 for what is knowingly not simulated', async () => {
    await expect(draft({ shipping_cost: { shipping_rate: 'shr_1' } })).rejects.toMatchObject({ statusCode: 501 });
    const unsupported = (await (await fetch(`${rig.sim.url}/__sim/unsupported`)).json()) as Record<string, number>;
    expect(unsupported['POST /v1/invoices shipping_cost']).toBe(1);
  });
});

describe('a sent invoice', () => {
  it('tells before it is due and when it is overdue', async () => {
    rig.at('2026-05-01T00:00:00Z');
    const invoice = await draft({ collection_method: 'send_invoice', days_until_due: 10, auto_advance: true });
    await add(invoice);
    await rig.stripe.invoices.sendInvoice(invoice.id);
    const mark = rig.mark();
    const told = () => rig.eventTypes(mark).filter((type) => /due/.test(type));
    rig.at('2026-05-08T00:00:01Z');
    expect(told()).toEqual(['invoice.will_be_due']);
    rig.at('2026-05-11T00:00:01Z');
    expect(told()).toEqual(['invoice.will_be_due', 'invoice.overdue']);
    const before = rig.mark();
    const paid = await rig.stripe.invoices.pay(invoice.id, { paid_out_of_band: true });
    expect(paid).toMatchObject({ status: 'paid', amount_paid_off_stripe: 1_000 });
    expect(rig.eventTypes(before)).not.toContain('invoice.payment_succeeded');
  });

  it('has a page and a PDF', async () => {
    const invoice = await draft();
    await add(invoice, { description: 'Consulting (March)' });
    const open = await rig.stripe.invoices.finalizeInvoice(invoice.id);
    const page = await fetch(open.hosted_invoice_url!);
    expect(await page.text()).toContain('Consulting (March)');
    const pdf = await fetch(open.invoice_pdf!);
    expect(pdf.headers.get('content-type')).toBe('application/pdf');
    const bytes = Buffer.from(await pdf.arrayBuffer()).toString('latin1');
    expect(bytes.startsWith('%PDF-1.4')).toBe(true);
    expect(bytes).toContain(open.number!);
    expect(bytes.trimEnd().endsWith('%%EOF')).toBe(true);
    const button = await fetch(open.hosted_invoice_url!, { method: 'POST' });
    expect(button.status).toBe(200);
    expect((await get(invoice.id)).status).toBe('paid');
  });
});

describe('a customer', () => {
  it('has tax ids that are verified after a while', async () => {
    const customer = await rig.customer();
    await expect(rig.stripe.customers.createTaxId(customer.id, { type: 'eu_vat', value: '1' })).rejects.toMatchObject({
      code: 'tax_id_invalid',
    });
    const taxId = await rig.stripe.customers.createTaxId(customer.id, { type: 'eu_vat', value: 'ATU12345678' });
    expect(taxId).toMatchObject({ country: 'AT', verification: { status: 'pending' } });
    rig.at(new Date(rig.clock.now().getTime() + 5_000).toISOString());
    await rig.sim.settled();
    const shown = await rig.stripe.customers.retrieve(customer.id, { expand: ['tax_ids'] });
    expect(shown).toMatchObject({ tax_ids: { data: [{ id: taxId.id, verification: { status: 'verified' } }] } });
    expect(await rig.stripe.customers.deleteTaxId(customer.id, taxId.id)).toMatchObject({ deleted: true });
  });

  it('is created with tax ids, an address to ship to and a balance', async () => {
    const customer = await rig.stripe.customers.create({
      name: 'Acme',
      balance: -100,
      shipping: { name: 'Dock 1', address: { line1: 'Hafen 1', city: 'Linz' } },
      tax_id_data: [{ type: 'us_ein', value: '12-3456789' }],
    });
    expect(customer.shipping).toMatchObject({ name: 'Dock 1', address: { city: 'Linz', country: null } });
    expect((await rig.stripe.customers.listTaxIds(customer.id)).data).toHaveLength(1);
    expect((await rig.stripe.customers.listBalanceTransactions(customer.id)).data).toMatchObject([{ type: 'initial' }]);
    await expect(rig.stripe.customers.create({ coupon: 'any' } as object)).rejects.toMatchObject({
      code: 'parameter_unknown',
    });
  });
});

describe('the catalogue', () => {
  it('shows other currencies only when they are expanded', async () => {
    const price = await rig.price({ currency_options: { eur: { unit_amount: 1_800 } } });
    expect(price.currency_options).toBeUndefined();
    const shown = await rig.stripe.prices.retrieve(price.id, { expand: ['currency_options'] });
    expect(shown.currency_options).toMatchObject({ usd: { unit_amount: 2_000 }, eur: { unit_amount: 1_800 } });
    const coupon = await rig.stripe.coupons.create({
      amount_off: 500,
      currency: 'usd',
      duration: 'once',
      currency_options: { eur: { amount_off: 450 } },
    });
    const invoice = await draft({ currency: 'eur', discounts: [{ coupon: coupon.id }] });
    await add(invoice, { currency: 'eur' });
    expect((await get(invoice.id)).total).toBe(550);
  });

  it('knows a lookup key once, and products by ids of their own', async () => {
    const first = await rig.price({ lookup_key: 'pro_monthly' });
    await expect(rig.price({ lookup_key: 'pro_monthly' })).rejects.toMatchObject({ param: 'lookup_key' });
    const second = await rig.price({ lookup_key: 'pro_monthly', transfer_lookup_key: true });
    expect((await rig.stripe.prices.list({ lookup_keys: ['pro_monthly'] })).data.map((one) => one.id)).toEqual([
      second.id,
    ]);
    expect((await rig.stripe.prices.retrieve(first.id)).lookup_key).toBeNull();
    await rig.stripe.products.create({ id: 'pro', name: 'Pro' });
    await expect(rig.stripe.products.create({ id: 'pro', name: 'Pro' })).rejects.toMatchObject({
      code: 'resource_already_exists',
    });
  });

  it('gives promotion codes to those who may use them', async () => {
    const coupon = await rig.stripe.coupons.create({ percent_off: 50, duration: 'forever' });
    const promotion = { type: 'coupon', coupon: coupon.id } as const;
    const [mine, other] = [await rig.customer(), await rig.customer()];
    const price = await rig.price();
    const code = await rig.stripe.promotionCodes.create({ promotion, code: 'MINE', customer: mine.id });
    await expect(rig.stripe.promotionCodes.create({ promotion, code: 'mine' })).rejects.toMatchObject({
      param: 'code',
    });
    const subscribe = (customer: string) =>
      rig.stripe.subscriptions.create({
        customer,
        items: [{ price: price.id }],
        discounts: [{ promotion_code: code.id }],
        expand: ['discounts', 'latest_invoice'],
      });
    await expect(subscribe(other.id)).rejects.toMatchObject({ statusCode: 400 });
    expect(await subscribe(mine.id)).toMatchObject({
      discounts: [{ promotion_code: code.id }],
      latest_invoice: { total: 1_000 },
    });
    expect((await rig.stripe.promotionCodes.list({ code: 'MINE' })).data).toHaveLength(1);
  });
});
