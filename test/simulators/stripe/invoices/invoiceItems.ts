import { invalid } from '../protocol/errors.ts';
import { linesOf, total } from './invoiceTotals.ts';
import { addInvoiceItem, invoiceItemLine, priceAmount } from './lines.ts';
import { page, paging, within } from '../protocol/lists.ts';
import { flag, integer, mergeMetadata, metadata, range, required, shape, text, time } from '../protocol/params.ts';
import type { Routes } from '../protocol/protocol.ts';
import type { Invoice, InvoiceItem } from '../protocol/wire.ts';
import type { World } from '../world.ts';

/** @throws 400 unless the invoice is in one of `statuses` */
export function inStatus(invoice: Invoice, verb: string, ...statuses: string[]): Invoice {
  if (invoice.status === null || !statuses.includes(invoice.status))
    throw invalid(
      `You can only ${verb} ${statuses.join(' or ')} invoices. This invoice isn't ${statuses.join(' or ')}.`,
    );
  return invoice;
}

export function addInvoiceItemRoutes(routes: Routes, world: World): void {
  routes.post(
    '/v1/invoiceitems',
    {
      amount: integer,
      currency: text,
      customer: text,
      description: text,
      invoice: text,
      metadata,
      period: shape({ start: time, end: time }),
      pricing: shape({ price: text }),
      quantity: integer,
      subscription: text,
    },
    ({ params }) => {
      const customer = world.get('customers', required(params.customer, 'customer'), 'customer');
      const price =
        params.pricing?.price === undefined ? undefined : world.get('prices', params.pricing.price, 'pricing[price]');
      const quantity = params.quantity ?? 1;
      const now = world.now();
      const invoice =
        params.invoice === undefined
          ? undefined
          : inStatus(world.get('invoices', params.invoice, 'invoice'), 'edit', 'draft');
      const currency =
        price?.currency ??
        params.currency ??
        invoice?.currency ??
        customer.currency ??
        required(params.currency, 'currency');
      if (invoice && invoice.currency !== currency)
        throw invalid(
          `The currency of the invoice item (${currency}) must match that of the invoice (${invoice.currency}).`,
          'currency',
        );
      const item: InvoiceItem = addInvoiceItem(world, {
        customer: customer.id,
        currency,
        amount: price ? priceAmount(world, price, quantity) : required(params.amount, 'amount') * quantity,
        quantity,
        description: params.description ?? (price ? (world.find('products', price.product)?.name ?? null) : null),
        period: { start: params.period?.start ?? now, end: params.period?.end ?? now },
        metadata: mergeMetadata({}, params.metadata),
        ...(price ? { price } : {}),
        ...(params.subscription === undefined ? {} : { subscription: { id: params.subscription } }),
        ...(invoice ? { invoice: invoice.id } : {}),
      });
      if (invoice)
        world.change(invoice, 'invoice.updated', (one) => {
          linesOf(world, one).push({ ...invoiceItemLine(world, item), invoice: one.id });
          total(world, one);
        });
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
}
