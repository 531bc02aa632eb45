import { keyOf, partsOf } from '../../domain/billingAccount/key.ts';
import type { BillingAccount } from '../../domain/billingAccount/billingAccount.ts';
import type { BillToBook, BillToReader } from '../ports/billTo.ts';
import type { KeyHandler } from '../ports/keyWork.ts';
import { seenOf } from './seen.ts';

/** Has bill-tos looked at for whatever may have changed one. */
export type BillToTriggers = {
  /** Contacts (key `salesforce:Contact:<id>`). */
  contact: KeyHandler;
  /** Besides what becomes of an Account, its bill-tos. */
  withAccount: (handler: KeyHandler) => KeyHandler;
  /** Besides the reading of a billing account, its bill-to where it or its Account is another one. */
  withBillingAccount: (handler: KeyHandler) => KeyHandler;
  /** Besides a match, the bill-to of what was matched. */
  withMatch: (handler: KeyHandler) => KeyHandler;
};

/**
 * @param follows connections whose bill-tos are followed
 */
export function followRecords(
  book: BillToBook,
  reader: Pick<BillToReader, 'accountOf'>,
  follows: ReadonlySet<string>,
): BillToTriggers {
  /** @returns keys to be worked, of billing accounts of these connections */
  const due = (billingAccountKeys: readonly string[]): string[] =>
    billingAccountKeys.flatMap((key) => {
      const { connection, id } = partsOf(key);
      return follows.has(connection) ? [keyOf(connection, 'billto', id)] : [];
    });
  const idOf = (key: string): string => partsOf(key).id;

  return {
    async contact({ key, events }) {
      const accountId = await reader.accountOf(idOf(key));
      // One of another Account may be chosen, and one that is not chosen be the only one that there is.
      const concerned = [
        ...(await book.billedTo(idOf(key))),
        ...(accountId === null ? [] : await book.linkedTo(accountId)),
      ];
      return { done: events.map(({ id }) => id), dirty: due([...new Set(concerned)]) };
    },
    withAccount: (handler) => async (claim) => {
      const result = await handler(claim);
      return { ...result, dirty: [...(result.dirty ?? []), ...due(await book.linkedTo(idOf(claim.key)))] };
    },
    withBillingAccount: (handler) => async (claim) => {
      const result = await handler(claim);
      const saved = result.mirror?.find(({ record }) => record.kind === 'account')?.record;
      if (saved === undefined || saved.deleted) return result;
      const known = await book.of(saved.key);
      const isNew = known?.standing.seen !== seenOf(saved.body as BillingAccount);
      const isMoved =
        result.link?.byMatch !== true && (result.link?.accountId ?? null) !== (known?.standing.accountId ?? null);
      if (!isNew && !isMoved) return result;
      return { ...result, dirty: [...(result.dirty ?? []), ...due([saved.key])] };
    },
    withMatch: (handler) => async (claim) => {
      const result = await handler(claim);
      if (result.match === undefined) return result;
      return { ...result, dirty: [...(result.dirty ?? []), ...due([idOf(claim.key)])] };
    },
  };
}
