import { invalid } from '../protocol/errors.ts';
import { array, mergeMetadata, metadata, oneOf, required, shape, text, type Read } from '../protocol/params.ts';
import type { Routes } from '../protocol/protocol.ts';
import type { Invoice, InvoiceLine } from '../protocol/wire.ts';
import type { World } from '../world.ts';
import { createItem, inStatus, itemFields, showItem, updateItem } from './invoiceItems.ts';
import { linesOf, total } from './invoiceTotals.ts';
import { invoiceItemOf } from './lines.ts';

const lineFields = shape({ ...itemFields, invoice_item: text });

function lineOf(world: World, invoice: Invoice, id: string): InvoiceLine {
  const found = linesOf(world, invoice).find((line) => line.id === id);
  if (!found) throw invalid(`No such invoice line item: '${id}'`, 'lines', 'resource_missing');
  return found;
}

/** Changes a line of a draft; what a subscription's line costs follows from its price and cannot be changed here. */
function change(world: World, invoice: Invoice, line: InvoiceLine, params: Read<typeof itemFields>): void {
  const item = world.find('invoiceItems', invoiceItemOf(line));
  if (item) {
    updateItem(world, item, params);
    return;
  }
  const { description, metadata: meta, ...rest } = params;
  const [refused] = Object.keys(rest);
  if (refused !== undefined)
    throw invalid(`You cannot change ${refused} of a line that belongs to a subscription.`, refused);
  world.change(invoice, 'invoice.updated', (one) => {
    if (description !== undefined) line.description = description;
    line.metadata = mergeMetadata(line.metadata, meta);
    total(world, one);
  });
}

/** Lines of a draft, several at a time or one by one. */
export function addLineRoutes(routes: Routes, world: World): void {
  const draft = (id: string | undefined) => inStatus(world.get('invoices', id ?? ''), 'edit', 'draft');
  const more = { invoice_metadata: metadata };
  const describe = (invoice: Invoice, meta: Parameters<typeof mergeMetadata>[1]) =>
    world.change(invoice, 'invoice.updated', (one) => (one.metadata = mergeMetadata(one.metadata ?? {}, meta)));
  routes.post('/v1/invoices/:id/add_lines', { ...more, lines: array(lineFields) }, ({ path, params }) => {
    const invoice = draft(path['id']);
    for (const { invoice_item: id, ...line } of required(params.lines, 'lines')) {
      const pending = id === undefined ? undefined : world.get('invoiceItems', id, 'lines[invoice_item]');
      if (pending && (pending.invoice !== null || pending.customer !== invoice.customer))
        throw invalid(`The invoice item ${pending.id} is not pending for this customer.`, 'lines[invoice_item]');
      const item = pending ?? createItem(world, invoice.customer ?? '', line, invoice);
      if (pending) pending.invoice = invoice.id;
      showItem(world, item);
    }
    return describe(invoice, params.invoice_metadata);
  });
  routes.post(
    '/v1/invoices/:id/update_lines',
    { ...more, lines: array(shape({ ...itemFields, id: text })) },
    ({ path, params }) => {
      const invoice = draft(path['id']);
      for (const { id, ...line } of required(params.lines, 'lines'))
        change(world, invoice, lineOf(world, invoice, required(id, 'lines[id]')), line);
      return describe(invoice, params.invoice_metadata);
    },
  );
  routes.post(
    '/v1/invoices/:id/remove_lines',
    { ...more, lines: array(shape({ id: text, behavior: oneOf('delete', 'unassign') })) },
    ({ path, params }) => {
      const invoice = draft(path['id']);
      for (const { id, behavior } of required(params.lines, 'lines')) {
        const line = lineOf(world, invoice, required(id, 'lines[id]'));
        const item = world.get('invoiceItems', invoiceItemOf(line) ?? line.id, 'lines[id]');
        showItem(world, item, true);
        if (required(behavior, 'lines[behavior]') === 'unassign') item.invoice = null;
        else world.remove('invoiceItems', item, 'invoiceitem.deleted');
      }
      return describe(invoice, params.invoice_metadata);
    },
  );
  routes.post('/v1/invoices/:id/lines/:line', itemFields, ({ path, params }) => {
    const invoice = draft(path['id']);
    change(world, invoice, lineOf(world, invoice, path['line'] ?? ''), params);
    return lineOf(world, invoice, path['line'] ?? '');
  });
  routes.unsimulated('post', '/v1/invoices/:id/attach_payment', 'attach_payment of an invoice');
}
