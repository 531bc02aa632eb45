import type { BillingAccount } from '../../domain/billingAccount/billingAccount.ts';
import { partsOf } from '../../domain/billingAccount/key.ts';
import { Fault } from '../../domain/fault.ts';
import type { Deal } from '../../domain/order/deal.ts';
import { orderFault } from '../../domain/order/faults.ts';
import type { PlanOnSale } from '../../domain/order/order.ts';
import { planOrder, sellableOf } from '../../domain/order/planOrder.ts';
import type { OrderRules } from '../../domain/order/rules.ts';
import { orderInWords } from '../../domain/order/words.ts';
import { today } from '../../domain/time/instant.ts';
import type { Clock } from '../ports/clock.ts';
import type { MirrorReader } from '../ports/mirror.ts';
import type { DealOrder, OrderDesk } from '../ports/orders.ts';

export type WorkOutDeps = {
  rules: OrderRules;
  desk: Pick<OrderDesk, 'plans' | 'preview'>;
  mirror: Pick<MirrorReader, 'ofAccount'>;
  /** @returns the same text for the same content */
  digest: (content: unknown) => string;
  clock: Pick<Clock, 'businessNow'>;
  timeZone: string;
};

/** What people entered that decides over the order; another digest of it means that the deal was changed. */
export function enteredIn(deal: Deal, known: DealOrder | null): unknown {
  const { accountId, currency, kind, subscriptionNumber, billingAccountKey, terms, lines, isWon } = deal;
  const isOurs = subscriptionNumber !== null && known?.placed?.subscriptionNumbers.includes(subscriptionNumber);
  const named = isOurs === true ? null : subscriptionNumber;
  return { accountId, currency, kind, named, billingAccountKey, terms, lines, isWon };
}

export const isRefused = (error: unknown): error is Fault => error instanceof Fault && error.code === 'order_refused';

/** How the order of a deal stands before anything is sent, for who previews it and for who places it. */
export function workOut(deps: WorkOutDeps): (deal: Deal, known: DealOrder | null) => Promise<DealOrder> {
  const { rules, desk, mirror, digest, clock, timeZone } = deps;

  async function billingAccountsOf({ accountId }: Deal): Promise<BillingAccount[]> {
    if (accountId === null) return [];
    const records = await mirror.ofAccount(accountId);
    return records
      .filter(({ kind, deleted }) => kind === 'account' && !deleted)
      .map(({ body }) => body as BillingAccount);
  }

  async function plansOf(deal: Deal): Promise<PlanOnSale[]> {
    const keys = deal.lines.map((line) => sellableOf(line, rules)).filter((key) => typeof key === 'string');
    if (keys.length === 0) return [];
    const found = await desk.plans([...new Set(keys.map((key) => partsOf(key).id))]);
    return [...found.values()];
  }

  return async (deal, known) => {
    const now = clock.businessNow();
    const plans = await plansOf(deal);
    const planned = planOrder({
      deal,
      billingAccounts: await billingAccountsOf(deal),
      plans: new Map(plans.map((plan) => [plan.key, plan])),
      rules,
      today: today(now, timeZone),
    });
    const base: DealOrder = {
      dealId: deal.id,
      accountId: deal.accountId,
      state: 'Not Ready',
      mode: rules.mode === 'shadow' ? 'Shadow' : 'Automatic',
      connection: rules.connection,
      digest: digest(enteredIn(deal, known)),
      faults: 'faults' in planned ? planned.faults : [],
      order: null,
      actions: [],
      metrics: null,
      placed: null,
      epoch: known?.epoch ?? 1,
      message: null,
      tasks: known?.tasks ?? [],
      asOf: now.toISOString(),
    };
    if ('faults' in planned) return base;
    const { order } = planned;
    const worked = { ...base, order, actions: orderInWords(order, plans) };
    try {
      return { ...worked, state: 'Ready', metrics: await desk.preview(order) };
    } catch (error) {
      if (!isRefused(error)) throw error;
      return { ...worked, faults: [orderFault('preview_refused', error.publicText)] };
    }
  };
}
