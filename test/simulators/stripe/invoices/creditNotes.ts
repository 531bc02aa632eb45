import { moveBalance } from '../customers/balance.ts';
import { byRate, sumOf } from '../catalog/taxRates.ts';
import { share } from '../catalog/pricing.ts';
import { refundCharge } from '../payments/refunds.ts';
import { paymentOf, resizePayment } from '../payments/payments.ts';
import { invalid } from '../protocol/errors.ts';
import { inline, page, paging, within } from '../protocol/lists.ts';
import {
  array,
  clearable,
  integer,
  mergeMetadata,
  metadata,
  oneOf,
  range,
  required,
  shape,
  text,
  time,
  unsimulated,
  type Read,
} from '../protocol/params.ts';
import type { Routes } from '../protocol/protocol.ts';
import type { CreditNote, CreditNoteLine, Invoice } from '../protocol/wire.ts';
import { paymentSucceeded } from '../subscriptions/collection.ts';
import type { World } from '../world.ts';
import { markPaid } from './invoiceLife.ts';
import { linesOf } from './invoiceTotals.ts';

const fields = {
  amount: integer,
  credit_amount: integer,
  effective_at: time,
  email_type: oneOf('credit_note', 'none'),
  invoice: text,
  lines: array(
    shape({
      amount: integer,
      description: text,
      invoice_line_item: text,
      metadata,
      quantity: integer,
      tax_amounts: unsimulated,
      tax_rates: unsimulated,
      type: oneOf('custom_line_item', 'invoice_line_item'),
      unit_amount: integer,
    }),
  ),
  memo: text,
  metadata,
  out_of_band_amount: integer,
  reason: oneOf('duplicate', 'fraudulent', 'order_change', 'product_unsatisfactory'),
  refund_amount: integer,
  refunds: array(shape({ amount_refunded: integer, refund: text, type: oneOf('refund') })),
  shipping_cost: unsimulated,
};

type Params = Read<typeof fields>;
type LineParams = NonNullable<Params['lines']>[number];

function creditLine(world: World, invoice: Invoice, params: LineParams): CreditNoteLine {
  const blank = {
    id: world.id('cnli'),
    object: 'credit_note_line_item',
    discount_amount: 0,
    discount_amounts: [],
    livemode: false,
    metadata: mergeMetadata({}, params.metadata),
    pretax_credit_amounts: [],
    tax_rates: [],
    taxes: [],
  } as const satisfies Partial<CreditNoteLine>;
  if (params.type !== 'invoice_line_item') {
    const quantity = params.quantity ?? 1;
    const unit = params.unit_amount ?? required(params.amount, 'lines[unit_amount]');
    return {
      ...blank,
      amount: unit * quantity,
      description: params.description ?? null,
      quantity,
      type: 'custom_line_item',
      unit_amount: unit,
      unit_amount_decimal: String(unit),
    };
  }
  const id = required(params.invoice_line_item, 'lines[invoice_line_item]');
  const line = linesOf(world, invoice).find((one) => one.id === id);
  if (!line) throw invalid(`No such invoice line item: '${id}'`, 'lines[invoice_line_item]', 'resource_missing');
  const amount = params.amount ?? share(line.amount, params.quantity ?? line.quantity ?? 1, line.quantity ?? 1);
  if (amount > line.amount)
    throw invalid(
      `The amount of a credit note line cannot exceed that of its invoice line (${line.amount}).`,
      'lines[amount]',
    );
  const part = (value: number) => (line.amount === 0 ? 0 : share(value, amount, line.amount));
  const discounts = (line.discount_amounts ?? []).map((one) => ({ ...one, amount: part(one.amount) }));
  return {
    ...blank,
    amount,
    description: params.description ?? line.description,
    discount_amount: discounts.reduce((sum, one) => sum + one.amount, 0),
    discount_amounts: discounts,
    invoice_line_item: line.id,
    quantity: params.quantity ?? null,
    taxes: (line.taxes ?? []).map((one) => ({
      ...one,
      amount: part(one.amount),
      taxable_amount: part(one.taxable_amount ?? 0),
    })),
    type: 'invoice_line_item',
    unit_amount: null,
    unit_amount_decimal: null,
  };
}

/** How a credit is settled: against what is open, and the rest as refund, credit or outside of Stripe. */
function settlement(world: World, invoice: Invoice, params: Params, sum: number) {
  const pre = invoice.status === 'paid' ? 0 : Math.min(sum, invoice.amount_remaining);
  const post = sum - pre;
  const linked = (params.refunds ?? []).map((one) => {
    const refund = world.get('refunds', required(one.refund, 'refunds[refund]'), 'refunds[refund]');
    return { id: refund.id, amount: one.amount_refunded ?? refund.amount };
  });
  const refunded = (params.refund_amount ?? 0) + linked.reduce((all, one) => all + one.amount, 0);
  const given = refunded + (params.credit_amount ?? 0) + (params.out_of_band_amount ?? 0);
  if (given !== post)
    throw invalid(
      `The sum of credit amount, refund amount and out of band amount (${given}) must equal the post payment credit note amount (${post}).`,
    );
  return { pre, post, linked };
}

/** A credit note as it would be issued; nothing has happened yet. */
function draft(world: World, params: Params): { note: CreditNote; lines: CreditNoteLine[]; invoice: Invoice } {
  const invoice = world.get('invoices', required(params.invoice, 'invoice'), 'invoice');
  if (invoice.status === 'draft' || invoice.status === 'void')
    throw invalid(
      `Credit notes can only be created for open, paid or uncollectible invoices. This invoice is ${invoice.status}.`,
      'invoice',
    );
  if (params.amount === undefined && !params.lines)
    throw invalid('One of amount, lines or shipping_cost must be provided.', undefined, 'parameter_missing');
  if (params.amount !== undefined && params.lines)
    throw invalid('You may only specify one of these parameters: amount, lines.', 'amount');
  const lines = (params.lines ?? [{ type: 'custom_line_item', amount: params.amount ?? 0 } as const]).map((line) =>
    creditLine(world, invoice, line),
  );
  const subtotal = lines.reduce((all, one) => all + one.amount, 0);
  const discount = lines.reduce((all, one) => all + one.discount_amount, 0);
  const taxes = lines.flatMap((one) => one.taxes ?? []);
  const sum = subtotal - discount + sumOf(taxes, 'exclusive');
  const earlier = world.all('creditNotes').filter((one) => one.invoice === invoice.id);
  const credited = earlier.filter((one) => one.status === 'issued').reduce((all, one) => all + one.total, 0);
  if (sum < 1) throw invalid('The credit note amount must be greater than 0.', 'amount', 'parameter_invalid_integer');
  if (credited + sum > invoice.total)
    throw invalid(
      `The credit note amount (${sum}) exceeds what can still be credited on this invoice (${invoice.total - credited}).`,
      'amount',
    );
  const { pre, post, linked } = settlement(world, invoice, params, sum);
  const id = world.id('cn');
  const note: CreditNote = {
    id,
    object: 'credit_note',
    amount: sum,
    amount_shipping: 0,
    created: world.now(),
    currency: invoice.currency,
    customer: invoice.customer ?? '',
    customer_account: null,
    customer_balance_transaction: null,
    discount_amount: discount,
    discount_amounts: lines.flatMap((one) => one.discount_amounts),
    effective_at: params.effective_at ?? world.now(),
    invoice: invoice.id,
    lines: inline(`/v1/credit_notes/${id}/lines`, lines),
    livemode: false,
    memo: params.memo ?? null,
    metadata: mergeMetadata({}, params.metadata),
    number: `${invoice.number}-CN-${String(earlier.length + 1).padStart(2, '0')}`,
    out_of_band_amount: params.out_of_band_amount ?? null,
    pdf: `${world.url}/credit_notes/${id}/pdf`,
    post_payment_amount: post,
    pre_payment_amount: pre,
    pretax_credit_amounts: [],
    reason: params.reason ?? null,
    refunds: linked.map((one) => ({
      amount_refunded: one.amount,
      payment_record_refund: null,
      refund: one.id,
      type: 'refund',
    })),
    shipping_cost: null,
    status: 'issued',
    subtotal,
    subtotal_excluding_tax: subtotal - sumOf(taxes, 'inclusive'),
    total: sum,
    total_excluding_tax: sum - sumOf(taxes),
    total_taxes: byRate(taxes),
    type: pre > 0 && post > 0 ? 'mixed' : post > 0 ? 'post_payment' : 'pre_payment',
    voided_at: null,
  };
  return { note, lines, invoice };
}

/** What of an open invoice is to be paid falls (or rises again when the note is voided). */
function lower(world: World, invoice: Invoice, by: number): void {
  world.change(invoice, 'invoice.updated', (one) => {
    one.pre_payment_credit_notes_amount += by;
    one.amount_due -= by;
    one.amount_remaining -= by;
  });
  resizePayment(world, invoice);
}

function issue(world: World, params: Params): CreditNote {
  const { note, lines, invoice } = draft(world, params);
  if (params.refund_amount) {
    const intent = world.find(
      'paymentIntents',
      paymentOf(world, invoice)?.payment.payment_intent as string | undefined,
    );
    const charge = world.find('charges', intent?.latest_charge);
    if (!charge?.paid) throw invalid('This invoice has no payment that can be refunded.', 'refund_amount');
    const refund = refundCharge(world, charge, { amount: params.refund_amount });
    note.refunds.push({
      amount_refunded: refund.amount,
      payment_record_refund: null,
      refund: refund.id,
      type: 'refund',
    });
  }
  if (params.credit_amount) {
    const customer = world.get('customers', invoice.customer ?? '');
    note.customer_balance_transaction = moveBalance(world, customer, {
      amount: -params.credit_amount,
      type: 'credit_note',
      credit_note: note.id,
      invoice: invoice.id,
      currency: invoice.currency,
    }).id;
  }
  world.state.creditLines[note.id] = lines;
  world.insert('creditNotes', note, 'credit_note.created');
  if (note.pre_payment_amount > 0) lower(world, invoice, note.pre_payment_amount);
  if (note.post_payment_amount > 0)
    world.change(invoice, 'invoice.updated', (one) => {
      one.post_payment_credit_notes_amount += note.post_payment_amount;
    });
  if (invoice.status === 'open' && invoice.amount_remaining === 0) {
    markPaid(world, invoice);
    paymentSucceeded(world, invoice);
  }
  return note;
}

export function addCreditNoteRoutes(routes: Routes, world: World): void {
  const find = (id: string | undefined) => world.get('creditNotes', id ?? '');
  const lineList = (url: string, lines: readonly CreditNoteLine[], params: Parameters<typeof page>[3]) => {
    const list = page(
      url,
      lines.toReversed().map((line) => ({ ...line, created: 0 })),
      () => true,
      params,
    );
    return { ...list, data: list.data.map(({ created: _created, ...line }) => line) };
  };
  routes.post('/v1/credit_notes', fields, ({ params }) => issue(world, params));
  routes.get('/v1/credit_notes/preview', fields, ({ params }) => draft(world, params).note);
  routes.get('/v1/credit_notes/preview/lines', { ...fields, ...paging }, ({ params }) => {
    const { limit, starting_after, ending_before, ...rest } = params;
    const { lines } = draft(world, rest);
    return lineList('/v1/credit_notes/preview/lines', lines, {
      ...(limit === undefined ? {} : { limit }),
      ...(starting_after === undefined ? {} : { starting_after }),
      ...(ending_before === undefined ? {} : { ending_before }),
    });
  });
  routes.get('/v1/credit_notes', { ...paging, created: range, customer: text, invoice: text }, ({ params }) =>
    page(
      '/v1/credit_notes',
      world.all('creditNotes'),
      (one) =>
        within(one.created, params.created) &&
        (params.customer === undefined || one.customer === params.customer) &&
        (params.invoice === undefined || one.invoice === params.invoice),
      params,
    ),
  );
  routes.get('/v1/credit_notes/:id', {}, ({ path }) => find(path['id']));
  routes.get('/v1/credit_notes/:id/lines', paging, ({ path, params }) => {
    const { id } = find(path['id']);
    return lineList(`/v1/credit_notes/${id}/lines`, world.state.creditLines[id] ?? [], params);
  });
  routes.post('/v1/credit_notes/:id', { memo: clearable(text), metadata }, ({ path, params }) =>
    world.change(find(path['id']), 'credit_note.updated', (one) => {
      if (params.memo !== undefined) one.memo = params.memo;
      one.metadata = mergeMetadata(one.metadata ?? {}, params.metadata);
    }),
  );
  routes.post('/v1/credit_notes/:id/void', {}, ({ path }) => {
    const note = find(path['id']);
    const invoice = world.get('invoices', note.invoice);
    if (note.status === 'void') throw invalid('This credit note has already been voided.');
    if (invoice.status !== 'open' || note.post_payment_amount > 0)
      throw invalid('You can only void credit notes of open invoices.');
    world.change(note, null, (one) => {
      one.status = 'void';
      one.voided_at = world.now();
    });
    world.emit('credit_note.voided', note);
    lower(world, invoice, -note.pre_payment_amount);
    return note;
  });
}
