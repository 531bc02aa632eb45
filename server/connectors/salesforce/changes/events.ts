import { id18 } from '../../../domain/billingAccount/salesforceId.ts';
import { orgKeyOf } from '../../../domain/billingAccount/key.ts';
import type { ReceivedEvent } from '../../../workflows/ports/webhook.ts';
import type { ChangeHeader } from './decode.ts';

/** Whose writes, and which fields, are those of the integration. */
export type Ourselves = {
  /** 18-character id of the integration user. */
  userId: string;
  /** Tag of our calls, which the origin of a change names where the org passes it on. */
  clientTag: string;
  /** Fields of an object that we write; of objects in `whole` others matter, too. */
  fields: Readonly<Record<string, ReadonlySet<string>>>;
  /** Fields of others that somebody acts on, or compounds that they are parts of, by object. */
  heard?: Readonly<Record<string, readonly string[]>>;
  /** Objects of which somebody acts on whatever people change. */
  whole: readonly string[];
};

/** Fields that every save changes. */
const SYSTEM_FIELDS = ['LastModifiedDate', 'LastModifiedById'];

/** The documents separate the parts of call options by `;`, some clients by `,`. */
const tagOf = (origin: string): string | undefined => /[;,]\s*client=([^;,]*)/.exec(origin)?.[1]?.trim();

/**
 * True for a change that is the echo of our own write. What a flow changes in our transaction beyond our own fields bears
 * our name too and is no echo.
 */
export function isEcho(header: ChangeHeader, ourselves: Ourselves): boolean {
  const own = ourselves.fields[header.entityName];
  if (header.changeType !== 'UPDATE' || own === undefined || header.changedFields.length === 0) return false;
  const byUs = id18(header.commitUser) === ourselves.userId || tagOf(header.changeOrigin) === ourselves.clientTag;
  return byUs && header.changedFields.every((name) => own.has(name) || SYSTEM_FIELDS.includes(name));
}

/** True for an update that is told in full and touches nothing that anybody here acts on. */
function isNoConcern(header: ChangeHeader, ourselves: Ourselves): boolean {
  const { entityName: object, changedFields } = header;
  const own = ourselves.fields[object];
  const heard = ourselves.heard?.[object] ?? [];
  return (
    header.changeType === 'UPDATE' &&
    changedFields.length > 0 &&
    (own !== undefined || heard.length > 0) &&
    !ourselves.whole.includes(object) &&
    !changedFields.some((name) => own?.has(name) === true || heard.includes(name.split('.')[0]!))
  );
}

/** Overflows name a record of zeros, field conversions all of them by `001*`. */
const namesRecord = (id: string): boolean => /^[A-Za-z0-9]{15,18}$/.test(id) && !/^0+(AAA)?$/.test(id);

/**
 * What a change event is to the inbox: one event a record, under an id that a second delivery has too.
 * @param followed objects that somebody acts on
 * @returns the objects of which changes are missing, beside the events
 */
export function toEvents(
  header: ChangeHeader,
  ourselves: Ourselves,
  followed: readonly string[],
): { events: ReceivedEvent[]; gaps: string[] } {
  const { entityName: object, changeType } = header;
  if (!followed.includes(object) || isEcho(header, ourselves) || isNoConcern(header, ourselves))
    return { events: [], gaps: [] };
  const ids = header.recordIds.filter(namesRecord);
  const events = ids.map((id): ReceivedEvent => {
    const record = id18(id);
    return {
      connection: 'salesforce',
      eventId: `${object}:${record}:${header.transactionKey}:${header.sequenceNumber}`,
      kind: `${object}.${changeType}`,
      key: orgKeyOf(object, record),
      occurredAt: new Date(header.commitTimestamp),
      payload: {
        object,
        id: record,
        changedFields: header.changedFields,
        changedBy: header.commitUser,
        origin: header.changeOrigin,
        commitNumber: header.commitNumber,
        ...(header.decision === null ? {} : { decision: header.decision }),
      },
    };
  });
  const incomplete = changeType === 'GAP_OVERFLOW' || ids.length < header.recordIds.length;
  return { events: changeType === 'GAP_OVERFLOW' ? [] : events, gaps: incomplete ? [object] : [] };
}
