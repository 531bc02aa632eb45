import type { SObject, SRecord } from '../org/types.ts';
import type { Session } from '../uiapi/session.ts';

/** What resolvers see. `variables` are as sent: their keys stand in the order in which the client wrote them. */
export type Context = Session & {
  variables: Record<string, unknown>;
  /** Such as `66.0`. */
  apiVersion: string;
  mutation: MutationState;
};

/** How far a mutation has come. */
type MutationState = {
  allOrNone: boolean;
  failed: boolean;
  /** Ids of records that were made, by the alias of the operation. */
  made: Map<string, string>;
};

/** One record with its object: the source of every record type. */
export type Row = { object: SObject; record: SRecord };
