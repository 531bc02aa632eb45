import { rounded } from '../catalog/pricing.ts';
import type { BalanceTransaction } from '../protocol/wire.ts';
import type { World } from '../world.ts';

type Booking = Pick<
  BalanceTransaction,
  'amount' | 'currency' | 'description' | 'source' | 'type' | 'reporting_category'
> & {
  fee: number;
  feeDescription?: string;
  /** Seconds until the money can be paid out. */
  wait: number;
};

/** Every movement of money on the Stripe balance; a fee of a refund or dispute is not given back. */
export function book(world: World, booking: Booking): BalanceTransaction {
  const { fee, feeDescription = 'Stripe processing fees', wait, ...plain } = booking;
  const now = world.now();
  return world.insert('balanceTransactions', {
    id: world.id('txn'),
    object: 'balance_transaction',
    ...plain,
    available_on: now + wait,
    balance_type: 'payments',
    created: now,
    exchange_rate: null,
    fee,
    fee_details:
      fee === 0
        ? []
        : [
            {
              amount: fee,
              application: null,
              currency: booking.currency,
              description: feeDescription,
              type: 'stripe_fee',
            },
          ],
    net: booking.amount - fee,
    status: wait === 0 ? 'available' : 'pending',
  });
}

/** The fee is the 2.9 % of Stripe's standard pricing without its fixed part, which differs by currency. */
export const feeOf = (amount: number): number => rounded(BigInt(amount) * 29n, 1000n);

/** Money that has become available since it was looked at last is shown as such. */
export function refresh(world: World): void {
  for (const one of world.all('balanceTransactions'))
    if (one.status === 'pending' && one.available_on <= world.now()) one.status = 'available';
}
