import { Counter, type Registry } from 'prom-client';
import { id18 } from '../../../domain/billingAccount/salesforceId.ts';
import { Fault } from '../../../domain/fault.ts';
import { SCORES, type ScoredCandidate } from '../../../domain/matching/match.ts';
import type { NewAccount } from '../../../domain/matching/newAccount.ts';
import type { AccountMaker } from '../../../workflows/ports/accountCreation.ts';
import type { OrgCalls } from '../calls.ts';
import { gather } from '../../../platform/gather.ts';
import { inList, queryAll } from '../changes/query.ts';
import type { SalesforceClient } from '../client.ts';
import { isResult, unreadable } from '../collections.ts';
import { duplicatesOf, toFault, toRowResult, type RowError } from '../errors.ts';
import { text } from '../rows/fields.ts';
import type { AccountFields } from './orgFields.ts';

/** Most records of one call. Source: Salesforce REST API Developer Guide, "Create Multiple Records". */
const MOST_RECORDS = 200;

export type MakerDeps = {
  client: SalesforceClient;
  calls: Pick<OrgCalls, 'send'>;
  fieldsOf: (field: string | null) => Promise<AccountFields>;
  /** Developer name of the record type for people of a connection; null for none. */
  personRecordType: (billingAccountKey: string) => string | null;
  metrics?: Registry;
};

type NewRecord = { object: 'Account' | 'Contact'; fields: Record<string, unknown> };

function recordTypeMissing(name: string): Fault {
  return new Fault({
    code: 'salesforce_record_type_missing',
    kind: 'unavailable',
    publicText: `Account has no record type ${name} of people that the integration user may choose: grant it to the integration user, or change STRIPE_PERSON_RECORD_TYPE, ZUORA_PERSON_RECORD_TYPE or personRecordType.`,
    retryAfterMs: 60_000,
  });
}

/** The record is there: made by a call whose answer was lost, or by another process at the same moment. */
function isThere({ statusCode, message, fields = [] }: RowError): boolean {
  return statusCode === 'DUPLICATE_VALUE' && (message.includes('Billing_Key__c') || fields.includes('Billing_Key__c'));
}

/**
 * Makes Accounts and Contacts by POST, which never changes a record that is there: `Billing_Key__c` is unique, so the
 * second try of one customer is refused. No header allows duplicates: a duplicate rule of the org, also one that would only
 * warn a person, holds.
 * Source: Salesforce REST API Developer Guide, "DuplicateRuleHeader".
 */
export function createAccountMaker(deps: MakerDeps): AccountMaker {
  const made = new Counter({
    name: 'billing360_records_made_total',
    help: 'Accounts and Contacts to be made for customers whom Salesforce did not know, by object and outcome: made, there, refused',
    labelNames: ['object', 'outcome'] as const,
    registers: deps.metrics ? [deps.metrics] : [],
  });

  /** @returns errors by record; none for one that was made */
  async function post(records: readonly NewRecord[]): Promise<Map<NewRecord, RowError[]>> {
    const body = {
      allOrNone: false,
      records: records.map(({ object, fields }) => ({ attributes: { type: object }, ...fields })),
    };
    let answer: unknown;
    try {
      answer = await deps.calls.send('collections', { method: 'POST', path: '/composite/sobjects', body });
    } catch (error) {
      throw toFault(error, 'make Accounts');
    }
    if (!Array.isArray(answer) || answer.length !== records.length || !answer.every(isResult)) throw unreadable();
    return new Map(
      records.map((record, index) => [record, answer[index]!.success ? [] : (answer[index]!.errors ?? [])]),
    );
  }

  const send = { Account: gather(MOST_RECORDS, post), Contact: gather(MOST_RECORDS, post) };

  /** @returns null when the record is there now, else why not */
  async function make(record: NewRecord): Promise<{ reason: string; like: string[] } | null> {
    const { object } = record;
    const errors = (await send[object](record)) ?? [];
    if (errors.length === 0 || errors.some(isThere)) {
      made.inc({ object, outcome: errors.length === 0 ? 'made' : 'there' });
      return null;
    }
    const result = toRowResult(errors);
    if (result.outcome === 'refused' && (result.retry === 'soon' || result.retry === 'mapping'))
      throw new Fault({
        code: 'salesforce_record_not_made',
        kind: 'unavailable',
        publicText: `Salesforce makes no ${object} now: ${result.message}`,
      });
    made.inc({ object, outcome: 'refused' });
    const reason = result.outcome === 'refused' ? result.message : 'Salesforce gave no reason.';
    return { reason, like: errors.flatMap(duplicatesOf).map(id18) };
  }

  /** Accounts that a duplicate rule names, as far as the integration user sees them. */
  async function named(ids: readonly string[]): Promise<ScoredCandidate[]> {
    const accountIds = [...new Set(ids)].filter((id) => id.startsWith('001')).slice(0, 5);
    if (accountIds.length === 0) return [];
    const found = await queryAll(
      deps.client,
      `SELECT Id, Name FROM Account WHERE IsDeleted = false AND Id IN ${inList(accountIds)}`,
    );
    const names = new Map(found.map((record) => [id18(String(record['Id'])), String(record['Name'])]));
    return accountIds.sort().map((accountId) => ({
      accountId,
      name: names.get(accountId) ?? '',
      madeFor: null,
      rule: 'duplicate rule',
      score: SCORES['duplicate rule'],
      reasons: ['a duplicate rule of Salesforce names it'],
    }));
  }

  function personFields({ contact }: NewAccount, recordTypeId: string): Record<string, unknown> {
    return {
      RecordTypeId: recordTypeId,
      FirstName: text(contact?.firstName ?? null, 40),
      LastName: text(contact?.lastName ?? null, 80),
      PersonEmail: contact?.email ?? null,
    };
  }

  async function accountFields(wanted: NewAccount): Promise<Record<string, unknown>> {
    const type = wanted.isPerson ? deps.personRecordType(wanted.key) : null;
    if (type === null) return { Name: text(wanted.name) };
    const { hasPersons, recordTypes } = await deps.fieldsOf(null);
    const recordTypeId = hasPersons ? recordTypes.get(type) : undefined;
    if (recordTypeId === undefined) throw recordTypeMissing(type);
    return personFields(wanted, recordTypeId);
  }

  return {
    async makeAccount(wanted) {
      const fields = { ...(await accountFields(wanted)), Billing_Key__c: wanted.key };
      const refused = await make({ object: 'Account', fields });
      if (refused === null) return { outcome: 'there' };
      return { outcome: 'refused', reason: refused.reason, like: await named(refused.like) };
    },
    async makeContact({ key, contact, isPerson }, accountId) {
      if (contact === null || isPerson) return;
      await make({
        object: 'Contact',
        fields: {
          FirstName: text(contact.firstName, 40),
          LastName: text(contact.lastName, 80),
          Email: contact.email,
          AccountId: accountId,
          Billing_Key__c: key,
        },
      });
    },
  };
}
