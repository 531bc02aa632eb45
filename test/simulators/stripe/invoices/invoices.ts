import { invalid } from '../protocol/errors.ts';
import { draftInvoice, finalize, markPaid, markUncollectible, methodFor, voidInvoice } from './invoiceLife.ts';
import { linesOf, subscriptionOf, total } from './invoiceTotals.ts';
import { invoiceItemLine, takePending } from './lines.ts';
import { page, paging, within } from '../protocol/lists.ts';
import {
  array,
  clearable,
  currency,
  flag,
  integerFrom,
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
import { applyDiscounts, discountParams } from '../catalog/discounts.ts';
import { taxRateIds, taxRatesNamed } from '../catalog/taxRates.ts';
import { refusedTax } from '../subscriptions/subscriptionCreate.ts';
import { addCreditNoteRoutes } from './creditNotes.ts';
import { addInvoiceItemRoutes, inStatus } from './invoiceItems.ts';
import { addLineRoutes } from './lineRoutes.ts';
import type { Routes } from '../protocol/protocol.ts';
import { cardError, paymentSucceeded, payNow } from '../subscriptions/collection.ts';
import type { Invoice } from '../protocol/wire.ts';
import type { World } from '../world.ts';

const fields = {
  account_tax_ids: unsimulated,
  auto_advance: flag,
  automatic_tax: shape({ enabled: flag, liability: unsimulated }),
  automatically_finalizes_at: time,
  collection_method: oneOf('charge_automatically', 'send_invoice'),
  custom_fields: clearable(array(shape({ name: text, value: text }))),
  days_until_due: integerFrom(0),
  default_payment_method: clearable(text),
  default_source: unsimulated,
  default_tax_rates: taxRateIds,
  description: clearable(text),
  discounts: clearable(discountParams),
  due_date: time,
  effective_at: time,
  footer: clearable(text),
  issuer: unsimulated,
  metadata,
  number: text,
  on_behalf_of: unsimulated,
  payment_settings: unsimulated,
  rendering: shape({ amount_tax_display: unsimulated, pdf: unsimulated, template: unsimulated }),
  shipping_cost: unsimulated,
  shipping_details: unsimulated,
  statement_descriptor: text,
  transfer_data: unsimulated,
};

const settled = (invoice: Invoice): boolean => invoice.status === 'paid' || invoice.status === 'void';

export function addInvoiceRoutes(routes: Routes, world: World): void {
  const find = (id: string | undefined) => world.get('invoices', id ?? '');
  routes.post(
    '/v1/invoices',
    {
      ...fields,
      currency,
      customer: text,
      subscription: text,
      from_invoice: unsimulated,
      pending_invoice_items_behavior: oneOf('include', 'exclude'),
    },
    ({ params }) => create(world, params),
  );
  routes.get(
    '/v1/invoices',
    {
      ...paging,
      collection_method: fields.collection_method,
      created: range,
      customer: text,
      due_date: range,
      status: oneOf('draft', 'open', 'paid', 'uncollectible', 'void'),
      subscription: text,
    },
    ({ params }) =>
      page(
        '/v1/invoices',
        world.all('invoices'),
        (one) =>
          within(one.created, params.created) &&
          (params.customer === undefined || one.customer === params.customer) &&
          (params.status === undefined || one.status === params.status) &&
          (params.collection_method === undefined || one.collection_method === params.collection_method) &&
          (params.due_date === undefined || (one.due_date !== null && within(one.due_date, params.due_date))) &&
          (params.subscription === undefined || subscriptionOf(one) === params.subscription),
        params,
      ),
  );
  routes.get('/v1/invoices/:id', {}, ({ path }) => find(path['id']));
  routes.get('/v1/invoices/:id/lines', paging, ({ path, params }) => {
    const invoice = find(path['id']);
    const rows = linesOf(world, invoice).toReversed();
    const created = invoice.created;
    const list = page(
      `/v1/invoices/${invoice.id}/lines`,
      rows.map((line) => ({ ...line, created })),
      () => true,
      params,
    );
    return { ...list, data: list.data.map(({ created: _created, ...line }) => line) };
  });
  routes.post('/v1/invoices/:id', fields, ({ path, params }) => {
    const invoice = find(path['id']);
    const allowed = ['auto_advance', 'metadata', 'default_payment_method'];
    if (Object.keys(params).some((key) => !allowed.includes(key))) inStatus(invoice, 'edit', 'draft');
    return world.change(invoice, 'invoice.updated', (one) => assign(world, one, params));
  });
  routes.delete('/v1/invoices/:id', {}, ({ path }) => {
    const invoice = inStatus(find(path['id']), 'delete', 'draft');
    if (subscriptionOf(invoice) !== null) throw invalid("You can't delete invoices created by subscriptions.");
    for (const item of world.all('invoiceItems'))
      if (item.invoice === invoice.id) world.remove('invoiceItems', item, 'invoiceitem.deleted');
    return world.remove('invoices', invoice, 'invoice.deleted');
  });
  addActionRoutes(routes, world, find);
  addInvoiceItemRoutes(routes, world);
  addLineRoutes(routes, world);
  addCreditNoteRoutes(routes, world);
}

/** Sets what the parameters of create and update say. */
function assign(world: World, invoice: Invoice, params: Read<typeof fields>): void {
  if (params.automatic_tax?.enabled) throw refusedTax(world);
  const {
    automatic_tax: _tax,
    custom_fields: custom,
    days_until_due: days,
    default_tax_rates: rates,
    discounts,
    metadata: meta,
    rendering: _rendering,
    ...plain
  } = params;
  if (plain.default_payment_method) {
    const method = world.get('paymentMethods', plain.default_payment_method, 'default_payment_method');
    if (method.customer !== invoice.customer)
      throw invalid('The payment method must be attached to the customer of the invoice.', 'default_payment_method');
  }
  Object.assign(invoice, plain);
  if (days !== undefined) invoice.due_date = invoice.created + days * 86_400;
  if (custom !== undefined)
    invoice.custom_fields = custom?.map(({ name = '', value = '' }) => ({ name, value })) ?? null;
  invoice.metadata = mergeMetadata(invoice.metadata ?? {}, meta);
  if (rates) invoice.default_tax_rates = taxRatesNamed(world, rates, 'default_tax_rates');
  if (discounts !== undefined)
    world.state.invoiceDiscounts[invoice.id] = applyDiscounts(world, discounts ?? [], {
      ...(invoice.customer === null ? {} : { customer: invoice.customer }),
      invoice: invoice.id,
    });
  if (rates || discounts !== undefined) total(world, invoice);
}

function addActionRoutes(routes: Routes, world: World, find: (id: string | undefined) => Invoice): void {
  routes.post('/v1/invoices/:id/finalize', { auto_advance: flag }, ({ path, params }) => {
    const invoice = inStatus(find(path['id']), 'finalize', 'draft');
    if (params.auto_advance !== undefined) invoice.auto_advance = params.auto_advance;
    finalize(world, invoice, invoice.auto_advance ? world.now() + 3_600 : null);
    if (invoice.status === 'paid') paymentSucceeded(world, invoice);
    return invoice;
  });
  routes.post(
    '/v1/invoices/:id/pay',
    {
      forgive: unsimulated,
      mandate: text,
      off_session: flag,
      paid_out_of_band: flag,
      payment_method: text,
      source: unsimulated,
    },
    ({ path, params }) => payInvoice(world, find(path['id']), params),
  );
  routes.post('/v1/invoices/:id/send', {}, ({ path }) => {
    const invoice = inStatus(find(path['id']), 'send', 'draft', 'open', 'paid');
    if (invoice.collection_method !== 'send_invoice')
      throw invalid('You can only manually send an invoice if its collection method is `send_invoice`.');
    if (!invoice.customer_email)
      throw invalid(`Missing email. In order to email this invoice, the customer must have a valid email.`);
    if (invoice.status === 'draft') finalize(world, invoice, null);
    world.emit('invoice.sent', invoice);
    return invoice;
  });
  routes.post('/v1/invoices/:id/void', {}, ({ path }) => {
    const invoice = inStatus(find(path['id']), 'void', 'open', 'uncollectible');
    voidInvoice(world, invoice);
    paymentSucceeded(world, invoice);
    return invoice;
  });
  routes.post('/v1/invoices/:id/mark_uncollectible', {}, ({ path }) => {
    const invoice = inStatus(find(path['id']), 'mark as uncollectible', 'open');
    markUncollectible(world, invoice);
    paymentSucceeded(world, invoice);
    return invoice;
  });
}

/** @throws 402 when the card is declined */
export function payInvoice(
  world: World,
  invoice: Invoice,
  params: { paid_out_of_band?: boolean; payment_method?: string },
): Invoice {
  if (settled(invoice))
    throw invalid(
      invoice.status === 'paid' ? 'Invoice is already paid' : 'You can only pay open invoices.',
      undefined,
      'invoice_not_editable',
    );
  if (invoice.status === 'draft') finalize(world, invoice, null);
  const method =
    params.payment_method === undefined
      ? methodFor(world, invoice)
      : world.get('paymentMethods', params.payment_method, 'payment_method');
  if (params.paid_out_of_band) {
    markPaid(world, invoice, true);
    paymentSucceeded(world, invoice);
    return invoice;
  }
  if (invoice.amount_remaining === 0) return invoice;
  if (!method) throw cardError({ paid: false, decline: null, chargeId: null });
  const outcome = payNow(world, invoice, method);
  if (!outcome.paid && outcome.pending !== 'processing') throw cardError(outcome);
  return invoice;
}

function create(
  world: World,
  params: Read<typeof fields> & {
    currency?: string;
    customer?: string;
    subscription?: string;
    pending_invoice_items_behavior?: 'include' | 'exclude';
  },
): Invoice {
  const subscription =
    params.subscription === undefined ? null : world.get('subscriptions', params.subscription, 'subscription');
  const customer = world.get('customers', required(params.customer ?? subscription?.customer, 'customer'), 'customer');
  const collection = params.collection_method ?? 'charge_automatically';
  if (collection === 'send_invoice' && params.due_date === undefined) required(params.days_until_due, 'days_until_due');
  if (collection !== 'send_invoice' && params.days_until_due !== undefined)
    throw invalid('You can only set `days_until_due` if `collection_method` is `send_invoice`.', 'days_until_due');
  const include = params.pending_invoice_items_behavior === 'include' || subscription !== null;
  const pending = include ? takePending(world, null, customer.id, subscription?.id ?? null) : [];
  const now = world.now();
  const { collection_method: _collection, days_until_due: _days, auto_advance: _advance, ...rest } = params;
  const { currency: _currency, customer: _customer, subscription: _subscription, ...more } = rest;
  const { pending_invoice_items_behavior: _behavior, ...given } = more;
  const invoice = draftInvoice(world, {
    customer,
    subscription,
    reason: subscription ? 'subscription_update' : 'manual',
    currency: params.currency ?? pending[0]?.currency ?? customer.currency ?? 'usd',
    lines: pending.map((item) => invoiceItemLine(world, item)),
    period: { start: now, end: now },
    collection,
    daysUntilDue: params.days_until_due ?? null,
    autoAdvance: params.auto_advance ?? false,
    assign: (one) => assign(world, one, given),
  });
  for (const item of pending) item.invoice = invoice.id;
  return invoice;
}
