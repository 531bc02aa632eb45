import { applyDiscounts, discountParams } from '../catalog/discounts.ts';
import { taxRateIds, taxRatesNamed } from '../catalog/taxRates.ts';
import { rounded } from '../catalog/pricing.ts';
import { invalid } from '../protocol/errors.ts';
import { page, paging, within } from '../protocol/lists.ts';
import {
  clearable,
  currency,
  decimal,
  flag,
  integer,
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
import type { Routes } from '../protocol/protocol.ts';
import type { Invoice, InvoiceItem } from '../protocol/wire.ts';
import type { World } from '../world.ts';
import { linesOf, total } from './invoiceTotals.ts';
import { addInvoiceItem, invoiceItemLine, invoiceItemOf, priceAmount } from './lines.ts';

/** @throws 400 unless the invoice is in one of `statuses` */
export function inStatus(invoice: Invoice, verb: string, ...statuses: string[]): Invoice {
  if (invoice.status === null || !statuses.includes(invoice.status))
    throw invalid(
      `You can only ${verb} ${statuses.join(' or ')} invoices. This invoice isn't ${statuses.join(' or ')}.`,
      undefined,
      'invoice_not_editable',
    );
  return invoice;
}

/** What an invoice item and a line that is added to an invoice have in common. */
export const itemFields = {
  amount: integer,
  description: text,
  discountable: flag,
  discounts: discountParams,
  metadata,
  period: shape({ start: time, end: time }),
  price_data: shape({
    currency,
    product: text,
    product_data: unsimulated,
    tax_behavior: oneOf('exclusive', 'inclusive', 'unspecified'),
    unit_amount: integer,
    unit_amount_decimal: decimal,
  }),
  pricing: shape({ price: text }),
  quantity: integerFrom(0),
  tax_rates: taxRateIds,
};

export type ItemParams = Read<typeof itemFields> & {
  currency?: string;
  subscription?: string;
  unit_amount_decimal?: string;
};

/** `"0.5"` × 3 → 2, rounded to a minor unit. */
function amountAt(unit: string, quantity: number): number {
  const [whole = '0', fraction = ''] = unit.split('.');
  return rounded(BigInt(`${whole}${fraction}`) * BigInt(quantity), 10n ** BigInt(fraction.length));
}

/** A new item for a customer: on `invoice`, or pending for the next one. */
export function createItem(
  world: World,
  customerId: string,
  params: ItemParams,
  invoice: Invoice | undefined,
): InvoiceItem {
  const customer = world.get('customers', customerId, 'customer');
  const priceId = params.pricing?.price;
  const price = priceId === undefined ? undefined : world.get('prices', priceId, 'pricing[price]');
  const quantity = params.quantity ?? 1;
  const now = world.now();
  const currency =
    price?.currency ??
    params.price_data?.currency ??
    params.currency ??
    invoice?.currency ??
    customer.currency ??
    required(params.currency, 'currency');
  if (invoice && invoice.currency !== currency)
    throw invalid(
      `The currency of the invoice item (${currency}) must match that of the invoice (${invoice.currency}).`,
      'currency',
    );
  const unit =
    params.price_data?.unit_amount_decimal ?? params.price_data?.unit_amount?.toString() ?? params.unit_amount_decimal;
  const amount = price
    ? priceAmount(world, price, quantity)
    : unit === undefined
      ? required(params.amount, 'amount')
      : amountAt(unit, quantity);
  const product = price?.product ?? params.price_data?.product;
  const item = addInvoiceItem(world, {
    customer: customer.id,
    currency,
    amount,
    quantity,
    description: params.description ?? world.find('products', product)?.name ?? null,
    period: { start: params.period?.start ?? now, end: params.period?.end ?? now },
    metadata: mergeMetadata({}, params.metadata),
    ...(price ? { price } : {}),
    ...(params.subscription === undefined ? {} : { subscription: { id: params.subscription } }),
    ...(invoice ? { invoice: invoice.id } : {}),
  });
  item.discountable = params.discountable ?? item.discountable;
  item.tax_rates = taxRatesNamed(world, params.tax_rates ?? [], 'tax_rates');
  if (params.discounts)
    item.discounts = applyDiscounts(world, params.discounts, { customer: customer.id, invoice_item: item.id });
  return item;
}

/** The lines of a draft follow its invoice items: one that is new, changed or gone. */
export function showItem(world: World, item: InvoiceItem, gone = false): void {
  const invoice = world.find('invoices', item.invoice);
  if (invoice?.status !== 'draft') return;
  world.change(invoice, 'invoice.updated', (one) => {
    const lines = linesOf(world, one);
    const at = lines.findIndex((line) => invoiceItemOf(line) === item.id);
    const line = { ...invoiceItemLine(world, item), invoice: one.id, discounts: [...(item.discounts ?? [])] };
    if (at < 0) lines.push(line);
    else if (gone) lines.splice(at, 1);
    else lines[at] = { ...line, id: lines[at]!.id };
    total(world, one);
  });
}

/** Changes an invoice item that is not on a finalized invoice yet. */
export function updateItem(world: World, item: InvoiceItem, params: ItemParams): InvoiceItem {
  const { tax_rates: rates, discounts, price_data: data, pricing, metadata: meta, period, ...plain } = params;
  const price = pricing?.price === undefined ? undefined : world.get('prices', pricing.price, 'pricing[price]');
  world.change(item, null, (one) => {
    const { amount, description, discountable, quantity } = plain;
    Object.assign(one, {
      ...(description === undefined ? {} : { description }),
      ...(discountable === undefined ? {} : { discountable }),
      ...(quantity === undefined ? {} : { quantity, quantity_decimal: String(quantity) }),
    });
    if (price) {
      one.amount = priceAmount(world, price, one.quantity);
      one.pricing = {
        price_details: { price: price.id, product: price.product },
        type: 'price_details',
        unit_amount_decimal: price.unit_amount_decimal,
      };
    } else if (data?.unit_amount !== undefined) one.amount = data.unit_amount * one.quantity;
    else if (amount !== undefined) one.amount = amount;
    else if (quantity !== undefined && one.pricing?.unit_amount_decimal)
      one.amount = amountAt(one.pricing.unit_amount_decimal, quantity);
    one.net_amount = one.amount;
    if (period) one.period = { start: period.start ?? one.period.start, end: period.end ?? one.period.end };
    if (rates) one.tax_rates = taxRatesNamed(world, rates, 'tax_rates');
    if (discounts) one.discounts = applyDiscounts(world, discounts, { customer: one.customer, invoice_item: one.id });
    one.metadata = mergeMetadata(one.metadata ?? {}, meta);
  });
  showItem(world, item);
  return item;
}

/** @throws 400 when its invoice is finalized */
function editable(world: World, id: string | undefined): InvoiceItem {
  const item = world.get('invoiceItems', id ?? '');
  const invoice = world.find('invoices', item.invoice);
  if (invoice && invoice.status !== 'draft')
    throw invalid(
      'This invoice item is attached to an invoice that is no longer editable.',
      undefined,
      'invoice_not_editable',
    );
  return item;
}

export function addInvoiceItemRoutes(routes: Routes, world: World): void {
  routes.post(
    '/v1/invoiceitems',
    {
      ...itemFields,
      currency,
      customer: text,
      invoice: text,
      subscription: text,
      tax_behavior: unsimulated,
      tax_code: unsimulated,
      unit_amount_decimal: decimal,
    },
    ({ params: { customer, invoice: invoiceId, ...params } }) => {
      const invoice =
        invoiceId === undefined ? undefined : inStatus(world.get('invoices', invoiceId, 'invoice'), 'edit', 'draft');
      const item = createItem(world, required(customer ?? invoice?.customer, 'customer'), params, invoice);
      if (invoice) showItem(world, item);
      return item;
    },
  );
  routes.get(
    '/v1/invoiceitems',
    { ...paging, created: range, customer: text, invoice: text, pending: flag },
    ({ params }) => {
      const rows = world.all('invoiceItems').map((one) => ({ ...one, created: one.date }));
      const list = page(
        '/v1/invoiceitems',
        rows,
        (one) =>
          within(one.date, params.created) &&
          (params.customer === undefined || one.customer === params.customer) &&
          (params.invoice === undefined || one.invoice === params.invoice) &&
          (params.pending === undefined || params.pending === (one.invoice === null)),
        params,
      );
      return { ...list, data: list.data.map(({ created: _created, ...one }) => one) };
    },
  );
  routes.get('/v1/invoiceitems/:id', {}, ({ path }) => world.get('invoiceItems', path['id'] ?? ''));
  routes.post(
    '/v1/invoiceitems/:id',
    { ...itemFields, description: clearable(text), tax_behavior: unsimulated, tax_code: unsimulated },
    ({ path, params: { description, ...params } }) =>
      updateItem(world, editable(world, path['id']), {
        ...params,
        ...(description === undefined || description === null ? {} : { description }),
      }),
  );
  routes.delete('/v1/invoiceitems/:id', {}, ({ path }) => {
    const item = editable(world, path['id']);
    showItem(world, item, true);
    return world.remove('invoiceItems', item, 'invoiceitem.deleted');
  });
}
