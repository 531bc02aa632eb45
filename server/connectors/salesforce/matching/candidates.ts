import { id18 } from '../../../domain/billingAccount/salesforceId.ts';
import type { Candidate, MatchSubject } from '../../../domain/matching/match.ts';
import { isSameName, normaliseEmail } from '../../../domain/matching/normalise.ts';
import type { CandidateReader, FoundCandidates } from '../../../workflows/ports/matching.ts';
import { gather } from '../../../platform/gather.ts';
import { queriesAll, textList, type Found } from '../changes/query.ts';
import type { SalesforceClient } from '../client.ts';
import { namePattern } from './namePattern.ts';
import type { AccountFields } from './orgFields.ts';

/** Billing accounts whose candidates are asked for by one call: their texts fit into an address. */
const MOST_SUBJECTS = 20;
/** Records that one query may bring; more are a name that nobody can be found by. */
const MOST_RECORDS = 2000;

type Wanted = { subject: MatchSubject; field: string | null };
type Query = { kind: 'field' | 'made' | 'contact' | 'name'; soql: string };

const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
const unique = (texts: readonly (string | null)[]): string[] => [...new Set(texts.filter((text) => text !== null))];
/** A line end or the like is in no field of ours, and ends a text of SOQL. */
const isPlain = (text: string): boolean => !/[\p{Cc}\p{Cs}]/u.test(text) && text.length <= 255;

function toCandidate(record: Found, field: string | null): Candidate {
  return {
    accountId: id18(String(record['Id'])),
    name: textOf(record['Name']) ?? '',
    website: textOf(record['Website']),
    contactEmails: [],
    personEmail: null,
    fieldValue: field === null ? null : textOf(record[field]),
    madeFor: textOf(record['Billing_Key__c']),
    parentId: typeof record['ParentId'] === 'string' ? id18(record['ParentId']) : null,
  };
}

/**
 * Each query is selective: by an indexed field, by email, or by a name from its first letter on.
 * Source: Salesforce, "SOQL and SOSL Reference", LIKE; "Working with Very Large SOQL Queries".
 */
function queriesFor(wanted: readonly Wanted[], { hasPersons }: AccountFields): Query[] {
  const fields = unique(wanted.map(({ field }) => field));
  const columns = ['Id', 'Name', 'Website', 'Billing_Key__c', 'ParentId', ...fields];
  const accounts = (where: string): string =>
    `SELECT ${columns.join(', ')} FROM Account WHERE IsDeleted = false AND (${where}) LIMIT ${MOST_RECORDS}`;
  const emails = unique(wanted.map(({ subject }) => normaliseEmail(subject.email)));
  const patterns = unique(wanted.map(({ subject }) => namePattern(subject.name)));
  const queries: Query[] = [];
  for (const field of fields) {
    const values = unique(
      wanted.filter((one) => one.field === field).flatMap(({ subject }) => subject.fieldValues.filter(isPlain)),
    );
    if (values.length > 0) queries.push({ kind: 'field', soql: accounts(`${field} IN ${textList(values)}`) });
  }
  const keys = unique(wanted.map(({ subject }) => subject.key)).filter(isPlain);
  if (keys.length > 0) queries.push({ kind: 'made', soql: accounts(`Billing_Key__c IN ${textList(keys)}`) });
  if (emails.length > 0) {
    // The address of a person is that of the Contact behind the Account, which nobody has to be granted anew.
    const ofAccount = [...columns, ...(hasPersons ? ['IsPersonAccount'] : [])].map((column) => `Account.${column}`);
    queries.push({
      kind: 'contact',
      soql: `SELECT Email, ${ofAccount.join(', ')} FROM Contact WHERE IsDeleted = false AND AccountId != null AND Email IN ${textList(emails)} LIMIT ${MOST_RECORDS}`,
    });
  }
  if (patterns.length > 0) {
    const where = patterns.map((pattern) => `Name LIKE '${pattern}'`).join(' OR ');
    queries.push({ kind: 'name', soql: accounts(where) });
  }
  return queries;
}

/** Whether a record was asked for because of this billing account. */
function concerns({ subject, field }: Wanted, candidate: Candidate): boolean {
  const email = normaliseEmail(subject.email);
  return (
    candidate.madeFor === subject.key ||
    (field !== null && candidate.fieldValue !== null && subject.fieldValues.includes(candidate.fieldValue)) ||
    (email !== null &&
      [candidate.personEmail, ...candidate.contactEmails].some((one) => normaliseEmail(one) === email)) ||
    isSameName(subject.name, candidate.name)
  );
}

/** Records of all queries, one candidate an Account. */
function gathered(found: readonly { query: Query; record: Found }[], field: string | null): Candidate[] {
  const byId = new Map<string, Candidate>();
  for (const { query, record } of found) {
    const account = query.kind === 'contact' ? (record['Account'] as Found | null) : record;
    if (account === null || typeof account?.['Id'] !== 'string') continue;
    const fresh = toCandidate(account, field);
    const known = byId.get(fresh.accountId) ?? fresh;
    const email = query.kind === 'contact' ? textOf(record['Email']) : null;
    const isPerson = account['IsPersonAccount'] === true;
    byId.set(fresh.accountId, {
      ...known,
      personEmail: isPerson ? email : known.personEmail,
      contactEmails: email === null || isPerson ? known.contactEmails : [...known.contactEmails, email],
    });
  }
  return [...byId.values()];
}

/**
 * Looks for candidates of billing accounts, 20 of them in one call.
 * @param fieldsOf what Account has in this org; asked for once
 */
export function createCandidateReader(
  client: SalesforceClient,
  apiVersion: string,
  fieldsOf: (field: string | null) => Promise<AccountFields>,
): CandidateReader {
  const read = gather<Wanted, FoundCandidates>(MOST_SUBJECTS, async (wanted) => {
    const queries = queriesFor(wanted, await fieldsOf(null));
    const found: { query: Query; record: Found }[] = [];
    const counts = queries.map(() => 0);
    await queriesAll(
      client,
      apiVersion,
      queries.map(({ soql }) => soql),
      async (index, records) => {
        counts[index]! += records.length;
        found.push(...records.map((record) => ({ query: queries[index]!, record })));
      },
    );
    const cut = queries.filter((_, index) => counts[index]! >= MOST_RECORDS);
    return new Map(
      wanted.map((one) => {
        const candidates = gathered(found, one.field).filter((candidate) => concerns(one, candidate));
        return [one, { candidates, complete: !cut.some(({ kind }) => kind === 'contact' || kind === 'name') }];
      }),
    );
  });
  return {
    async candidates(subject, field) {
      await fieldsOf(field);
      return (await read({ subject, field }))!;
    },
  };
}
