import type { Row } from 'c/billingRows';
import { booleanOf, textOf } from 'c/billingRows';
import { every } from 'c/ticker';
import type { Deal } from './deal';

export const loadOrder = () => import('c/billingOrder');

/** What the part that tells of the order is given. */
export type Given = { readonly order: Row | undefined; readonly page: Row | undefined };

/** @returns null while nothing is known of an order */
export function orderOf({ page, order }: Deal): Given | null {
  const isTold = order ?? textOf(page, 'Billing_Order_Status__c') ?? textOf(page, 'Billing_Order_Number__c');
  return isTold ? { order, page } : null;
}

/** Whether billing, or somebody, has yet to do something before a won deal is ordered. */
export function isUnderWay({ page, order }: Deal): boolean {
  const state = textOf(order, 'State__c') ?? '';
  return state === 'Ordering' || (booleanOf(page, 'IsWon') === true && ['Not Ready', 'Failed'].includes(state));
}

/** Whether a deal was won between two looks at it. */
export function isJustWon(before: Row | undefined, now: Row | undefined): boolean {
  return before?.Id === now?.Id && booleanOf(before, 'IsWon') === false && booleanOf(now, 'IsWon') === true;
}

const LOOK_SECONDS = 4;
const LOOKS = 15;

/** Who shows an order, and can ask for it again. */
type Host = { readonly view: { readonly order: Given | null }; refresh(): unknown };
type LookOut = { begin(): void; end(): void };

/**
 * Looks for what was just asked for, or won, and is worked out elsewhere and told by nobody: every few seconds, for a minute at
 * most, until the order is another one than it was and not one that is being placed.
 */
export function lookOut(host: Host): LookOut {
  let end = () => {};
  const order = () => host.view.order?.order;
  const asOf = () => textOf(order(), 'As_Of__c');
  return {
    begin() {
      end();
      const before = asOf();
      let left = LOOKS;
      end = every(LOOK_SECONDS, () => {
        left -= 1;
        const found = asOf() !== before && textOf(order(), 'State__c') !== 'Ordering';
        if (left < 0 || found) {
          end();
        } else {
          host.refresh();
        }
      });
    },
    end: () => end(),
  };
}
