import { grouped } from '../money/decimal.ts';
import { periodInWords } from '../subscription/interval.ts';
import type { ChargeOverride, Order, OrderAction, PlanOnSale, PlanOrder } from './order.ts';

const months = (count: number): string => (count === 1 ? '1 month' : `${count} months`);

function chargeInWords(override: ChargeOverride, plan: PlanOnSale, currency: string): string {
  const charge = plan.charges.find(({ id }) => id === override.charge);
  const every = charge?.kind === 'recurring' ? ` ${periodInWords(charge.priceInterval)}` : '';
  const price =
    override.price === null ? 'at the price of billing' : `at ${currency} ${grouped(override.price)}${every}`;
  return `${charge?.name ?? override.charge}: ${override.quantity === null ? '' : `${grouped(override.quantity)} `}${price}`;
}

function planInWords({ planId, charges }: PlanOrder, plans: readonly PlanOnSale[], currency: string): string {
  const plan = plans.find(({ id }) => id === planId);
  if (plan === undefined) return `- ${planId}`;
  const parts = charges.map((charge) => chargeInWords(charge, plan, currency));
  return `- ${plan.name}${parts.length === 0 ? ', as billing prices it' : ` (${parts.join('; ')})`}`;
}

function termInWords({ term, autoRenew, renewalMonths }: OrderAction): string {
  if (term.type === 'Evergreen') return 'without an end';
  const renewal = autoRenew
    ? `renews by itself for ${months(renewalMonths ?? term.months)}`
    : 'does not renew by itself';
  return `for ${months(term.months)}, ${renewal}`;
}

/** What an order does, a line each, for people who are to read it before or after it is placed. */
export function orderInWords(order: Order, plans: readonly PlanOnSale[]): string[] {
  return order.actions.flatMap((action) => [
    `New subscription ${order.subscriptionNumber} of ${order.billingAccountNumber} from ${action.startsOn} ${termInWords(action)}`,
    ...action.plans.map((plan) => planInWords(plan, plans, order.currency)),
  ]);
}
