import type { BillingAccount } from '../../domain/billingAccount/billingAccount.ts';
import { keyOf, partsOf } from '../../domain/billingAccount/key.ts';
import type { BillTo } from '../../domain/billTo/billTo.ts';
import {
  agreedOn,
  changedParts,
  conflictsOf,
  decideBillTo,
  type BillToChange,
  type BillToDecision,
} from '../../domain/billTo/decide.ts';
import { fieldInWords, isSame, partInWords } from '../../domain/billTo/fields.ts';
import { Fault } from '../../domain/fault.ts';
import type { BillToBook, BillToDesk, BillToReader, BillToRules, BillToStanding } from '../ports/billTo.ts';
import type { Clock } from '../ports/clock.ts';
import type { KeyClaim, KeyHandler, KeyResult } from '../ports/keyWork.ts';
import type { MirrorReader } from '../ports/mirror.ts';
import { noteConflicts } from './noteConflicts.ts';
import { seenOf } from './seen.ts';

export type BillToDeps = {
  mirror: Pick<MirrorReader, 'ofBillingAccount' | 'linkOf'>;
  reader: BillToReader;
  desk: BillToDesk;
  book: BillToBook;
  rules: BillToRules;
  clock: Pick<Clock, 'businessNow'>;
};

/** Both sides as they are now, and what comes of them. */
export type BillToLook = {
  account: BillingAccount;
  accountId: string;
  contactId: string | null;
  wanted: BillTo;
  held: BillTo;
  decision: BillToDecision;
};

/** @returns null where nothing is to be compared: the billing account is gone or closed, or belongs to no Account that is there */
export async function lookAtBillTo(
  { mirror, reader, desk, book, rules }: Omit<BillToDeps, 'clock'>,
  billingAccountKey: string,
  standing: BillToStanding | null,
): Promise<BillToLook | null> {
  const records = await mirror.ofBillingAccount(billingAccountKey);
  const record = records.find(({ kind, deleted }) => kind === 'account' && !deleted);
  const accountId = (await mirror.linkOf(billingAccountKey))?.accountId ?? null;
  if (record === undefined || accountId === null) return null;
  const account = record.body as BillingAccount;
  if (account.status === 'Canceled') return null;
  const { connection } = partsOf(billingAccountKey);
  const isOnly = (await book.linkedTo(accountId)).every(
    (key) => key === billingAccountKey || partsOf(key).connection !== connection,
  );
  const inOrg = await reader.of(accountId, billingAccountKey, isOnly);
  const held = inOrg === null ? null : await desk.read(partsOf(billingAccountKey).id);
  if (inOrg === null || held === null) return null;
  const { contactId, billTo: wanted } = inOrg;
  // What was agreed on of another Account says nothing of this one.
  const agreed = standing?.accountId === accountId ? standing.agreed : {};
  const decision = decideBillTo({ system: account.source, wanted, held, agreed, fields: rules.fields });
  return { account, accountId, contactId, wanted, held, decision };
}

function notThereYet(billingAccountKey: string): Fault {
  return new Fault({
    code: 'bill_to_not_there_yet',
    kind: 'unavailable',
    publicText: 'Billing took the new bill-to and still shows the old one; it is looked at again.',
    context: { billingAccountKey },
  });
}

/** Billing is not asked again for what it has refused, but by a person who has it tried again. */
function isRefusedAlready(before: BillToStanding | null, now: BillToStanding): boolean {
  const asked = ({ changes }: BillToStanding): string =>
    JSON.stringify(changes.map(({ field, after }) => [field, after]));
  return before !== null && before.state === 'Refused' && before.message !== null && asked(before) === asked(now);
}

function refused(publicText: string): Fault {
  return new Fault({ code: 'bill_to_refused', kind: 'invalid', publicText });
}

/** @returns what billing made of what it was told, where that is something else; null where it is the same */
function ownWay(changes: readonly BillToChange[], after: BillTo): string | null {
  const texts = changes.map(({ field }) => `${fieldInWords(field)}: ${partInWords(field, after) ?? 'nothing'}`);
  return texts.length === 0 ? null : `Billing writes it in its own way, which is left alone: ${texts.join('; ')}.`;
}

/**
 * Has a billing account say what Salesforce says of its bill-to (key `<connection>:billto:<id>`). Both sides are read, and
 * what differs is changed in billing; whatever caused it, a second look finds nothing. What is about to be written is
 * committed before it is, so that no change is without its record.
 */
export function followBillTo(deps: BillToDeps): KeyHandler {
  const { desk, book, rules, clock } = deps;

  /** @returns the bill-to after it was written, by the billing system's own account */
  async function write(key: string, { wanted, held, decision }: BillToLook, effectId: string): Promise<BillTo> {
    const { id } = partsOf(key);
    await desk.write(id, changedParts(decision.changes, wanted), effectId);
    const after = await desk.read(id);
    const isOld = decision.changes.some(
      ({ field }) => after === null || (!isSame(field, after, wanted) && isSame(field, after, held)),
    );
    if (after === null || isOld) throw notThereYet(key);
    return after;
  }

  return async (claim: KeyClaim): Promise<KeyResult> => {
    const done = claim.events.map(({ id }) => id);
    const { connection, id } = partsOf(claim.key);
    const key = keyOf(connection, 'account', id);
    const known = await book.of(key);
    const look = await lookAtBillTo(deps, key, known?.standing ?? null);
    if (look === null) return { done };
    const { account, accountId, contactId, wanted, decision } = look;
    const { changes, kept, agreed } = decision;
    const now = clock.businessNow();
    const conflicts = conflictsOf(decision, known?.standing.agreed ?? {});
    const begun: BillToStanding = {
      ...{ billingAccountKey: key, accountId, contactId, mode: rules.mode, changes, kept, agreed },
      state: changes.length > 0 || kept.some(({ salesforce }) => salesforce !== null) ? 'Different' : 'Agreed',
      seen: seenOf(account),
      discrepancy: noteConflicts(known?.standing.discrepancy ?? null, conflicts, now),
      message: null,
      asOf: now.toISOString(),
    };
    if (changes.length === 0 || rules.mode === 'shadow') {
      await book.save(begun, known?.version ?? null);
      return { done };
    }
    if (claim.attempt > 1 && isRefusedAlready(known?.standing ?? null, begun)) throw refused(known!.standing.message!);
    const version = await book.save({ ...begun, state: 'Writing' }, known?.version ?? null);
    let after: BillTo;
    try {
      after = await write(key, look, `${id}-${version}`);
    } catch (error) {
      if (error instanceof Fault && error.kind === 'invalid')
        await book.save({ ...begun, state: 'Refused', message: error.publicText }, version);
      throw error;
    }
    const settled = Object.fromEntries(changes.map(({ field }) => [field, agreedOn(field, wanted, after)]));
    const others = changes.filter(({ field }) => !isSame(field, after, wanted));
    const left = conflicts.filter(({ field }) => !changes.some((change) => change.field === field));
    await book.save(
      {
        ...begun,
        state: left.length > 0 ? 'Different' : 'Agreed',
        agreed: { ...agreed, ...settled },
        discrepancy: noteConflicts(begun.discrepancy, left, now),
        message: ownWay(others, after),
      },
      version,
    );
    return { done };
  };
}
