import { invalid } from '../protocol/errors.ts';
import { integer, required, text } from '../protocol/params.ts';
import type { Routes } from '../protocol/protocol.ts';
import type { World } from '../world.ts';
import { completeCheckout } from './complete.ts';

/** What stands behind the page of a session. Stripe does not document it; the Stripe command line completes sessions by it. */
export function addPaymentPageRoutes(routes: Routes, world: World): void {
  const find = (id: string | undefined) => world.get('checkoutSessions', id ?? '');
  routes.get('/v1/payment_pages/:id', {}, ({ path }) => find(path['id']));
  routes.post(
    '/v1/payment_pages/:id/confirm',
    { expected_amount: integer, payment_method: text },
    ({ path, params }) => {
      const session = find(path['id']);
      if (params.expected_amount !== undefined && params.expected_amount !== session.amount_total)
        throw invalid('The expected_amount does not match the amount of this session.', 'expected_amount');
      const card = required(params.payment_method, 'payment_method');
      return completeCheckout(world, session, { card, email: 'buyer@checkout.example' });
    },
  );
}
