import { Fault } from '../../domain/fault.ts';
import type { Deal } from '../../domain/order/deal.ts';
import { orderFault } from '../../domain/order/faults.ts';
import type { PlacedOrder } from '../../domain/order/order.ts';
import type { DealOrder, OrderBook, OrderDesk } from '../ports/orders.ts';
import { whyNot } from './whyNot.ts';
import { enteredIn, isRefused, workOut, type WorkOutDeps } from './workOut.ts';

export type OrderDeps = WorkOutDeps & {
  desk: OrderDesk;
  book: OrderBook;
  /** Deals that were won before are not ordered: they were before anybody switched this on. */
  since: Date;
};

const CHANGED =
  'The opportunity was changed after its order was placed. The order stands as it is: change the subscription in billing, or take the change of the opportunity back.';

/** The same one until there is an answer; billing systems repeat an answer to what comes with the same one. */
const effectOf = ({ dealId, epoch }: DealOrder): string => `${dealId}-${epoch}`;

/**
 * Makes the order of a deal once it is won, and once: what is about to be sent is committed before it is sent, under a number
 * made of the id of the deal, and what may have been made is looked for before it is sent again. A deal that is changed after
 * that, reopened or won again makes nothing new.
 */
export function orderDeal(deps: OrderDeps): (deal: Deal) => Promise<void> {
  const { rules, desk, book, digest, clock, since } = deps;
  const worksOut = workOut(deps);

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
    if (whyNot(deal, known?.order ?? null, { rules, since, entered }) !== null) return;
    const worked = await worksOut(deal, known?.order ?? null);
    if (worked.state !== 'Ready' || rules.mode !== 'automatic') {
      if (!isSame(known?.order, worked)) await book.save(worked, known?.version ?? null);
      return;
    }
    const committed: DealOrder = { ...worked, state: 'Ordering' };
    await send(committed, await book.save(committed, known?.version ?? null));
  };
}
