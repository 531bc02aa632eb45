import type { BillingAccount } from '../../domain/billingAccount/billingAccount.ts';
import { partsOf } from '../../domain/billingAccount/key.ts';
import { Fault } from '../../domain/fault.ts';
import { afterChange } from '../../domain/order/afterChange.ts';
import { carrying, fieldsFrom } from '../../domain/order/customFields.ts';
import type { Deal } from '../../domain/order/deal.ts';
import type { OrderFacts } from '../../domain/order/facts.ts';
import { orderFault } from '../../domain/order/faults.ts';
import { subscriptionsOf, type PlanOnSale, type SubscriptionToChange } from '../../domain/order/order.ts';
import { kindOf, subscriptionNamed } from '../../domain/order/kind.ts';
import { planOrder } from '../../domain/order/planOrder.ts';
import type { OrderRules } from '../../domain/order/rules.ts';
import { sellableOf } from '../../domain/order/sellable.ts';
import { orderInWords } from '../../domain/order/words.ts';
import { isMember, renewalKeyOf } from '../../domain/renewal/key.ts';
import type { Subscription } from '../../domain/subscription/subscription.ts';
import { latest } from '../../domain/time/calendarDate.ts';
import { today } from '../../domain/time/instant.ts';
import type { Clock } from '../ports/clock.ts';
import type { DealReader } from '../ports/deals.ts';
import type { MirrorKind, MirrorReader } from '../ports/mirror.ts';
import { DISCREPANCY_OPEN, isUnderWay, type DealOrder, type OrderBook, type OrderDesk } from '../ports/orders.ts';

export type WorkOutDeps = {
  rules: OrderRules;
  desk: Pick<OrderDesk, 'backdates' | 'plans' | 'subscription' | 'faultsOf' | 'preview'>;
  discrepancies: Pick<OrderBook, 'discrepancyOf'>;
  mirror: Pick<MirrorReader, 'ofAccount'>;
  deals: Pick<DealReader, 'made'>;
  /** What becomes of a billing account for an Account that has none; nobody makes one where it is absent. */
  comingFor?: (accountId: string) => Promise<OrderFacts['coming']>;
  /** @returns the same text for the same content */
  digest: (content: unknown) => string;
  clock: Pick<Clock, 'businessNow'>;
  timeZone: string;
};

/** What the mirror has of an Account, as far as orders ask for it. */
type Held = { billingAccounts: BillingAccount[]; subscriptions: Subscription[] };

const MODES = { off: 'Shadow', shadow: 'Shadow', assisted: 'Assisted', automatic: 'Automatic' } as const;

/** What people entered that decides over the order; another digest of it means that the deal was changed. */
export function enteredIn(deal: Deal, rules: Pick<OrderRules, 'connection' | 'customFields'>): unknown {
  const { accountId, currency, kind, billingAccountKey, terms, lines, isWon } = deal;
  const named = subscriptionNamed(deal, rules.connection);
  const { order, subscription } = rules.customFields;
  const sent = carrying(fieldsFrom({ ...order, ...subscription }, deal.fields));
  return { accountId, currency, kind, named, billingAccountKey, terms, lines, isWon, ...sent };
}

export const isRefused = (error: unknown): error is Fault => error instanceof Fault && error.code === 'order_refused';

/** @param dealId of the other deal */
const stillDiffers = ({ dealId, subscriptionNumber }: { dealId: string; subscriptionNumber: string }): string =>
  `Another opportunity of subscription ${subscriptionNumber} (${dealId}) was changed after its order, and billing says otherwise. Settle that first: take its change back, or have Billing operations change the subscription; see Billing Discrepancies.`;

/** Code of the fault of an order of which billing is still working out what it comes to. */
export const WORKED_OUT = 'being_worked_out';

/**
 * Called while billing works out what an order comes to; when it resolves, billing is asked again.
 * @param draft how the order stands meanwhile
 * @param why that says how long to wait
 */
export type WhileUnderWay = (draft: DealOrder, why: Fault) => Promise<void>;

/** Works out the order of a deal. */
export type WorksOut = (deal: Deal, known: DealOrder | null, whileUnderWay: WhileUnderWay) => Promise<DealOrder>;

/** How the order of a deal stands before anything is sent, for who previews it and for who places it. */
export function workOut(deps: WorkOutDeps): WorksOut {
  const { rules, desk, discrepancies, mirror, deals, digest, clock, timeZone } = deps;

  async function recordsOf({ accountId }: Deal): Promise<Held> {
    const records = accountId === null ? [] : await mirror.ofAccount(accountId);
    const of = (wanted: MirrorKind) =>
      records.filter(({ kind, deleted }) => kind === wanted && !deleted).map(({ body }) => body);
    return { billingAccounts: of('account') as BillingAccount[], subscriptions: of('subscription') as Subscription[] };
  }

  async function plansOf(deal: Deal): Promise<PlanOnSale[]> {
    const keys = deal.lines.map((line) => sellableOf(line, rules)).filter((key) => typeof key === 'string');
    if (keys.length === 0) return [];
    const found = await desk.plans([...new Set(keys.map((key) => partsOf(key).id))]);
    return [...found.values()];
  }

  /** As it is now, so that nothing is worked out from what has changed since. */
  async function subscriptionOf(deal: Deal): Promise<SubscriptionToChange | null> {
    const named = kindOf(deal) === 'New' ? null : subscriptionNamed(deal, rules.connection);
    return named === null ? null : desk.subscription(named);
  }

  /** Those of a group that no deal of their own renews, as they are now. */
  async function groupOf(deal: Deal, subscriptions: readonly Subscription[]): Promise<SubscriptionToChange[]> {
    const { group, renewsOn } = deal;
    if (group === undefined || partsOf(group.billingAccountKey).connection !== rules.connection) return [];
    const isMeant = isMember(group, renewsOn!, deal.lines);
    const meant = subscriptions.filter(isMeant);
    const alone = await deals.made(meant.map((one) => renewalKeyOf(one, renewsOn!)));
    const members = meant.filter((one) => !alone.has(renewalKeyOf(one, renewsOn!)));
    const found = await Promise.all(members.map(({ number }) => desk.subscription(number)));
    return found.filter((one) => one !== null);
  }

  return async (deal, known, whileUnderWay) => {
    const now = clock.businessNow();
    const day = today(now, timeZone);
    const plans = await plansOf(deal);
    const subscription = await subscriptionOf(deal);
    const { billingAccounts, subscriptions } = await recordsOf(deal);
    const group = await groupOf(deal, subscriptions);
    const isBilled = billingAccounts.some(({ connection }) => connection === rules.connection);
    const coming = isBilled || deal.accountId === null ? null : await deps.comingFor?.(deal.accountId);
    const facts: OrderFacts = {
      // A close date is not a day that people entered for billing: where it is past, the next best is meant.
      deal: desk.backdates ? deal : { ...deal, closesOn: latest([deal.closesOn, day])! },
      billingAccounts,
      ...(coming && { coming }),
      subscription,
      ...(deal.group && { group }),
      plans: new Map(plans.map((plan) => [plan.key, plan])),
      rules,
      today: day,
    };
    const planned = planOrder(facts);
    const faults = [...('faults' in planned ? planned.faults : []), ...desk.faultsOf(facts)];
    const base: DealOrder = {
      dealId: deal.id,
      accountId: deal.accountId,
      ...(deal.key !== undefined && { dealKey: deal.key }),
      state: 'Not Ready',
      mode: MODES[rules.mode],
      connection: rules.connection,
      digest: digest(enteredIn(deal, rules)),
      faults,
      order: null,
      actions: [],
      metrics: null,
      placed: null,
      epoch: known?.epoch ?? 1,
      message: null,
      tasks: known?.tasks ?? [],
      approvals: known?.approvals ?? [],
      changedBy: known?.changedBy ?? [],
      discrepancy: known?.discrepancy ?? null,
      asOf: now.toISOString(),
    };
    if ('faults' in planned || faults.length > 0) return base;
    const { order, leftOut } = planned;
    const changed = await discrepancies.discrepancyOf(subscriptionsOf(order), deal.id);
    if (changed !== null)
      return {
        ...base,
        faults: [{ ...orderFault(DISCREPANCY_OPEN, stillDiffers(changed)), waitsFor: changed.dealId }],
      };
    const worked = { ...base, order, actions: [...orderInWords(order, plans), ...leftOut] };
    for (;;)
      try {
        const added = await desk.preview(order);
        const before = [...(subscription === null ? [] : [subscription]), ...group].map((one) => one.subscription);
        const touched = before.filter(({ number }) => subscriptionsOf(order).includes(number));
        const metrics = before.length === 0 ? added : afterChange(added, order, touched);
        return { ...worked, state: 'Ready', metrics };
      } catch (error) {
        if (isRefused(error)) return { ...worked, faults: [orderFault('preview_refused', error.publicText)] };
        if (!isUnderWay(error)) throw error;
        await whileUnderWay({ ...worked, faults: [orderFault(WORKED_OUT, error.publicText)] }, error);
      }
  };
}
