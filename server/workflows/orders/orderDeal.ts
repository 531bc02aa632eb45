import { Fault } from '../../domain/fault.ts';
import type { Deal } from '../../domain/order/deal.ts';
import { orderFault } from '../../domain/order/faults.ts';
import type { PlacedOrder } from '../../domain/order/order.ts';
import { today } from '../../domain/time/instant.ts';
import type { DealOrder, OrderBook, OrderDesk } from '../ports/orders.ts';
import { tellOwner } from './tellOwner.ts';
import { whyNot } from './whyNot.ts';
import { enteredIn, isRefused, workOut, type WorkOutDeps } from './workOut.ts';

export type OrderDeps = WorkOutDeps & {
  desk: OrderDesk;
  book: OrderBook;
  /** Deals that were won before are not ordered: they were before anybody switched this on. */
  since: Date;
};

type Known = { order: DealOrder; version: number };

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
  const { rules, desk, book, digest, clock, timeZone, since } = deps;
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

  const told = (order: DealOrder, deal: Deal): DealOrder =>
    tellOwner(order, deal, { on: today(clock.businessNow(), timeZone), digest });

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
    const found = await desk.find(known.order.order!.number);
    if (found !== null) await save(placedAs(known.order, found), known, deal);
    else if (deal.isWon && rules.mode === 'automatic') await send(known, deal);
  }

  return async (deal) => {
    const known = await book.of(deal.id);
    const entered = digest(enteredIn(deal, rules));
    if (known?.order.state === 'Ordering') return resume(known, deal);
    if (known?.order.placed) {
      const message = known.order.digest === entered ? null : CHANGED;
      const next = {
        ...known.order,
        message: known.order.state === 'Pending' ? known.order.message : message,
        accountId: deal.accountId,
      };
      return save(next, known, deal);
    }
    if (whyNot(deal, known?.order ?? null, { rules, since, entered }) !== null) {
      if (known !== null) await save(known.order, known, deal);
      return;
    }
    const worked = await worksOut(deal, known?.order ?? null);
    if (worked.state !== 'Ready' || rules.mode !== 'automatic') return save(worked, known, deal);
    const committed: DealOrder = { ...worked, state: 'Ordering' };
    await send({ order: committed, version: await book.save(committed, known?.version ?? null) }, deal);
  };
}
