import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRig, type Rig } from '../testing.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.sim.close());

async function openInvoice(
  amount = 5_000,
  more: Partial<Stripe.InvoiceItemCreateParams> = {},
): Promise<Stripe.Invoice> {
  const customer = await rig.customer();
  const invoice = await rig.stripe.invoices.create({ customer: customer.id, currency: 'usd' });
  await rig.stripe.invoiceItems.create({
    customer: customer.id,
    invoice: invoice.id,
    amount,
    currency: 'usd',
    ...more,
  });
  return rig.stripe.invoices.finalizeInvoice(invoice.id);
}

const get = (id: string) => rig.stripe.invoices.retrieve(id);

describe('a credit note on an open invoice', () => {
  it('lowers what is to be paid, and the payment asks for the rest', async () => {
    const invoice = await openInvoice();
    const mark = rig.mark();
    const note = await rig.stripe.creditNotes.create({ invoice: invoice.id, amount: 1_200, reason: 'order_change' });
    expect(note).toMatchObject({
      status: 'issued',
      type: 'pre_payment',
      total: 1_200,
      pre_payment_amount: 1_200,
      post_payment_amount: 0,
      number: `${invoice.number}-CN-01`,
    });
    expect(rig.eventTypes(mark)).toEqual(['credit_note.created', 'invoice.updated']);
    expect(await get(invoice.id)).toMatchObject({
      total: 5_000,
      amount_due: 3_800,
      amount_remaining: 3_800,
      pre_payment_credit_notes_amount: 1_200,
    });
    const paid = await rig.stripe.invoices.pay(invoice.id);
    expect(paid).toMatchObject({ status: 'paid', amount_paid: 3_800 });
  });

  it('of everything pays it, and can be voided before that', async () => {
    const invoice = await openInvoice();
    const part = await rig.stripe.creditNotes.create({ invoice: invoice.id, amount: 1_000 });
    const mark = rig.mark();
    expect(await rig.stripe.creditNotes.voidCreditNote(part.id)).toMatchObject({ status: 'void' });
    expect(rig.eventTypes(mark)).toEqual(['credit_note.voided', 'invoice.updated']);
    expect(await get(invoice.id)).toMatchObject({ amount_due: 5_000, pre_payment_credit_notes_amount: 0 });
    await rig.stripe.creditNotes.create({ invoice: invoice.id, amount: 5_000 });
    expect(await get(invoice.id)).toMatchObject({ status: 'paid', amount_paid: 0, amount_remaining: 0 });
    await expect(rig.stripe.creditNotes.voidCreditNote(part.id)).rejects.toMatchObject({ statusCode: 400 });
  });

  it('takes a line with its tax, and is previewed to the cent', async () => {
    const rate = await rig.stripe.taxRates.create({ display_name: 'VAT', inclusive: false, percentage: 20 });
    const invoice = await openInvoice(4_000, { tax_rates: [rate.id] });
    const line = invoice.lines.data[0]!;
    const params: Stripe.CreditNoteCreateParams = {
      invoice: invoice.id,
      lines: [{ type: 'invoice_line_item', invoice_line_item: line.id, amount: 1_000 }],
    };
    const preview = await rig.stripe.creditNotes.preview(params);
    expect((await rig.stripe.creditNotes.list({ invoice: invoice.id })).data).toEqual([]);
    const note = await rig.stripe.creditNotes.create(params);
    expect(note).toMatchObject({ subtotal: 1_000, total: 1_200, total_excluding_tax: 1_000 });
    expect([preview.total, preview.total_taxes]).toEqual([note.total, note.total_taxes]);
    const lines = await rig.stripe.creditNotes.listLineItems(note.id);
    expect(lines.data).toMatchObject([{ invoice_line_item: line.id, amount: 1_000, taxes: [{ amount: 200 }] }]);
  });
});

describe('a credit note on a paid invoice', () => {
  it('must say where the money goes, and then moves it', async () => {
    const invoice = await openInvoice();
    await rig.stripe.invoices.pay(invoice.id);
    await expect(rig.stripe.creditNotes.create({ invoice: invoice.id, amount: 1_000 })).rejects.toMatchObject({
      statusCode: 400,
    });
    const note = await rig.stripe.creditNotes.create({
      invoice: invoice.id,
      amount: 1_000,
      refund_amount: 400,
      credit_amount: 500,
      out_of_band_amount: 100,
    });
    expect(note).toMatchObject({
      type: 'post_payment',
      post_payment_amount: 1_000,
      refunds: [{ amount_refunded: 400 }],
    });
    expect(await rig.stripe.customers.retrieve(invoice.customer as string)).toMatchObject({ balance: -500 });
    expect((await get(invoice.id)).post_payment_credit_notes_amount).toBe(1_000);
    const [entry] = (await rig.stripe.customers.listBalanceTransactions(invoice.customer as string)).data;
    expect(entry).toMatchObject({ type: 'credit_note', amount: -500, ending_balance: -500, credit_note: note.id });
    await expect(rig.stripe.creditNotes.voidCreditNote(note.id)).rejects.toMatchObject({ statusCode: 400 });
    await expect(
      rig.stripe.creditNotes.create({ invoice: invoice.id, amount: 4_001, credit_amount: 4_001 }),
    ).rejects.toMatchObject({ param: 'amount' });
  });
});

describe('a credit note', () => {
  it('is refused for a draft, without an amount, and for nothing', async () => {
    const customer = await rig.customer();
    const draft = await rig.stripe.invoices.create({ customer: customer.id, currency: 'usd' });
    await expect(rig.stripe.creditNotes.create({ invoice: draft.id, amount: 1 })).rejects.toMatchObject({
      param: 'invoice',
    });
    const invoice = await openInvoice();
    await expect(rig.stripe.creditNotes.create({ invoice: invoice.id })).rejects.toMatchObject({
      code: 'parameter_missing',
    });
    await expect(rig.stripe.creditNotes.create({ invoice: invoice.id, amount: 0 })).rejects.toMatchObject({
      param: 'amount',
    });
  });
});

describe('the balance of a customer', () => {
  it('is used up by invoices, comes back when one is voided, and tells each step', async () => {
    const customer = await rig.customer();
    await rig.stripe.customers.createBalanceTransaction(customer.id, { amount: -2_000, currency: 'usd' });
    const invoice = await rig.stripe.invoices.create({ customer: customer.id, currency: 'usd' });
    await rig.stripe.invoiceItems.create({
      customer: customer.id,
      invoice: invoice.id,
      amount: 1_500,
      currency: 'usd',
    });
    await rig.stripe.invoiceItems.create({
      customer: customer.id,
      invoice: invoice.id,
      amount: 1_500,
      currency: 'usd',
    });
    const open = await rig.stripe.invoices.finalizeInvoice(invoice.id);
    expect(open).toMatchObject({ starting_balance: -2_000, ending_balance: 0, amount_due: 1_000 });
    await rig.stripe.invoices.voidInvoice(invoice.id);
    expect(await rig.stripe.customers.retrieve(customer.id)).toMatchObject({ balance: -2_000 });
    await rig.stripe.customers.update(customer.id, { balance: 0 });
    const entries = await rig.stripe.customers.listBalanceTransactions(customer.id);
    expect(entries.data.map((one) => [one.type, one.amount, one.ending_balance])).toEqual([
      ['adjustment', 2_000, 0],
      ['unapplied_from_invoice', -2_000, -2_000],
      ['applied_to_invoice', 2_000, 0],
      ['adjustment', -2_000, -2_000],
    ]);
    await expect(
      rig.stripe.customers.createBalanceTransaction(customer.id, { amount: 1, currency: 'eur' }),
    ).rejects.toMatchObject({ param: 'currency' });
  });
});
