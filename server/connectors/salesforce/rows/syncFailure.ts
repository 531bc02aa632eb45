import { createHash } from 'node:crypto';
import { keyOf } from '../../../domain/billingAccount/key.ts';
import type {
  Failure,
  FailureKind,
  FailureProjection,
  FailureSeen,
  MoreFailures,
} from '../../../workflows/ports/failures.ts';
import type { OrgRow, OrgValue } from '../../../workflows/ports/orgRows.ts';
import { adviceOf } from '../errors.ts';
import { objectLabel } from '../objectLabel.ts';
import { name, text } from './fields.ts';

export const FAILURE_OBJECT = 'Billing_Sync_Failure__c';

/** Failures of no billing system go by the name that Salesforce has among the connections. */
const OURS = 'salesforce';
/** Longest name of a failure that its key holds; Key__c takes 255. */
const LONGEST_ID = 180;

const KINDS: Readonly<Record<FailureKind, string>> = {
  row: 'Row refused',
  object: 'Object not written',
  key: 'Work put aside',
  event: 'Event to look at',
  notice: 'Owner not told',
  connection: 'Connection stopped',
};

const TRY_AGAIN = 'Then choose Try again.';
/** By kind: what to do where nothing more is known of the cause. */
const TO_DO: Readonly<Record<FailureKind, string>> = {
  row: `Repair in the org what the reason names: a rule, a permission, a field. A wrong value is repaired in the billing system, and the row follows by itself. ${TRY_AGAIN}`,
  object: `Repair in the org what the reason names. It is looked at again by itself within some minutes, or when you choose Try again.`,
  key: `Repair what the reason names, in the billing system or in the settings of the server. ${TRY_AGAIN}`,
  event:
    'Compare the record in the billing system with Salesforce: it was read anew. Whoever runs the server then dismisses the event by its name (npm run ops -- dismiss).',
  notice: `Turn Chatter on, also for the integration user, or have SALESFORCE_NOTIFY_OWNERS switched off. ${TRY_AGAIN} Nobody is told twice.`,
  connection:
    'One that is broken is looked at again by itself each minute: repair its credentials or permissions. One that was paused goes on when whoever runs the server resumes it (npm run ops -- resume).',
};
/** What to do about refusals of Salesforce that errors.ts has no advice for. */
const REFUSALS: Readonly<Record<string, string>> = {
  FIELD_CUSTOM_VALIDATION_EXCEPTION:
    'A validation rule of the org refuses it: let the integration user pass in the rule, or correct the value in the billing system.',
  CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY:
    'A trigger or flow of the org fails on it: mend that, or let the integration user pass in it.',
  REQUIRED_FIELD_MISSING: 'Make the field that the reason names optional, or give it a default.',
  STRING_TOO_LONG: 'Enlarge the field that the reason names.',
  STORAGE_LIMIT_EXCEEDED: 'The org has no storage left: delete what is not needed, or buy more.',
  INVALID_CROSS_REFERENCE_KEY: 'Restore the record that is missing, or name another Account in the billing system.',
};

const WAITS_FOR_PARENT =
  'It belongs to a record that is not in Salesforce, probably because that one was refused: look for its failure. When that record is there, this one follows by itself.';

const isOne = (failure: object): failure is Failure => 'id' in failure;

/** What the subject is in its billing system: `match:billing:stripe:account:cus_1` is about the account cus_1. */
function sourceOf({ kind, subject }: Failure): { object: string; id: string } | null {
  if (kind === 'connection' || kind === 'object' || kind === 'event') return null;
  const [, object, id] = /^[^:]+:([^:]+):(.+)$/s.exec(subject.replace(/^match:billing:/, '')) ?? [];
  return object === undefined || id === undefined ? null : { object, id };
}

/** Objects of whose rows work is told that was put aside: reading a billing account, projecting an Account. */
const WORKED: Readonly<Record<string, string>> = { account: 'Billing_Account__c', projection: 'Account' };

function nameOf(failure: Failure): string {
  const { kind, subject } = failure;
  if (kind === 'event') return `Event ${subject}`;
  if (kind === 'connection') return `Connection ${subject}`;
  if (kind === 'object') return objectLabel(subject);
  const source = sourceOf(failure);
  const object = failure.object ?? WORKED[source?.object ?? ''] ?? source?.object ?? '';
  return `${objectLabel(object)} ${source?.id ?? subject}`.trim();
}

/** What the reason of a refusal ends with, where there is advice. */
function adviceIn({ code, reason }: Failure): string | undefined {
  const advice = code === null ? undefined : adviceOf(code);
  return advice !== undefined && reason.endsWith(` ${advice}`) ? advice : undefined;
}

function toDoOf(failure: Failure): string {
  const { kind, code, reason } = failure;
  if (kind !== 'row' || code === null) return TO_DO[kind];
  if (reason.includes('Foreign key external ID')) return WAITS_FOR_PARENT;
  const advice = adviceIn(failure) ?? REFUSALS[code];
  return advice === undefined ? TO_DO.row : `${advice} ${TRY_AGAIN}`;
}

/** The code and the advice stand in fields of their own. */
function reasonOf(failure: Failure): string {
  const { code, reason } = failure;
  const bare = code !== null && reason.startsWith(`${code}: `) ? reason.slice(code.length + 2) : reason;
  return bare.slice(0, bare.length - (adviceIn(failure)?.length ?? 0)).trim();
}

function ofOne(failure: Failure): Record<string, OrgValue> {
  const source = sourceOf(failure);
  return {
    ...name(nameOf(failure)),
    Failure_Id__c: text(failure.id, 500),
    Account__c: failure.account,
    Object__c: text(failure.object, 80),
    Record_Key__c: text(failure.subject),
    Source_Object__c: text(source?.object ?? null, 80),
    Source_Id__c: text(source?.id ?? null),
    Code__c: text(failure.code, 80),
    Reason__c: text(reasonOf(failure), 2000),
    What_To_Do__c: text(toDoOf(failure), 2000),
    Attempts__c: failure.attempts,
    Failures__c: 1,
  };
}

function ofMany({ kind, count }: MoreFailures): Record<string, OrgValue> {
  return {
    ...name(`${count} more: ${KINDS[kind]}`),
    Failure_Id__c: null,
    Account__c: null,
    Object__c: null,
    Record_Key__c: null,
    Source_Object__c: null,
    Source_Id__c: null,
    Code__c: null,
    Reason__c: 'So many have failed that not each has a row here. They probably have the causes of those that do.',
    What_To_Do__c:
      'Repair the causes of those that are shown, then choose Try again here: all of this kind are tried. Whoever runs the server sees each (npm run ops -- failures).',
    Attempts__c: null,
    Failures__c: count,
  };
}

const isoOf = (value: OrgValue | undefined): Date => new Date(String(value));

/** Rows of Billing_Sync_Failure__c. They belong to no Account, so that they stay when it goes; the Account is a field. */
export const failureProjection: FailureProjection = {
  object: FAILURE_OBJECT,
  keyOf(failure) {
    const id = isOne(failure) ? failure.id : `more:${failure.kind}`;
    const short = id.length <= LONGEST_ID ? id : createHash('sha256').update(id).digest('hex');
    return keyOf(failure.connection ?? OURS, 'failure', short);
  },
  open(failure, { firstSeen, lastSeen, times }) {
    return {
      object: FAILURE_OBJECT,
      key: failureProjection.keyOf(failure),
      fields: {
        ...(isOne(failure) ? ofOne(failure) : ofMany(failure)),
        State__c: 'Open',
        Kind__c: KINDS[failure.kind],
        Connection__c: text(failure.connection ?? OURS, 40),
        First_Seen__c: firstSeen.toISOString(),
        Last_Seen__c: lastSeen.toISOString(),
        Resolved_At__c: null,
        Times__c: times,
      },
      parents: {},
    };
  },
  resolved: (row, at) => ({
    ...row,
    fields: {
      ...row.fields,
      State__c: 'Resolved',
      Resolved_At__c: at.toISOString(),
      What_To_Do__c: 'Nothing: it works again, or was dismissed.',
    },
  }),
  seen({ fields }): FailureSeen {
    const id = fields['Failure_Id__c'];
    return {
      state: fields['State__c'] === 'Resolved' ? 'Resolved' : 'Open',
      id: typeof id === 'string' ? id : null,
      firstSeen: isoOf(fields['First_Seen__c']),
      lastSeen: isoOf(fields['Last_Seen__c']),
      times: Number(fields['Times__c']),
    };
  },
};

/** @returns the kind of failures that the row stands for; null for one that stands for a single failure */
export function kindOfMany(row: OrgRow): FailureKind | null {
  if (row.fields['Failure_Id__c'] !== null) return null;
  const [kind] = Object.entries(KINDS).find(([, words]) => words === row.fields['Kind__c']) ?? [];
  return (kind as FailureKind | undefined) ?? null;
}
