import { afterEach, beforeEach, expect, test } from 'vitest';
import type Stripe from 'stripe';
import { startStripeRig, type StripeRig } from './stripeRig.ts';

const ACCOUNT = '001000000000001AAA';

let rig: StripeRig;

beforeEach(async () => {
  rig = await startStripeRig();
});
afterEach(async () => {
  await rig.close();
});

async function price(amount: number, name = 'Growth'): Promise<string> {
  const { id: product } = await rig.stripe.products.create({ name });
  const recurring = { interval: 'month' as const };
  const made = await rig.stripe.prices.create({ product, currency: 'usd', unit_amount: amount, recurring });
  return made.id;
}

/** A draft of every invoice item that waits. */
function draftOf(customer: string): Promise<Stripe.Invoice> {
  return rig.stripe.invoices.create({
    customer,
    collection_method: 'send_invoice',
    days_until_due: 30,
    pending_invoice_items_behavior: 'include',
  });
}

/** Lets the clock of Stripe go on by a minute. */
function passMinute(): void {
  rig.clock.setOffset(rig.clock.now().getTime() + 60_000 - Date.now());
}

const itemsOf = (invoice: string) =>
  rig.bench
    .rowsOf('Billing_Invoice_Item__c', ACCOUNT)
    .filter(({ parents }) => parents['Billing_Invoice__r']?.key === `stripe:invoice:${invoice}`);

/** Cents of what the lines add up to, with tax. */
function totalOf(rows: ReturnType<typeof itemsOf>): number {
  const cents = rows.map(({ fields }) => Math.round((Number(fields['Amount__c']) + Number(fields['Tax__c'])) * 100));
  return cents.reduce((all, one) => all + one, 0);
}

/** Every invoice that Stripe has of a customer, with the lines that the product wrote. */
async function expectEveryInvoiceToAddUp(customer: string): Promise<Stripe.Invoice[]> {
  const { data } = await rig.stripe.invoices.list({ customer, limit: 100 });
  for (const invoice of data) {
    const rows = itemsOf(invoice.id!);
    expect(totalOf(rows), invoice.id).toBe(invoice.total);
    expect(rows.map(({ fields }) => fields['Kind__c'])).not.toContain('Other');
  }
  return data;
}

test('lines, discounts, taxes and prorations of every invoice come out as Stripe added them up', async () => {
  const customer = await rig.customer(ACCOUNT);
  const { id: coupon } = await rig.stripe.coupons.create({ percent_off: 12.5, duration: 'forever' });
  const vat = await rig.stripe.taxRates.create({ display_name: 'VAT', percentage: 19, inclusive: false });
  const gst = await rig.stripe.taxRates.create({ display_name: 'GST', percentage: 7, inclusive: true });
  const subscription = await rig.stripe.subscriptions.create({
    customer,
    items: [
      { price: await price(3333), quantity: 3, tax_rates: [vat.id] },
      { price: await price(1001, 'Support 🚀'), quantity: 1, tax_rates: [gst.id] },
    ],
    discounts: [{ coupon }],
  });
  await rig.work();
  const seats = subscription.items.data[0]!;
  await rig.act('upgrade', { subscription: subscription.id, quantity: 7 });
  await rig.act('renew', { subscription: subscription.id });
  await rig.work();

  const invoices = await expectEveryInvoiceToAddUp(customer);
  expect(invoices.length).toBeGreaterThan(1);
  const first = itemsOf(subscription.latest_invoice as string);
  expect(first.map(({ fields }) => fields['Description__c'])).toContain('1 × Support 🚀 (at $10.01 / month)');
  const growth = first.find(({ fields }) => String(fields['Description__c']).startsWith('3 × Growth'))!;
  // 3 × 33.33 = 99.99, less 12.5 % = 87.49 (12.50 off), and 19 % on that.
  expect(growth.fields).toMatchObject({
    Status__c: 'Current',
    Kind__c: 'Charge',
    Quantity__c: 3,
    Unit_Price__c: 33.33,
    Amount__c: 87.49,
    Discount__c: 12.5,
    Tax__c: 16.62,
    Currency_Code__c: 'USD',
    Period_Start__c: '2026-11-21',
    Period_End__c: '2026-12-21',
    Subscription_Number__c: subscription.id,
  });
  expect(growth.parents).toEqual({
    Billing_Account__r: { object: 'Billing_Account__c', key: `stripe:account:${customer}` },
    Billing_Invoice__r: { object: 'Billing_Invoice__c', key: `stripe:invoice:${String(subscription.latest_invoice)}` },
    Billing_Subscription__r: { object: 'Billing_Subscription__c', key: `stripe:subscription:${subscription.id}` },
  });
  expect(seats.quantity).toBe(3);
  const kinds = rig.bench.rowsOf('Billing_Invoice_Item__c', ACCOUNT).map(({ fields }) => fields['Kind__c']);
  expect(kinds).toContain('Proration');
});

test('an invoice of more than ten lines is read to its last one, and told again once it is finalized costs no call', async () => {
  const customer = await rig.customer(ACCOUNT);
  for (let number = 1; number <= 13; number += 1)
    await rig.stripe.invoiceItems.create({
      customer,
      amount: 100 * number,
      currency: 'usd',
      description: `Part ${number}`,
    });
  const draft = await draftOf(customer);
  expect(draft.lines.has_more).toBe(true);
  const open = await rig.stripe.invoices.finalizeInvoice(draft.id!);
  await rig.work();

  expect(itemsOf(open.id!)).toHaveLength(13);
  expect(totalOf(itemsOf(open.id!))).toBe(9100);

  passMinute();
  await rig.stripe.invoices.markUncollectible(open.id!);
  const before = rig.sim.ctx.calls.total();
  await rig.work();
  expect(rig.sim.ctx.calls.total()).toBe(before);
  expect(rig.bench.row('Billing_Invoice__c', `stripe:invoice:${open.id}`)['Status__c']).toBe('Uncollectible');
  expect(totalOf(itemsOf(open.id!))).toBe(9100);
});

test('a line that leaves a draft is removed, and the rest still adds up', async () => {
  const customer = await rig.customer(ACCOUNT);
  const made: Stripe.InvoiceItem[] = [];
  for (const amount of [700, 300])
    made.push(await rig.stripe.invoiceItems.create({ customer, amount, currency: 'usd', description: `Of ${amount}` }));
  const draft = await draftOf(customer);
  await rig.work();
  expect(totalOf(itemsOf(draft.id!))).toBe(1000);

  passMinute();
  await rig.stripe.invoiceItems.del(made[0]!.id);
  await rig.work();
  expect(totalOf(itemsOf(draft.id!))).toBe(300);
  const gone = itemsOf(draft.id!).find(({ fields }) => fields['Description__c'] === 'Of 700')!;
  expect(gone.fields).toMatchObject({ Status__c: 'Removed', Quantity__c: 0, Amount__c: 0, Discount__c: 0, Tax__c: 0 });
});

test('an invoice below zero keeps its lines and owes nothing', async () => {
  const customer = await rig.customer(ACCOUNT);
  await rig.stripe.invoiceItems.create({ customer, amount: 500, currency: 'usd', description: 'Setup' });
  await rig.stripe.invoiceItems.create({ customer, amount: -2000, currency: 'usd', description: 'Goodwill' });
  const draft = await draftOf(customer);
  await rig.stripe.invoices.finalizeInvoice(draft.id!);
  await rig.work();

  expect(rig.bench.row('Billing_Invoice__c', `stripe:invoice:${draft.id}`)).toMatchObject({
    Amount__c: -15,
    Balance__c: 0,
  });
  const items = itemsOf(draft.id!).map(({ fields }) => [fields['Kind__c'], fields['Amount__c']]);
  expect(items.toSorted()).toEqual([
    ['Charge', 5],
    ['Credit', -20],
  ]);
});

test('an event that lacks its lines, or holds one that cannot be read, is not trusted but read', async () => {
  const customer = await rig.customer(ACCOUNT);
  await rig.stripe.invoiceItems.create({ customer, amount: 500, currency: 'usd', description: 'Setup' });
  const draft = await draftOf(customer);
  await rig.work();
  const { data } = await rig.stripe.events.list({ type: 'invoice.created' });
  const later = (object: object, id: string) => ({
    ...data[0],
    id,
    created: data[0]!.created + 60,
    data: { object: { ...data[0]!.data.object, ...object } },
  });
  for (const [index, lines] of [null, { data: [{ id: 'il_x', amount: null }], has_more: false }].entries()) {
    const before = rig.sim.ctx.calls.total();
    passMinute();
    passMinute();
    rig.deliver(later({ lines }, `evt_lines_${index}`));
    await rig.work();
    expect(rig.sim.ctx.calls.total()).toBe(before + 1);
    expect(totalOf(itemsOf(draft.id!))).toBe(500);
  }
});

test('a line whose subscription nobody has keeps its number and points to none', async () => {
  const customer = await rig.customer(ACCOUNT);
  const made = await rig.stripe.subscriptions.create({ customer, items: [{ price: await price(5000) }] });
  await rig.work();
  rig.bench.mirror.records.delete(`stripe:subscription:${made.id}`);
  rig.bench.dirty.add(`account:projection:${ACCOUNT}`);
  await rig.work();

  const [line] = itemsOf(made.latest_invoice as string);
  expect(line?.fields).toMatchObject({ Subscription_Number__c: made.id, Billing_Subscription__c: null, Amount__c: 50 });
  expect(line?.parents['Billing_Subscription__r']).toBeUndefined();
});

const memosOf = () => rig.bench.rowsOf('Billing_Credit_Memo__c', ACCOUNT).map(({ fields }) => fields);

test('a credit note of an open invoice lowers it, one of a paid invoice pays back, and a void one counts no more', async () => {
  const customer = await rig.customer(ACCOUNT);
  await rig.stripe.invoiceItems.create({ customer, amount: 10_000, currency: 'usd', description: 'Setup' });
  const draft = await draftOf(customer);
  const open = await rig.stripe.invoices.finalizeInvoice(draft.id!);
  const note = await rig.stripe.creditNotes.create({
    invoice: open.id!,
    amount: 2_500,
    reason: 'order_change',
    memo: 'Two seats fewer ☂🚀',
  });
  await rig.work();

  expect(rig.bench.row('Billing_Invoice__c', `stripe:invoice:${open.id}`)).toMatchObject({
    Amount__c: 100,
    Balance__c: 75,
  });
  const key = `stripe:creditnote:${note.id}`;
  expect(rig.bench.row('Billing_Credit_Memo__c', key)).toMatchObject({
    Number__c: note.number,
    Status__c: 'Posted',
    Kind__c: 'Credit',
    Amount__c: 25,
    Applied__c: 25,
    Refunded__c: 0,
    Balance__c: 0,
    Reason__c: 'order_change',
    Comment__c: 'Two seats fewer ☂🚀',
    Memo_Date__c: '2026-11-21',
    Due_Date__c: null,
    Currency_Code__c: 'USD',
    Source_Url__c: `https://dashboard.stripe.com/invoices/${open.id}`,
  });
  const { parents } = rig.bench.rows.get(`Billing_Credit_Memo__c ${key}`)!;
  expect(parents['Billing_Invoice__r']).toEqual({ object: 'Billing_Invoice__c', key: `stripe:invoice:${open.id}` });

  passMinute();
  await rig.stripe.creditNotes.voidCreditNote(note.id);
  await rig.work();
  expect(rig.bench.row('Billing_Credit_Memo__c', key)).toMatchObject({
    Status__c: 'Void',
    Amount__c: 25,
    Applied__c: 0,
    Balance__c: 0,
  });
  expect(rig.bench.row('Billing_Invoice__c', `stripe:invoice:${open.id}`)['Balance__c']).toBe(100);

  passMinute();
  await rig.stripe.invoices.pay(open.id!);
  await rig.stripe.creditNotes.create({ invoice: open.id!, amount: 4_000, refund_amount: 3_000, credit_amount: 1_000 });
  await rig.work();
  expect(memosOf().find((fields) => fields['Amount__c'] === 40)).toMatchObject({
    Status__c: 'Posted',
    Applied__c: 10,
    Refunded__c: 30,
    Balance__c: 0,
    Reason__c: null,
  });
});

test('a credit note costs no further call, and one that no event told is found in the list', async () => {
  const customer = await rig.customer(ACCOUNT);
  await rig.stripe.invoiceItems.create({ customer, amount: 10_000, currency: 'usd', description: 'Setup' });
  const draft = await draftOf(customer);
  const open = await rig.stripe.invoices.finalizeInvoice(draft.id!);
  await rig.work();
  passMinute();
  await rig.stripe.creditNotes.create({ invoice: open.id!, amount: 2_500 });
  const before = rig.sim.ctx.calls.total();
  await rig.work();
  // The invoice is read, as before there were rows of credit notes.
  expect(rig.sim.ctx.calls.total()).toBe(before + 1);
  expect(memosOf()).toHaveLength(1);

  const again = await rig.connection.billing.fetch(customer, ['memos']);
  const fetched = again.found ? again.parts.flatMap(({ records }) => records.map(({ body }) => body)) : [];
  const held = [...rig.bench.mirror.records.values()].filter(({ kind }) => kind === 'memo').map(({ body }) => body);
  expect(fetched).toEqual(held);
});

test('a credit note with a status that nobody knows shows it as it is, and one without an invoice leads to the customer', async () => {
  const customer = await rig.customer(ACCOUNT);
  await rig.work();
  const note = {
    id: 'cn_1',
    object: 'credit_note',
    customer,
    invoice: null,
    number: null,
    status: 'settled_elsewhere',
    currency: 'jpy',
    total: 500,
    created: Math.floor(rig.clock.now().getTime() / 1000),
  };
  const [event] = (await rig.stripe.events.list({ type: 'customer.created' })).data;
  rig.deliver({ ...event, id: 'evt_note', type: 'credit_note.updated', data: { object: note } });
  await rig.work();
  const [row] = memosOf();
  expect(row).toMatchObject({
    Number__c: 'cn_1',
    Status__c: 'settled_elsewhere',
    Amount__c: 500,
    Applied__c: 0,
    Currency_Code__c: 'JPY',
    Billing_Invoice__c: null,
    Source_Url__c: `https://dashboard.stripe.com/customers/${customer}`,
  });
});
