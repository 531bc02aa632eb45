import { Fault } from '../../../domain/fault.ts';
import type { SalesforceClient } from '../client.ts';
import { toFault } from '../errors.ts';

/** What Account has in an org, as far as matching uses it; `hasPersons` where an Account may be a person. */
export type AccountFields = {
  hasPersons: boolean;
  /** Ids of the record types that the integration user may choose, by developer name. */
  recordTypes: ReadonlyMap<string, string>;
};

type Described = {
  fields?: { name: string; filterable?: boolean }[];
  recordTypeInfos?: { developerName: string; recordTypeId: string; available: boolean }[];
};
type Known = { fields: Map<string, boolean>; recordTypes: Map<string, string> };

/** How long a description of Account holds, ms: an org is changed now and then. */
const HOLDS_MS = 3_600_000;

/**
 * Asks the org what Account has, as the integration user sees it.
 * @returns a function that throws a Fault when the field that it is given is not there, or cannot be searched by
 */
export function accountFields(client: SalesforceClient): (field: string | null) => Promise<AccountFields> {
  let known: { at: number; described: Promise<Known> } | undefined;

  async function describe(): Promise<Known> {
    try {
      const session = await client.session();
      const answer = (await session.request('/sobjects/Account/describe')) as Described | null;
      const types = (answer?.recordTypeInfos ?? []).filter(({ available }) => available);
      return {
        fields: new Map(
          (answer?.fields ?? []).map(({ name, filterable }) => [name.toLowerCase(), filterable === true]),
        ),
        recordTypes: new Map(types.map(({ developerName, recordTypeId }) => [developerName, recordTypeId])),
      };
    } catch (error) {
      throw toFault(error, 'describe Account');
    }
  }

  function fields(): Promise<Known> {
    if (known === undefined || performance.now() - known.at > HOLDS_MS) {
      const described = describe().catch((error: unknown) => {
        known = undefined;
        throw error;
      });
      known = { at: performance.now(), described };
    }
    return known.described;
  }

  return async (field) => {
    const { fields: described, recordTypes } = await fields();
    if (field !== null && described.get(field.toLowerCase()) !== true) {
      known = undefined;
      throw new Fault({
        code: 'salesforce_match_field_missing',
        kind: 'unavailable',
        publicText: `Account has no field ${field} that the integration user may read and search by: make it, mark it as external id so that it is indexed, grant it to the integration user, or change STRIPE_MATCH_FIELD, ZUORA_MATCH_FIELD or matchField.`,
        retryAfterMs: 60_000,
      });
    }
    return { hasPersons: described.has('ispersonaccount'), recordTypes };
  };
}
