import type { SObject, SRecord } from '../org/types.ts';
import type { Session } from '../uiapi/session.ts';

/** What resolvers see. `variables` are as sent: their keys stand in the order in which the client wrote them. */
export type Context = Session & { variables: Record<string, unknown> };

/** One record with its object: the source of every record type. */
export type Row = { object: SObject; record: SRecord };
