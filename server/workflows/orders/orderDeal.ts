import type { BillingAccount } from '../../domain/billingAccount/billingAccount.ts';
import { partsOf } from '../../domain/billingAccount/key.ts';
import { Fault } from '../../domain/fault.ts';
import type { Deal } from '../../domain/order/deal.ts';
import { orderFault } from '../../domain/order/faults.ts';
import type { PlacedOrder, PlanOnSale } from '../../domain/order/order.ts';
import { planOrder, sellableOf } from '../../domain/order/planOrder.ts';
import { isOrdered, type OrderRules } from '../../domain/order/rules.ts';
import { orderInWords } from '../../domain/order/words.ts';
import { today } from '../../domain/time/instant.ts';
import type { Clock } from '../ports/clock.ts';
import type { MirrorReader } from '../ports/mirror.ts';
import type { DealOrder, OrderBook, OrderDesk } from '../ports/orders.ts';

export type OrderDeps = {
  rules: OrderRules;
  desk: OrderDesk;
  book: OrderBook;
  mirror: Pick<MirrorReader, 'ofAccount'>;
  /** @returns the same text for the same content */
  digest: (content: unknown) => string;
  clock: Pick<Clock, 'businessNow'>;
  /** Deals that were won before are not ordered: they were before anybody switched this on. */
  since: Date;
  timeZone: string;
};

/** What people entered that decides over the order; another digest of it means that the deal was changed. */
function enteredIn(deal: Deal, known: DealOrder | null): unknown {
  const { accountId, currency, kind, subscriptionNumber, billingAccountKey, terms, lines, isWon } = deal;
  const isOurs = subscriptionNumber !== null && known?.placed?.subscriptionNumbers.includes(subscriptionNumber);
  const named = isOurs === true ? null : subscriptionNumber;
  return { accountId, currency, kind, named, billingAccountKey, terms, lines, isWon };
}

const CHANGED =
  'The opportunity was changed after its order was placed. The order stands as it is: change the subscription in billing, or take the change of the opportunity back.';

/** The same one until there is an answer; billing systems repeat an answer to what comes with the same one. */
const effectOf = ({ dealId, epoch }: DealOrder): string => `${dealId}-${epoch}`;

const isRefused = (error: unknown): error is Fault => error instanceof Fault && error.code === 'order_refused';

/**
 * Makes the order of a deal once it is won, and once: what is about to be sent is committed before it is sent, under a number
 * made of the id of the deal, and what may have been made is looked for before it is sent again. A deal that is changed after
 * that, reopened or won again makes nothing new.
 */
export function orderDeal(deps: OrderDeps): (deal: Deal) => Promise<void> {
  const { rules, desk, book, mirror, digest, clock, timeZone, since } = deps;

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

  /** How the order stands before anything is sent. */
  async function workOut(deal: Deal, known: DealOrder | null): Promise<DealOrder> {
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
  }

  const placedAs = (order: DealOrder, placed: PlacedOrder): DealOrder => ({
    ...order,
    state: placed.status === 'Completed' ? 'Ordered' : 'Pending',
    placed,
    faults: [],
    message:
      placed.status === 'Completed'
        ? null
        : `Billing took the order and holds it as ${placed.status}. Complete it in billing.`,
    asOf: clock.businessNow().toISOString(),
  });

  /** @param committed an order in state Ordering, which is sent as it was committed */
  async function send(committed: DealOrder, version: number): Promise<void> {
    let placed: PlacedOrder;
    try {
      placed = await desk.place(committed.order!, effectOf(committed));
    } catch (error) {
      if (!(error instanceof Fault) || error.outcomeUnknown || error.notTried) throw error;
      const next = { ...committed, epoch: committed.epoch + 1 };
      const faults = [orderFault('order_refused', error.publicText)];
      await book.save(isRefused(error) ? { ...next, state: 'Failed', faults } : next, version);
      if (!isRefused(error)) throw error;
      return;
    }
    await book.save(placedAs(committed, placed), version);
  }

  /** What may have been made is looked for; what was not is sent again while the deal is won and orders are placed. */
  async function resume(committed: DealOrder, version: number, deal: Deal): Promise<void> {
    const found = await desk.find(committed.order!.number);
    if (found !== null) await book.save(placedAs(committed, found), version);
    else if (deal.isWon && rules.mode === 'automatic') await send(committed, version);
  }

  const isSame = (a: DealOrder | undefined, b: DealOrder): boolean =>
    a !== undefined && digest({ ...a, asOf: b.asOf }) === digest(b);

  return async (deal) => {
    const known = await book.of(deal.id);
    const entered = digest(enteredIn(deal, known?.order ?? null));
    if (known?.order.state === 'Ordering') return resume(known.order, known.version, deal);
    if (known?.order.placed) {
      const message = known.order.digest === entered ? null : CHANGED;
      const next = {
        ...known.order,
        message: known.order.state === 'Pending' ? known.order.message : message,
        accountId: deal.accountId,
      };
      if (!isSame(known.order, next)) await book.save(next, known.version);
      return;
    }
    if (!isOrdered(rules, deal) || !deal.isWon) return;
    if (known === null && new Date(deal.stageSince) < since) return;
    // What was refused stays so until somebody changes the deal.
    if (known?.order.state === 'Failed' && known.order.digest === entered) return;
    const worked = await workOut(deal, known?.order ?? null);
    if (worked.state !== 'Ready' || rules.mode !== 'automatic') {
      if (!isSame(known?.order, worked)) await book.save(worked, known?.version ?? null);
      return;
    }
    const committed: DealOrder = { ...worked, state: 'Ordering' };
    await send(committed, await book.save(committed, known?.version ?? null));
  };
}
