import { invalid } from '../protocol/errors.ts';
import { page, paging, within } from '../protocol/lists.ts';
import {
  clearable,
  currency,
  flag,
  integer,
  mergeMetadata,
  metadata,
  oneOf,
  range,
  required,
  shape,
  text,
  type Read,
} from '../protocol/params.ts';
import type { Routes } from '../protocol/protocol.ts';
import type { Charge } from '../protocol/wire.ts';
import type { World } from '../world.ts';
import { refresh } from './balance.ts';
import { addCharge } from './charges.ts';
import { addDisputeRoutes } from './disputes.ts';
import { blankIntent, capture, disputeOf } from './intents.ts';
import { declinedError, declineFor, methodNamed } from './methods.ts';
import { addPaymentIntentRoutes } from './paymentIntents.ts';
import { addRefundRoutes } from './refunds.ts';
import { addSetupIntentRoutes } from './setupIntents.ts';

export function addPaymentRoutes(routes: Routes, world: World): void {
  addPaymentIntentRoutes(routes, world);
  addSetupIntentRoutes(routes, world);
  addChargeRoutes(routes, world);
  addRefundRoutes(routes, world);
  addDisputeRoutes(routes, world);
  addBalanceRoutes(routes, world);
  routes.get(
    '/v1/invoice_payments',
    {
      ...paging,
      created: range,
      invoice: text,
      status: oneOf('open', 'paid', 'canceled'),
      payment: shape({ type: oneOf('payment_intent'), payment_intent: text }),
    },
    ({ params }) =>
      page(
        '/v1/invoice_payments',
        world.all('invoicePayments'),
        (one) =>
          within(one.created, params.created) &&
          (params.invoice === undefined || one.invoice === params.invoice) &&
          (params.status === undefined || one.status === params.status) &&
          (params.payment?.payment_intent === undefined ||
            one.payment.payment_intent === params.payment.payment_intent),
        params,
      ),
  );
  routes.get('/v1/invoice_payments/:id', {}, ({ path }) => world.get('invoicePayments', path['id'] ?? ''));
}

const legacyCharge = {
  amount: integer,
  capture: flag,
  currency,
  customer: text,
  description: text,
  metadata,
  receipt_email: text,
  source: text,
};

/** The older way to charge, without an intent: by the id of a test token or of a method. */
function chargeSource(world: World, params: Read<typeof legacyCharge>): Charge {
  const intent = blankIntent(world, {
    amount: required(params.amount, 'amount'),
    currency: required(params.currency, 'currency'),
    customer: params.customer === undefined ? null : world.get('customers', params.customer, 'customer').id,
    description: params.description ?? null,
    metadata: mergeMetadata({}, params.metadata),
    receipt_email: params.receipt_email ?? null,
  });
  const source = params.source ?? world.find('customers', intent.customer)?.invoice_settings.default_payment_method;
  if (!source) throw invalid('Must provide source or customer.', undefined, 'parameter_missing');
  const method = methodNamed(world, source, 'source');
  const decline = declineFor(world, method);
  const captured = params.capture ?? true;
  const charge = addCharge(world, { intent, method, decline, status: decline ? 'failed' : 'succeeded', captured });
  charge.payment_intent = null;
  world.emit(decline ? 'charge.failed' : 'charge.succeeded', charge);
  if (decline) throw declinedError(decline, { charge: charge.id });
  if (captured) disputeOf(world, charge, method);
  return charge;
}

function addChargeRoutes(routes: Routes, world: World): void {
  const find = (id: string | undefined) => world.get('charges', id ?? '');
  routes.post('/v1/charges', legacyCharge, ({ params }) => chargeSource(world, params));
  routes.get('/v1/charges', { ...paging, created: range, customer: text, payment_intent: text }, ({ params }) =>
    page(
      '/v1/charges',
      world.all('charges'),
      (one) =>
        within(one.created, params.created) &&
        (params.customer === undefined || one.customer === params.customer) &&
        (params.payment_intent === undefined || one.payment_intent === params.payment_intent),
      params,
    ),
  );
  routes.get('/v1/charges/:id', {}, ({ path }) => find(path['id']));
  routes.post(
    '/v1/charges/:id',
    { description: clearable(text), metadata, receipt_email: text },
    ({ path, params: { metadata: meta, ...plain } }) =>
      world.change(find(path['id']), 'charge.updated', (one) => {
        Object.assign(one, plain);
        one.metadata = mergeMetadata(one.metadata, meta);
      }),
  );
  routes.post('/v1/charges/:id/capture', { amount: integer }, ({ path, params }) => {
    const charge = find(path['id']);
    const intent = world.find('paymentIntents', charge.payment_intent);
    if (charge.captured)
      throw invalid(`Charge ${charge.id} has already been captured.`, undefined, 'charge_already_captured');
    if (intent?.status !== 'requires_capture')
      throw invalid(`Charge ${charge.id} can no longer be captured.`, undefined, 'charge_expired_for_capture');
    capture(world, intent, params.amount ?? charge.amount);
    return charge;
  });
}

function addBalanceRoutes(routes: Routes, world: World): void {
  routes.get('/v1/account', {}, () => ({
    id: world.accountId,
    object: 'account',
    business_type: 'company',
    charges_enabled: true,
    country: 'US',
    default_currency: 'usd',
    details_submitted: true,
    email: 'billing@simulated.example',
    payouts_enabled: true,
    type: 'standard',
  }));
  routes.get('/v1/balance', {}, () => {
    refresh(world);
    const sums = (status: string) => {
      const byCurrency = new Map<string, number>();
      for (const one of world.all('balanceTransactions'))
        byCurrency.set(one.currency, (byCurrency.get(one.currency) ?? 0) + (one.status === status ? one.net : 0));
      if (byCurrency.size === 0) byCurrency.set('usd', 0);
      return [...byCurrency].map(([currency, amount]) => ({ amount, currency, source_types: { card: amount } }));
    };
    return { object: 'balance', available: sums('available'), livemode: false, pending: sums('pending') };
  });
  routes.get(
    '/v1/balance_transactions',
    { ...paging, created: range, currency, source: text, type: text },
    ({ params }) => {
      refresh(world);
      return page(
        '/v1/balance_transactions',
        world.all('balanceTransactions'),
        (one) =>
          within(one.created, params.created) &&
          (params.currency === undefined || one.currency === params.currency) &&
          (params.source === undefined || one.source === params.source) &&
          (params.type === undefined || one.type === params.type),
        params,
      );
    },
  );
  routes.get('/v1/balance_transactions/:id', {}, ({ path }) => {
    refresh(world);
    return world.get('balanceTransactions', path['id'] ?? '');
  });
}
