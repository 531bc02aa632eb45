import { Fault } from '../../domain/fault.ts';
import type { Deal } from '../../domain/order/deal.ts';
import { orderFault } from '../../domain/order/faults.ts';
import type { PlacedOrder } from '../../domain/order/order.ts';
import { today } from '../../domain/time/instant.ts';
import type { DealOrder, OrderBook, OrderDesk, OrdersDeal } from '../ports/orders.ts';
import { askApproval, isApproved, standDown, withoutIdleApprovals, type ApprovalDeps } from './approval.ts';
import { noteDiscrepancy } from './discrepancy.ts';
import { tellOwner } from './tellOwner.ts';
import { whyNot } from './whyNot.ts';
import { enteredIn, isRefused, workOut, type WorkOutDeps } from './workOut.ts';

export type OrderDeps = WorkOutDeps & {
  desk: OrderDesk;
  book: OrderBook;
  /** Where somebody has to approve. */
  approval: Pick<ApprovalDeps, 'approvers' | 'approvalHours'>;
  /** Deals that were won before are not ordered: they were before anybody switched this on. */
  since: Date;
};

type Known = { order: DealOrder; version: number };

const CHANGED =
  'The opportunity was changed after its order was placed. The order stands as it is: change the subscription in billing, or take the change of the opportunity back.';

/** Business time may be moved, so that a far moment is not waited for at one go. */
const LOOK_AGAIN_MS = 600_000;

/** The same one until there is an answer; billing systems repeat an answer to what comes with the same one. */
const effectOf = ({ dealId, epoch }: DealOrder): string => `${dealId}-${epoch}`;

/**
 * Makes the order of a deal once it is won, and once: what is about to be sent is committed before it is sent, under a number
 * made of the id of the deal, and what may have been made is looked for before it is sent again. A deal that is changed after
 * that, reopened or won again makes nothing new.
 */
export function orderDeal(deps: OrderDeps): OrdersDeal {
  const { rules, desk, book, digest, clock, timeZone, since } = deps;
  const worksOut = workOut(deps);
  const asks = askApproval({ ...deps.approval, digest, clock, timeZone });

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

  const told = (order: DealOrder, deal: Deal): DealOrder =>
    tellOwner(withoutIdleApprovals(order), deal, { on: today(clock.businessNow(), timeZone), digest });

  const isSame = (a: DealOrder | undefined, b: DealOrder): boolean =>
    a !== undefined && digest({ ...a, asOf: b.asOf }) === digest(b);

  async function save(next: DealOrder, known: Known | null, deal: Deal): Promise<void> {
    const order = told(next, deal);
    if (!isSame(known?.order, order)) await book.save(order, known?.version ?? null);
  }

  /** @param known an order in state Ordering, which is sent as it was committed */
  async function send(known: Known, deal: Deal): Promise<void> {
    const { order: committed } = known;
    let placed: PlacedOrder;
    try {
      placed = await desk.place(committed.order!, effectOf(committed));
    } catch (error) {
      if (!(error instanceof Fault) || error.outcomeUnknown || error.notTried) throw error;
      const next = { ...committed, epoch: committed.epoch + 1 };
      const faults = [orderFault('order_refused', error.publicText)];
      await save(isRefused(error) ? { ...next, state: 'Failed', faults } : next, known, deal);
      if (!isRefused(error)) throw error;
      return;
    }
    await save(placedAs(committed, placed), known, deal);
  }

  /** What may have been made is looked for; what was not is sent again while the deal is won and orders are placed. */
  async function resume(known: Known, deal: Deal): Promise<void> {
    const found = await desk.find(known.order.order!);
    if (found !== null) await save(placedAs(known.order, found), known, deal);
    else if (deal.isWon && (rules.mode === 'automatic' || (rules.mode === 'assisted' && isApproved(known.order))))
      await send(known, deal);
  }

  /** What is made of what could be ordered, by the mode; `Ordering` where it is to be placed. */
  async function decided(worked: DealOrder, before: DealOrder | null, deal: Deal): Promise<DealOrder> {
    if (worked.state !== 'Ready') return worked;
    if (rules.mode === 'automatic') return { ...worked, state: 'Ordering' };
    return rules.mode === 'assisted' ? asks(worked, before, deal) : worked;
  }

  async function work(deal: Deal, changedBy: readonly string[]): Promise<void> {
    const known = await book.of(deal.id);
    const entered = digest(enteredIn(deal, rules));
    if (known?.order.state === 'Ordering') return resume(known, deal);
    if (known?.order.placed) {
      const isChanged = known.order.digest !== entered;
      const message = isChanged ? CHANGED : null;
      const next = {
        ...noteDiscrepancy(known.order, deal, isChanged, clock.businessNow()),
        message: known.order.state === 'Pending' ? known.order.message : message,
        accountId: deal.accountId,
      };
      return save(next, known, deal);
    }
    const why = whyNot(deal, known?.order ?? null, { rules, since, entered });
    if (why !== null) {
      if (known !== null) await save(standDown(known.order, why), known, deal);
      return;
    }
    const worked = await worksOut(deal, known?.order ?? null);
    const changers = known?.order.digest === entered ? [] : changedBy;
    const all = [...new Set([...worked.changedBy, ...changers])].sort();
    const next = await decided({ ...worked, changedBy: all }, known?.order ?? null, deal);
    if (next.state !== 'Ordering') return save(next, known, deal);
    await send({ order: next, version: await book.save(next, known?.version ?? null) }, deal);
  }

  return async (deal, changedBy) => {
    await work(deal, changedBy);
    const order = rules.mode === 'assisted' ? (await book.of(deal.id))?.order : undefined;
    if (order?.state !== 'Awaiting Approval') return null;
    const leftMs = Date.parse(order.approvals.at(-1)!.expiresAt) - clock.businessNow().getTime();
    return Math.min(LOOK_AGAIN_MS, Math.max(0, leftMs) + 1000);
  };
}
