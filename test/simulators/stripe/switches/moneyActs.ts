import { completeCheckout } from '../checkout/complete.ts';
import { answerProof } from '../payments/confirm.ts';
import { declineCodes } from '../payments/declines.ts';
import { addDispute, decide } from '../payments/disputes.ts';
import { invalid } from '../protocol/errors.ts';
import { required } from '../protocol/params.ts';
import type { Charge } from '../protocol/wire.ts';
import type { World } from '../world.ts';

export type MoneyBody = {
  customer?: string;
  paymentMethod?: string;
  declineCode?: string | null;
  intent?: string;
  outcome?: 'succeed' | 'fail';
  charge?: string;
  reason?: string;
  inquiry?: boolean;
  session?: string;
  card?: string;
  email?: string;
  name?: string;
  dispute?: string;
  verdict?: 'won' | 'lost';
};

/** From now on a card is declined with this code, or works again with null. */
function declineCard(world: World, body: MoneyBody): object {
  const customer =
    body.paymentMethod === undefined ? world.get('customers', required(body.customer, 'customer')) : null;
  const id = body.paymentMethod ?? customer?.invoice_settings.default_payment_method;
  const method = world.get('paymentMethods', required(id, 'paymentMethod'));
  const code = body.declineCode === undefined ? 'card_declined' : body.declineCode;
  if (code !== null && !declineCodes.includes(code))
    throw invalid(`Unknown declineCode: ${code}. Known ones: ${declineCodes.join(', ')}`, 'declineCode');
  if (code === null) delete world.state.declines[method.id];
  else world.state.declines[method.id] = code;
  world.store.touch();
  return { paymentMethod: method.id, declineCode: code };
}

/** The holder of a card proves, or fails to prove, who they are. */
function authenticate(world: World, body: MoneyBody): object {
  const id = required(body.intent, 'intent');
  const intent = world.find('setupIntents', id) ?? world.get('paymentIntents', id, 'intent');
  answerProof(world, intent, body.outcome !== 'fail');
  return { intent };
}

function chargeOf(world: World, body: MoneyBody): Charge {
  if (body.charge !== undefined) return world.get('charges', body.charge, 'charge');
  const customer = required(body.customer, 'customer');
  const found = world.all('charges').findLast((one) => one.customer === customer && one.paid && !one.disputed);
  if (!found) throw invalid('This customer has no payment that can be disputed.', 'customer');
  return found;
}

/** The bank of a customer takes a payment back. */
function dispute(world: World, body: MoneyBody): object {
  const charge = chargeOf(world, body);
  if (charge.disputed || !charge.paid) throw invalid('This charge cannot be disputed.', 'charge');
  return {
    dispute: addDispute(world, charge, { reason: body.reason ?? 'fraudulent', inquiry: body.inquiry ?? false }),
    charge,
  };
}

function decideDispute(world: World, body: MoneyBody): object {
  const found = world.get('disputes', required(body.dispute, 'dispute'), 'dispute');
  return { dispute: decide(world, found, body.verdict === 'won' ? 'won' : 'lost') };
}

/** A person completes a checkout session on its page. */
function completeSession(world: World, body: MoneyBody): object {
  const session = world.get('checkoutSessions', required(body.session, 'session'), 'session');
  return { session: completeCheckout(world, session, body) };
}

export const moneyActs: Record<string, (world: World, body: MoneyBody) => object> = {
  'decline-card': declineCard,
  authenticate,
  'complete-checkout': completeSession,
  dispute,
  'decide-dispute': decideDispute,
};
