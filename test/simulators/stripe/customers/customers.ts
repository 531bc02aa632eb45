import { invalid } from '../protocol/errors.ts';
import { page, paging, within } from '../protocol/lists.ts';
import {
  address,
  array,
  clearable,
  integer,
  mergeMetadata,
  metadata,
  oneOf,
  range,
  shape,
  text,
  type Read,
} from '../protocol/params.ts';
import { attach } from '../payments/methods.ts';
import { addDiscount, endDiscount } from '../catalog/discounts.ts';
import type { Routes } from '../protocol/protocol.ts';
import { stopCollecting } from '../invoices/invoiceLife.ts';
import { cancelNow } from '../subscriptions/subscriptionLife.ts';
import { checkRoomForCustomer } from '../time/testClocks.ts';
import type { Customer } from '../protocol/wire.ts';
import type { World } from '../world.ts';

const fields = {
  address,
  balance: integer,
  business_name: text,
  coupon: text,
  description: clearable(text),
  email: clearable(text),
  individual_name: text,
  invoice_prefix: text,
  invoice_settings: shape({ default_payment_method: clearable(text), footer: clearable(text) }),
  metadata,
  name: clearable(text),
  phone: clearable(text),
  preferred_locales: array(text),
  tax_exempt: oneOf('none', 'exempt', 'reverse'),
};

export function addCustomerRoutes(routes: Routes, world: World): void {
  routes.post('/v1/customers', { ...fields, payment_method: text, test_clock: text }, ({ params }) => {
    const customer: Customer = {
      id: world.id('cus', 14),
      object: 'customer',
      address: null,
      balance: 0,
      created: world.now(),
      currency: null,
      customer_account: null,
      default_source: null,
      delinquent: false,
      description: null,
      email: null,
      invoice_prefix: world.id('p', 8).slice(2).toUpperCase(),
      invoice_settings: { custom_fields: null, default_payment_method: null, footer: null, rendering_options: null },
      livemode: false,
      metadata: {},
      name: null,
      next_invoice_sequence: 1,
      phone: null,
      preferred_locales: [],
      shipping: null,
      tax_exempt: 'none',
      test_clock: params.test_clock === undefined ? null : checkRoomForCustomer(world, params.test_clock).id,
    };
    assign(customer, params);
    world.insert('customers', customer);
    try {
      const method =
        params.payment_method === undefined ? undefined : attach(world, params.payment_method, customer.id);
      link(world, customer, params, method && { [params.payment_method ?? '']: method.id });
    } catch (error) {
      delete world.state.tables.customers[customer.id];
      throw error;
    }
    world.emit('customer.created', customer);
    return customer;
  });
  routes.get('/v1/customers', { ...paging, created: range, email: text, test_clock: text }, ({ params }) =>
    page(
      '/v1/customers',
      world.all('customers'),
      (one) =>
        within(one.created, params.created) &&
        (one.test_clock ?? null) === (params.test_clock ?? null) &&
        (params.email === undefined || one.email === params.email),
      params,
    ),
  );
  routes.get('/v1/customers/:id', {}, ({ path }) => {
    const id = path['id'] ?? '';
    if (world.state.deleted[id] === 'customer') return { id, object: 'customer', deleted: true };
    return world.get('customers', id);
  });
  routes.post('/v1/customers/:id', fields, ({ path, params }) =>
    world.change(world.get('customers', path['id'] ?? ''), 'customer.updated', (one) => {
      assign(one, params);
      link(world, one, params);
    }),
  );
  routes.delete('/v1/customers/:id', {}, ({ path }) => {
    const customer = world.get('customers', path['id'] ?? '');
    for (const one of world.all('subscriptions'))
      if (one.customer === customer.id && one.ended_at === null) cancelNow(world, one, 'cancellation_requested');
    for (const invoice of world.all('invoices'))
      if (invoice.customer === customer.id && (invoice.status === 'draft' || invoice.status === 'open'))
        world.change(invoice, 'invoice.updated', stopCollecting);
    return world.remove('customers', customer, 'customer.deleted');
  });
  routes.delete('/v1/customers/:id/discount', {}, ({ path }) => {
    const customer = world.get('customers', path['id'] ?? '');
    const discount = customer.discount;
    if (!discount) throw invalid('This customer has no active discount.');
    world.change(customer, 'customer.updated', (one) => (one.discount = null));
    return endDiscount(world, discount.id);
  });
}

function assign(
  customer: Customer,
  params: Read<typeof fields> & { payment_method?: string; test_clock?: string },
): void {
  const { invoice_settings: settings, metadata: meta, address: to, ...rest } = params;
  const { coupon: _coupon, payment_method: _method, test_clock: _clock, ...plain } = rest;
  if (plain.email && !plain.email.includes('@'))
    throw invalid(`Invalid email address: ${plain.email}`, 'email', 'email_invalid');
  Object.assign(customer, plain);
  if (to === null) customer.address = null;
  else if (to)
    customer.address = {
      city: to.city ?? null,
      country: to.country ?? null,
      line1: to.line1 ?? null,
      line2: to.line2 ?? null,
      postal_code: to.postal_code ?? null,
      state: to.state ?? null,
    };
  customer.metadata = mergeMetadata(customer.metadata, meta);
  if (settings?.footer !== undefined) customer.invoice_settings.footer = settings.footer;
}

/**
 * Ties the customer to its default card and its discount.
 * @param attached ids of cards that were made just now, by the id of the test card that they come from
 */
function link(
  world: World,
  customer: Customer,
  params: Read<typeof fields>,
  attached: Record<string, string> = {},
): void {
  const wanted = params.invoice_settings?.default_payment_method;
  if (wanted !== undefined)
    customer.invoice_settings.default_payment_method =
      wanted === null ? null : (attached[wanted] ?? attachedMethod(world, wanted, customer.id));
  if (params.coupon !== undefined) customer.discount = addDiscount(world, params.coupon, { customer: customer.id });
}

function attachedMethod(world: World, id: string, customer: string): string {
  const method = world.get('paymentMethods', id, 'invoice_settings[default_payment_method]');
  if (method.customer !== customer)
    throw invalid(
      'The customer does not have a payment method with the ID ' +
        id +
        '. The payment method must be attached to the customer.',
      'invoice_settings[default_payment_method]',
      'resource_missing',
    );
  return method.id;
}
