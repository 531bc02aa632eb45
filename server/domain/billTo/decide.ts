import type { Source } from '../billingAccount/billingAccount.ts';
import type { BillTo } from './billTo.ts';
import {
  fieldInWords,
  isEmpty,
  isNotReadable,
  isSame,
  lacksParts,
  partOf,
  partInWords,
  type BillToField,
} from './fields.ts';
import { faultInWords, faultsOf, type BillToFault } from './faults.ts';

/** What both sides had of a field when they last meant the same; billing may write it in its own way. */
export type Agreed = { salesforce: Partial<BillTo>; billing: Partial<BillTo> };
/** @returns what both have of a field, to be compared with what they have later */
export function agreedOn(field: BillToField, salesforce: BillTo, billing: BillTo): Agreed {
  return { salesforce: partOf(field, salesforce), billing: partOf(field, billing) };
}

export type AgreedFields = Readonly<Partial<Record<BillToField, Agreed>>>;

/** Who changed a field since both meant the same; `nobody` where they never did. */
export type ChangedBy = 'salesforce' | 'billing' | 'both' | 'nobody';

/** A field that billing is to take over from Salesforce. */
export type BillToChange = { field: BillToField; before: string | null; after: string; changedBy: ChangedBy };

/** A field that stays in billing as it is, though Salesforce says something else, and why. */
export type KeptField = { field: BillToField; salesforce: string | null; billing: string | null; why: string };

export type BillToDecision = {
  changes: readonly BillToChange[];
  kept: readonly KeptField[];
  /** Fields in which both mean the same now. */
  agreed: AgreedFields;
};

export type Compared = {
  system: Source;
  /** As Salesforce has it. */
  wanted: BillTo;
  /** As billing has it. */
  held: BillTo;
  agreed: AgreedFields;
  /** Those that are taken over. */
  fields: readonly BillToField[];
};

const FAULTS: Readonly<Partial<Record<BillToField, readonly BillToFault[]>>> = {
  name: ['name_missing', 'first_name_missing'],
  email: ['email_missing', 'email_invalid'],
  phone: ['phone_too_long'],
  address: ['country_missing', 'country_unknown', 'state_missing', 'state_unknown'],
};

function changedBy(field: BillToField, { wanted, held, agreed }: Compared): ChangedBy {
  const before = agreed[field];
  if (before === undefined) return 'nobody';
  const [bySalesforce, byBilling] = [!isSame(field, before.salesforce, wanted), !isSame(field, before.billing, held)];
  if (bySalesforce && byBilling) return 'both';
  return byBilling ? 'billing' : 'salesforce';
}

/** @returns why a value of Salesforce cannot go to billing; null where it can */
function whyKept(field: BillToField, { wanted, held, system }: Compared): string | null {
  const name = fieldInWords(field);
  if (isNotReadable(field, wanted))
    return `There is no field of the Account for ${name}, or the integration user may not read it. Correct BILL_TO_FILE, or grant the field and restart the servers.`;
  if (isEmpty(field, wanted))
    return `Salesforce has no ${name}, and nothing is emptied in billing. Enter it in Salesforce.`;
  const [fault] = faultsOf(wanted, system).filter((one) => FAULTS[field]?.includes(one));
  if (fault !== undefined) return faultInWords(fault, wanted);
  if (field === 'address' && lacksParts(wanted, held))
    return 'The address in Salesforce has no street or no city, and billing has one. Enter the whole address in Salesforce.';
  return null;
}

/** Both mean the same, or did when billing wrote it in its own way, and nobody has changed it since. */
function isAgreed(field: BillToField, { wanted, held, agreed }: Compared): boolean {
  if (isSame(field, wanted, held)) return true;
  const before = agreed[field];
  return before !== undefined && isSame(field, before.salesforce, wanted) && isSame(field, before.billing, held);
}

/**
 * What is to be changed in billing so that it says what Salesforce says. Salesforce owns the bill-to, whoever changed it
 * last; it empties nothing and hands on nothing that billing could not use. An address goes as a whole: one made of parts
 * of two is nobody's.
 */
export function decideBillTo(compared: Compared): BillToDecision {
  const { wanted, held, fields } = compared;
  const agreed: Partial<Record<BillToField, Agreed>> = {};
  const changes: BillToChange[] = [];
  const kept: KeptField[] = [];
  for (const field of fields) {
    if (isAgreed(field, compared)) {
      agreed[field] = agreedOn(field, wanted, held);
      continue;
    }
    // Who changed it is told against what both had; that stands until they mean the same again.
    if (compared.agreed[field] !== undefined) agreed[field] = compared.agreed[field];
    const [ofSalesforce, ofBilling] = [partInWords(field, wanted), partInWords(field, held)];
    const why = whyKept(field, compared);
    if (why !== null) kept.push({ field, salesforce: ofSalesforce, billing: ofBilling, why });
    else changes.push({ field, before: ofBilling, after: ofSalesforce!, changedBy: changedBy(field, compared) });
  }
  return { changes, kept, agreed };
}

/** @returns what billing is to have, of the fields that change alone */
export function changedParts(changes: readonly BillToChange[], wanted: BillTo): Partial<BillTo> {
  const parts = changes.map(({ field }) => partOf(field, wanted));
  const more = Object.assign({}, ...parts.map((part) => part.more)) as BillTo['more'];
  return { ...(Object.assign({}, ...parts) as Partial<BillTo>), ...(Object.keys(more).length > 0 && { more }) };
}

/** A field about which the two systems say different things, each of its own accord; both values in words. */
export type Conflict = { field: BillToField; salesforce: string | null; billing: string | null; why: string | null };

/**
 * @returns what people are told as a discrepancy: what somebody changed in billing or what both have always said
 * differently, and what Salesforce cannot hand on. An ordinary change in Salesforce is none, nor is a field of which
 * Salesforce never knew anything.
 */
export function conflictsOf({ changes, kept }: BillToDecision, agreed: AgreedFields): Conflict[] {
  return [
    ...changes
      .filter(({ before, changedBy: by }) => before !== null && by !== 'salesforce')
      .map(({ field, before, after }) => ({ field, salesforce: after, billing: before, why: null })),
    ...kept
      .filter(({ field, salesforce }) => salesforce !== null || agreed[field] !== undefined)
      .map(({ field, salesforce, billing, why }) => ({ field, salesforce, billing, why })),
  ];
}
