import { invalid, StripeRefusal } from '../protocol/errors.ts';
import { page, paging, within } from '../protocol/lists.ts';
import { integer, mergeMetadata, metadata, oneOf, range, shape, text } from '../protocol/params.ts';
import type { Routes } from '../protocol/protocol.ts';
import type { Charge, Refund } from '../protocol/wire.ts';
import type { World } from '../world.ts';

export function addPaymentRoutes(routes: Routes, world: World): void {
  const filters = { ...paging, created: range, customer: text };
  routes.get('/v1/payment_intents', filters, ({ params }) =>
    page(
      '/v1/payment_intents',
      world.all('paymentIntents'),
      (one) =>
        within(one.created, params.created) && (params.customer === undefined || one.customer === params.customer),
      params,
    ),
  );
  routes.get('/v1/payment_intents/:id', {}, ({ path }) => world.get('paymentIntents', path['id'] ?? ''));
  routes.get('/v1/charges', { ...filters, payment_intent: text }, ({ params }) =>
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
  routes.get('/v1/charges/:id', {}, ({ path }) => world.get('charges', path['id'] ?? ''));
  routes.get('/v1/balance_transactions/:id', {}, ({ path }) => world.get('balanceTransactions', path['id'] ?? ''));
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
  addRefundRoutes(routes, world);
}

function addRefundRoutes(routes: Routes, world: World): void {
  routes.post(
    '/v1/refunds',
    {
      amount: integer,
      charge: text,
      payment_intent: text,
      reason: oneOf('duplicate', 'fraudulent', 'requested_by_customer'),
      metadata,
    },
    ({ params }) => {
      const charge = refundedCharge(world, params);
      const open = charge.amount_captured - charge.amount_refunded;
      const amount = params.amount ?? open;
      if (open === 0)
        throw invalid(`Charge ${charge.id} has already been refunded.`, 'charge', 'charge_already_refunded');
      if (amount < 1 || amount > open)
        throw invalid(`Refund amount (${amount}) is greater than unrefunded amount on charge (${open})`, 'amount');
      const refund: Refund = {
        id: world.id('re'),
        object: 'refund',
        amount,
        balance_transaction: null,
        charge: charge.id,
        created: world.now(),
        currency: charge.currency,
        customer: charge.customer,
        customer_account: null,
        metadata: mergeMetadata({}, params.metadata),
        payment_intent: charge.payment_intent,
        payment_method: charge.payment_method,
        reason: params.reason ?? null,
        receipt_number: null,
        source_transfer_reversal: null,
        status: 'succeeded',
        transfer_reversal: null,
      };
      world.insert('refunds', refund, 'refund.created');
      world.change(charge, 'charge.refunded', (one) => {
        one.amount_refunded += amount;
        one.refunded = one.amount_refunded === one.amount_captured;
      });
      return refund;
    },
  );
  routes.get('/v1/refunds', { ...paging, created: range, charge: text, payment_intent: text }, ({ params }) =>
    page(
      '/v1/refunds',
      world.all('refunds'),
      (one) =>
        within(one.created, params.created) &&
        (params.charge === undefined || one.charge === params.charge) &&
        (params.payment_intent === undefined || one.payment_intent === params.payment_intent),
      params,
    ),
  );
  routes.get('/v1/refunds/:id', {}, ({ path }) => world.get('refunds', path['id'] ?? ''));
}

function refundedCharge(world: World, params: { charge?: string; payment_intent?: string }): Charge {
  const id =
    params.charge ??
    (params.payment_intent === undefined
      ? undefined
      : (world.get('paymentIntents', params.payment_intent, 'payment_intent').latest_charge ?? undefined));
  if (id === undefined)
    throw new StripeRefusal(400, {
      type: 'invalid_request_error',
      code: 'parameter_missing',
      message: 'One of the following params should be provided for this request: payment_intent or charge.',
    });
  return world.get('charges', id, 'charge');
}
