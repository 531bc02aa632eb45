import { createPrice, priceDataWithProduct } from '../catalog/catalog.ts';
import { discountParams } from '../catalog/discounts.ts';
import { rounded } from '../catalog/pricing.ts';
import { priceAmount } from '../invoices/lines.ts';
import { addSetup } from '../payments/setups.ts';
import { methodTypes, shipping } from '../payments/intentParams.ts';
import { invalid } from '../protocol/errors.ts';
import { page, paging, within } from '../protocol/lists.ts';
import {
  array,
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
  webUrl,
  type Read,
} from '../protocol/params.ts';
import type { Routes } from '../protocol/protocol.ts';
import type { CheckoutSession, LineItem } from '../protocol/wire.ts';
import type { World } from '../world.ts';

const daySeconds = 86_400;

const data = { description: text, metadata };

const fields = {
  adaptive_pricing: unsimulated,
  after_expiration: unsimulated,
  allow_promotion_codes: flag,
  allowed_payment_method_types: methodTypes,
  automatic_tax: unsimulated,
  billing_address_collection: oneOf('auto', 'required'),
  branding_settings: unsimulated,
  cancel_url: webUrl,
  client_reference_id: text,
  consent_collection: unsimulated,
  currency,
  custom_fields: unsimulated,
  custom_text: unsimulated,
  customer: text,
  customer_creation: oneOf('always', 'if_required'),
  customer_email: text,
  customer_update: unsimulated,
  discounts: discountParams,
  expires_at: time,
  invoice_creation: unsimulated,
  line_items: array(shape({ price: text, price_data: priceDataWithProduct, quantity: integerFrom(0), metadata })),
  locale: text,
  metadata,
  mode: oneOf('payment', 'setup', 'subscription'),
  optional_items: unsimulated,
  payment_intent_data: shape({
    ...data,
    capture_method: oneOf('automatic', 'automatic_async', 'manual'),
    setup_future_usage: oneOf('off_session', 'on_session'),
    shipping,
  }),
  payment_method_collection: oneOf('always', 'if_required'),
  payment_method_options: unsimulated,
  phone_number_collection: shape({ enabled: flag }),
  return_url: webUrl,
  setup_intent_data: shape(data),
  shipping_address_collection: unsimulated,
  shipping_options: unsimulated,
  submit_type: oneOf('auto', 'book', 'donate', 'pay', 'subscribe'),
  subscription_data: shape({ ...data, trial_end: time, trial_period_days: integerFrom(1) }),
  success_url: webUrl,
  tax_id_collection: shape({ enabled: flag, required: unsimulated }),
  ui_mode: oneOf('hosted_page', 'embedded_page', 'elements'),
};

type Params = Read<typeof fields>;

/** What a session needs to know when the customer completes it. */
export type CheckoutPlan = Pick<
  Params,
  'payment_intent_data' | 'subscription_data' | 'discounts' | 'payment_method_collection'
>;

function lineItems(world: World, params: Params): LineItem[] {
  return (params.line_items ?? []).map((item, index) => {
    const name = `line_items[${index}]`;
    const price =
      item.price_data === undefined
        ? world.get('prices', required(item.price, `${name}[price]`), `${name}[price]`)
        : createPrice(world, item.price_data);
    const quantity = item.quantity ?? 1;
    const amount = priceAmount(world, price, quantity);
    return {
      id: world.id('li'),
      object: 'item',
      adjustable_quantity: null,
      amount_discount: 0,
      amount_subtotal: amount,
      amount_tax: 0,
      amount_total: amount,
      currency: price.currency,
      description: world.find('products', price.product)?.name ?? null,
      metadata: mergeMetadata({}, item.metadata),
      price: structuredClone(price),
      quantity,
    };
  });
}

function discountOn(world: World, params: Params, subtotal: number): number {
  const [wanted] = params.discounts ?? [];
  const code = wanted?.promotion_code;
  const id = code === undefined ? wanted?.coupon : world.get('promotionCodes', code, 'discounts').promotion.coupon;
  if (id === undefined || id === null) return 0;
  const coupon = world.get('coupons', id, 'discounts');
  if (coupon.percent_off === null) return Math.min(subtotal, coupon.amount_off ?? 0);
  return rounded(BigInt(subtotal) * BigInt(Math.round(coupon.percent_off * 10_000)), 1_000_000n);
}

function create(world: World, params: Params): CheckoutSession {
  const mode = required(params.mode, 'mode');
  const hosted = (params.ui_mode ?? 'hosted_page') === 'hosted_page';
  if (hosted) required(params.success_url, 'success_url');
  if (mode === 'setup' && params.line_items)
    throw invalid('You can not pass `line_items` in `setup` mode.', 'line_items');
  if (mode === 'setup' && !params.allowed_payment_method_types) required(params.currency, 'currency');
  if (mode !== 'setup' && (params.line_items ?? []).length === 0) required(undefined, 'line_items');
  const customer = params.customer === undefined ? null : world.get('customers', params.customer, 'customer');
  if (customer && params.customer_email !== undefined)
    throw invalid('You may only specify one of these parameters: customer, customer_email.', 'customer_email');
  const now = world.now();
  const expires = params.expires_at ?? now + daySeconds;
  if (expires < now + 1_800 || expires > now + daySeconds)
    throw invalid(
      'The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation.',
      'expires_at',
    );
  const items = lineItems(world, params);
  const recurring = items.some((item) => item.price?.type === 'recurring');
  if (mode === 'payment' && recurring)
    throw invalid(
      'You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use only one-time prices.',
      'line_items',
    );
  if (mode === 'subscription' && !recurring)
    throw invalid(
      'You must provide at least one recurring price in `subscription` mode when using prices.',
      'line_items',
    );
  const subtotal = items.reduce((sum, item) => sum + item.amount_subtotal, 0);
  const discount = discountOn(world, params, subtotal);
  const id = world.id('cs_test', 58);
  const types = params.allowed_payment_method_types ?? null;
  const setup =
    mode === 'setup'
      ? addSetup(world, {
          customer: customer?.id ?? null,
          usage: 'off_session',
          payment_method_types: types ?? ['card'],
          description: params.setup_intent_data?.description ?? null,
          metadata: mergeMetadata({}, params.setup_intent_data?.metadata),
        }).id
      : null;
  const session: CheckoutSession = {
    id,
    object: 'checkout.session',
    adaptive_pricing: null,
    after_expiration: null,
    allow_promotion_codes: params.allow_promotion_codes ?? null,
    allowed_payment_method_types: types,
    amount_subtotal: mode === 'setup' ? null : subtotal,
    amount_total: mode === 'setup' ? null : subtotal - discount,
    automatic_tax: { enabled: false, liability: null, provider: null, status: null },
    billing_address_collection: params.billing_address_collection ?? null,
    cancel_url: params.cancel_url ?? null,
    client_reference_id: params.client_reference_id ?? null,
    client_secret: hosted ? null : `${id}_secret_${world.id('s', 30).slice(2)}`,
    collected_information: null,
    consent: null,
    consent_collection: null,
    created: now,
    currency: items[0]?.currency ?? params.currency ?? null,
    currency_conversion: null,
    custom_fields: [],
    custom_text: { after_submit: null, shipping_address: null, submit: null, terms_of_service_acceptance: null },
    customer: customer?.id ?? null,
    customer_account: null,
    customer_creation: customer || mode !== 'payment' ? null : (params.customer_creation ?? 'if_required'),
    customer_details: null,
    customer_email: params.customer_email ?? null,
    discounts: (params.discounts ?? []).map((one) => ({
      coupon: one.coupon ?? null,
      promotion_code: one.promotion_code ?? null,
    })),
    expires_at: expires,
    integration_identifier: null,
    invoice: null,
    invoice_creation: null,
    livemode: false,
    locale: params.locale ?? null,
    managed_payments: null,
    metadata: mergeMetadata({}, params.metadata),
    mode,
    origin_context: null,
    payment_intent: null,
    payment_link: null,
    payment_method_collection: mode === 'payment' ? 'if_required' : (params.payment_method_collection ?? 'always'),
    payment_method_configuration_details: null,
    payment_method_options: {},
    payment_method_types: types ?? ['card'],
    payment_status: mode === 'setup' || subtotal === discount ? 'no_payment_required' : 'unpaid',
    permissions: null,
    phone_number_collection: { enabled: params.phone_number_collection?.enabled ?? false },
    recovered_from: null,
    ...(params.return_url === undefined ? {} : { return_url: params.return_url }),
    saved_payment_method_options: null,
    setup_intent: setup,
    shipping_address_collection: null,
    shipping_cost: null,
    shipping_options: [],
    status: 'open',
    submit_type: params.submit_type ?? null,
    subscription: null,
    success_url: params.success_url ?? null,
    total_details: mode === 'setup' ? null : { amount_discount: discount, amount_shipping: 0, amount_tax: 0 },
    ui_mode: params.ui_mode ?? 'hosted_page',
    url: hosted ? `${world.url}/c/pay/${id}` : null,
    wallet_options: null,
  };
  world.state.checkoutLines[id] = items;
  world.state.checkoutPlans[id] = {
    ...(params.payment_intent_data ? { payment_intent_data: params.payment_intent_data } : {}),
    ...(params.subscription_data ? { subscription_data: params.subscription_data } : {}),
    ...(params.discounts ? { discounts: params.discounts } : {}),
  };
  world.at(expires, 'expire-checkout', id);
  return world.insert('checkoutSessions', session);
}

function expire(world: World, session: CheckoutSession): CheckoutSession {
  world.change(session, null, (one) => {
    one.status = 'expired';
    one.url = null;
  });
  world.emit('checkout.session.expired', session);
  return session;
}

export function addCheckoutRoutes(routes: Routes, world: World): void {
  const find = (id: string | undefined) => world.get('checkoutSessions', id ?? '');
  world.onTimer('expire-checkout', (id) => {
    const session = world.find('checkoutSessions', id);
    if (session?.status === 'open') expire(world, session);
  });
  routes.post('/v1/checkout/sessions', fields, ({ params }) => create(world, params));
  routes.get(
    '/v1/checkout/sessions',
    {
      ...paging,
      created: range,
      customer: text,
      payment_intent: text,
      status: oneOf('complete', 'expired', 'open'),
      subscription: text,
    },
    ({ params }) =>
      page(
        '/v1/checkout/sessions',
        world.all('checkoutSessions'),
        (one) =>
          within(one.created, params.created) &&
          (params.customer === undefined || one.customer === params.customer) &&
          (params.payment_intent === undefined || one.payment_intent === params.payment_intent) &&
          (params.status === undefined || one.status === params.status) &&
          (params.subscription === undefined || one.subscription === params.subscription),
        params,
      ),
  );
  routes.get('/v1/checkout/sessions/:id', {}, ({ path }) => find(path['id']));
  routes.get('/v1/checkout/sessions/:id/line_items', paging, ({ path, params }) => {
    const { id } = find(path['id']);
    const rows = (world.state.checkoutLines[id] ?? []).toReversed().map((one) => ({ ...one, created: 0 }));
    const list = page(`/v1/checkout/sessions/${id}/line_items`, rows, () => true, params);
    return { ...list, data: list.data.map(({ created: _created, ...one }) => one) };
  });
  routes.post('/v1/checkout/sessions/:id', { metadata }, ({ path, params }) =>
    world.change(find(path['id']), null, (one) => (one.metadata = mergeMetadata(one.metadata ?? {}, params.metadata))),
  );
  routes.post('/v1/checkout/sessions/:id/expire', {}, ({ path }) => {
    const session = find(path['id']);
    if (session.status !== 'open')
      throw invalid(
        `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of \`${session.status}\`.`,
      );
    return expire(world, session);
  });
}
