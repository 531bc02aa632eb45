import { invalid, StripeRefusal } from '../protocol/errors.ts';
import { page, paging, within } from '../protocol/lists.ts';
import { integer, mergeMetadata, metadata, oneOf, range, text } from '../protocol/params.ts';
import type { Routes } from '../protocol/protocol.ts';
import type { Charge, Refund } from '../protocol/wire.ts';
import type { World } from '../world.ts';
import { book } from './balance.ts';
import { cancelIntent } from './intents.ts';
import { behaviour } from './methods.ts';

/** How long a refund stays as it is before a test card's outcome shows. */
const outcomeSeconds = 30;

export type RefundStart = {
  amount?: number | undefined;
  reason?: Refund['reason'] | undefined;
  metadata?: Record<string, string> | undefined;
};

/** Gives money of a charge back, the whole rest when no amount is said. */
export function refundCharge(world: World, charge: Charge, start: RefundStart): Refund {
  const intent = world.find('paymentIntents', charge.payment_intent);
  if (charge.disputed && world.all('disputes').some((one) => one.charge === charge.id && !one.is_charge_refundable))
    throw invalid(`Charge ${charge.id} has been charged back; cannot issue a refund.`, undefined, 'charge_disputed');
  if (charge.status !== 'succeeded')
    throw invalid(
      `This ${charge.id.startsWith('py_') ? 'payment' : 'charge'} has not succeeded and cannot be refunded.`,
      'charge',
      'charge_not_refundable',
    );
  const open = (charge.captured ? charge.amount_captured : charge.amount) - charge.amount_refunded;
  const amount = start.amount ?? open;
  if (open <= 0) throw invalid(`Charge ${charge.id} has already been refunded.`, 'charge', 'charge_already_refunded');
  if (amount < 1)
    throw invalid('This value must be greater than or equal to 1.', 'amount', 'parameter_invalid_integer');
  if (amount > open)
    throw invalid(`Refund amount (${amount}) is greater than unrefunded amount on charge (${open})`, 'amount');
  const method = world.find('paymentMethods', charge.payment_method);
  const outcome = method && behaviour(world, method).refund;
  const refund: Refund = {
    id: world.id(charge.id.startsWith('py_') ? 'pyr' : 're'),
    object: 'refund',
    amount,
    balance_transaction: null,
    charge: charge.id,
    created: world.now(),
    currency: charge.currency,
    customer: charge.customer,
    customer_account: null,
    ...(charge.payment_method_details?.type === 'card'
      ? {
          destination_details: {
            card: { reference_status: 'pending', reference_type: 'acquirer_reference_number', type: 'refund' },
            type: 'card',
          },
        }
      : {}),
    metadata: start.metadata ?? {},
    payment_intent: charge.payment_intent,
    payment_method: charge.payment_method,
    reason: start.reason ?? null,
    receipt_number: null,
    source_transfer_reversal: null,
    status: outcome === 'pending' ? 'pending' : 'succeeded',
    transfer_reversal: null,
  };
  if (charge.captured) refund.balance_transaction = bookRefund(world, refund, -amount);
  world.insert('refunds', refund, 'refund.created');
  world.change(charge, 'charge.refunded', (one) => {
    one.amount_refunded += amount;
    one.refunded = one.amount_refunded >= (one.captured ? one.amount_captured : one.amount);
  });
  if (outcome) world.at(world.now() + outcomeSeconds, 'refund', refund.id);
  if (intent?.status === 'requires_capture') cancelIntent(world, intent, null);
  return refund;
}

function bookRefund(world: World, refund: Refund, amount: number): string {
  return book(world, {
    amount,
    currency: refund.currency,
    description: amount < 0 ? 'REFUND FOR CHARGE' : 'REFUND FAILURE',
    fee: 0,
    source: refund.id,
    type: amount < 0 ? 'refund' : 'refund_failure',
    reporting_category: amount < 0 ? 'refund' : 'refund_failure',
    wait: 0,
  }).id;
}

/** The money comes back to the merchant; the charge counts as not refunded by that amount. */
function fail(world: World, refund: Refund): void {
  world.change(refund, null, (one) => {
    one.status = 'failed';
    one.failure_reason = 'expired_or_canceled_card';
    one.failure_balance_transaction = bookRefund(world, one, one.amount);
  });
  const charge = world.find('charges', refund.charge);
  if (charge)
    world.change(charge, 'charge.updated', (one) => {
      one.amount_refunded -= refund.amount;
      one.refunded = false;
    });
  world.emit('charge.refund.updated', refund, { status: 'succeeded' });
  world.emit('refund.updated', refund, { status: 'succeeded' });
  world.emit('refund.failed', refund);
}

export function addRefundRoutes(routes: Routes, world: World): void {
  routes.post(
    '/v1/refunds',
    {
      amount: integer,
      charge: text,
      payment_intent: text,
      reason: oneOf('duplicate', 'fraudulent', 'requested_by_customer'),
      metadata,
    },
    ({ params }) =>
      refundCharge(world, refundedCharge(world, params), {
        ...params,
        metadata: mergeMetadata({}, params.metadata),
      }),
  );
  const list = (url: string, keep: (one: Refund) => boolean, params: Parameters<typeof page>[3]) =>
    page(url, world.all('refunds'), keep, params);
  routes.get('/v1/refunds', { ...paging, created: range, charge: text, payment_intent: text }, ({ params }) =>
    list(
      '/v1/refunds',
      (one) =>
        within(one.created, params.created) &&
        (params.charge === undefined || one.charge === params.charge) &&
        (params.payment_intent === undefined || one.payment_intent === params.payment_intent),
      params,
    ),
  );
  routes.get('/v1/charges/:id/refunds', paging, ({ path, params }) => {
    const { id } = world.get('charges', path['id'] ?? '');
    return list(`/v1/charges/${id}/refunds`, (one) => one.charge === id, params);
  });
  routes.get('/v1/refunds/:id', {}, ({ path }) => world.get('refunds', path['id'] ?? ''));
  routes.post('/v1/refunds/:id', { metadata }, ({ path, params }) => {
    const refund = world.get('refunds', path['id'] ?? '');
    const before = { ...refund.metadata };
    world.change(
      refund,
      'refund.updated',
      (one) => (one.metadata = mergeMetadata(one.metadata ?? {}, params.metadata)),
    );
    if (JSON.stringify(before) !== JSON.stringify(refund.metadata))
      world.emit('charge.refund.updated', refund, { metadata: before });
    return refund;
  });
  routes.post('/v1/refunds/:id/cancel', {}, ({ path }) => {
    const refund = world.get('refunds', path['id'] ?? '');
    throw invalid(
      `A refund can only be canceled while its status is requires_action; this one is ${String(refund.status)}.`,
    );
  });
  world.onTimer('refund', (id) => {
    const refund = world.find('refunds', id);
    const method = refund && world.find('paymentMethods', refund.payment_method);
    if (!refund || !method) return;
    if (behaviour(world, method).refund === 'fails') fail(world, refund);
    else {
      world.change(refund, 'refund.updated', (one) => (one.status = 'succeeded'));
      world.emit('charge.refund.updated', refund, { status: 'pending' });
    }
  });
}

function refundedCharge(world: World, params: { charge?: string; payment_intent?: string }): Charge {
  if (params.charge !== undefined && params.payment_intent !== undefined)
    throw invalid('You may only specify one of these parameters: charge, payment_intent.');
  if (params.charge !== undefined) return world.get('charges', params.charge, 'charge');
  if (params.payment_intent === undefined)
    throw new StripeRefusal(400, {
      type: 'invalid_request_error',
      code: 'parameter_missing',
      message: 'One of the following params should be provided for this request: payment_intent or charge.',
    });
  const intent = world.get('paymentIntents', params.payment_intent, 'payment_intent');
  const charge = world.find('charges', intent.latest_charge);
  if (!charge || charge.status === 'failed')
    throw invalid('This PaymentIntent does not have a successful charge to refund.', 'payment_intent');
  return charge;
}
