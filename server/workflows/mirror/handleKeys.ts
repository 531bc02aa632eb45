import { Fault } from '../../domain/fault.ts';
import { partsOf } from '../../domain/billingAccount/key.ts';
import type { KeyHandler } from '../ports/keyWork.ts';

/** Who works the keys of one connection. */
export type ConnectionHandlers = {
  /** Billing accounts. */
  refresh: KeyHandler;
  /** Whom their invoices name. */
  billTo: KeyHandler;
  /** Products and coupons, which concern many billing accounts. */
  catalog: KeyHandler;
  /** All that can be sold, for the price book of the org. */
  priceBook: KeyHandler;
  /** Other objects, whose billing account is still to be found. */
  place: KeyHandler;
};

/** Works a key of which nothing comes by the settings, such as a catalog that goes nowhere. */
export const leaveAlone: KeyHandler = (claim) => Promise.resolve({ done: claim.events.map(({ id }) => id) });

/**
 * Gives every key to whoever works it: `account:…` are projections of an Account, `<connection>:account:…` billing accounts,
 * all others objects of a connection.
 */
export function handleKeys(project: KeyHandler, connections: ReadonlyMap<string, ConnectionHandlers>): KeyHandler {
  return (claim) => {
    const { connection: first, kind } = partsOf(claim.key);
    if (first === 'account') return project(claim);
    const handlers = connections.get(first);
    if (!handlers)
      throw new Fault({
        code: 'connection_not_configured',
        kind: 'unavailable',
        publicText: `The connection ${first} is not configured in this process; its changes wait.`,
      });
    if (kind === 'account') return handlers.refresh(claim);
    if (kind === 'billto') return handlers.billTo(claim);
    if (kind === 'catalog') return handlers.priceBook(claim);
    return kind === 'product' || kind === 'coupon' ? handlers.catalog(claim) : handlers.place(claim);
  };
}
