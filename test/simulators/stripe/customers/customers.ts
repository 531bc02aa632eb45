import { invalid } from '../protocol/errors.ts';
import { page, paging, within } from '../protocol/lists.ts';
import {
  address,
  array,
  clearable,
  fullAddress,
  integer,
  mergeMetadata,
  metadata,
  oneOf,
  range,
  shape,
  text,
  textUpTo,
  unsimulated,
  type Read,
} from '../protocol/params.ts';
import { attach } from '../payments/methods.ts';
import { endDiscount } from '../catalog/discounts.ts';
import type { Routes } from '../protocol/protocol.ts';
import { stopCollecting } from '../invoices/invoiceLife.ts';
import { cancelNow } from '../subscriptions/ending.ts';
import { checkRoomForCustomer } from '../time/testClocks.ts';
import type { Customer } from '../protocol/wire.ts';
import type { World } from '../world.ts';
import { addCustomerBalanceRoutes, noteBalance } from './balance.ts';
import { addTaxId, addTaxIdRoutes } from './taxIds.ts';

/** What people write of a customer; longest texts by Stripe's API, "Create a customer". */
const fields = {
  address,
  balance: integer,
  business_name: clearable(textUpTo(150)),
  cash_balance: unsimulated,
  description: clearable(text),
  email: clearable(textUpTo(512)),
  individual_name: clearable(textUpTo(150)),
  invoice_prefix: text,
  invoice_settings: shape({
    custom_fields: clearable(array(shape({ name: text, value: text }))),
    default_payment_method: clearable(text),
    footer: clearable(text),
    rendering_options: unsimulated,
  }),
  metadata,
  name: clearable(textUpTo(256)),
  phone: clearable(textUpTo(20)),
  next_invoice_sequence: integer,
  preferred_locales: array(text),
  shipping: clearable(shape({ address, name: text, phone: text })),
  source: unsimulated,
  tax: unsimulated,
  tax_exempt: oneOf('none', 'exempt', 'reverse'),
  validate: unsimulated,
};

/** A customer of whom nothing is known yet; nobody has heard of it. */
export function blankCustomer(world: World): Customer {
  return {
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
    test_clock: null,
  };
}

export function addCustomerRoutes(routes: Routes, world: World): void {
  addCustomerBalanceRoutes(routes, world);
  addTaxIdRoutes(routes, world);
  const created = {
    ...fields,
    payment_method: text,
    tax_id_data: array(shape({ type: text, value: text })),
    test_clock: text,
  };
  routes.post('/v1/customers', created, ({ params }) => {
    const customer = blankCustomer(world);
    if (params.test_clock !== undefined) customer.test_clock = checkRoomForCustomer(world, params.test_clock).id;
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
    if (customer.balance !== 0)
      world.insert(
        'customerBalanceTransactions',
        noteBalance(world, customer, { amount: customer.balance, type: 'initial' }),
      );
    for (const taxId of params.tax_id_data ?? []) addTaxId(world, customer.id, taxId);
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
  routes.post('/v1/customers/:id', fields, ({ path, params }) => {
    const customer = world.get('customers', path['id'] ?? '');
    const before = customer.balance;
    world.change(customer, 'customer.updated', (one) => {
      assign(one, params);
      link(world, one, params);
    });
    if (customer.balance !== before)
      world.insert(
        'customerBalanceTransactions',
        noteBalance(world, customer, { amount: customer.balance - before, type: 'adjustment' }),
      );
    return customer;
  });
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
  params: Read<typeof fields> & { payment_method?: string; tax_id_data?: object[]; test_clock?: string },
): void {
  const { invoice_settings: settings, metadata: meta, address: to, shipping, ...rest } = params;
  const { payment_method: _method, tax_id_data: _taxIds, test_clock: _clock, ...plain } = rest;
  if (plain.email && !plain.email.includes('@'))
    throw invalid(`Invalid email address: ${plain.email}`, 'email', 'email_invalid');
  Object.assign(customer, plain);
  if (to !== undefined) customer.address = fullAddress(to);
  if (shipping !== undefined)
    customer.shipping = shipping && { ...shipping, address: fullAddress(shipping.address ?? {}) };
  customer.metadata = mergeMetadata(customer.metadata, meta);
  if (settings?.footer !== undefined) customer.invoice_settings.footer = settings.footer;
  if (settings?.custom_fields !== undefined)
    customer.invoice_settings.custom_fields =
      settings.custom_fields?.map(({ name = '', value = '' }) => ({ name, value })) ?? null;
}

/**
 * Ties the customer to its default card.
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
