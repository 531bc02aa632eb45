import type { GraphqlDocument } from 'lightning/graphql';
import { gql } from 'lightning/graphql';

/**
 * A query of records. Its texts are put together when the bundle starts, so that what all queries repeat is sent to a
 * browser once (docs/decisions/0022).
 *
 * @param operation its name and variables, such as `BillingUsage($accountId: ID)`
 * @param selections of lists, as `list` and `own` make them
 */
export function query(operation: string, ...selections: readonly string[]): GraphqlDocument {
  return gql`query ${operation} { uiapi { query { ${selections.join(' ')} } } }`;
}

/** Selects fields of a record, by API names with blanks between; one that the user may not read is absent. */
export function fields(names: string): string {
  return names.replace(/\w+/g, '$& @optional { value }');
}

/**
 * Selects a list of rows, or those below a row; one whose object the user may not read is absent.
 *
 * @param from object or relationship with its arguments
 * @param names of fields of each row, as `fields` has them
 * @param more what else is selected of each row
 * @param beside what is selected beside the rows
 */
export function list(from: string, names: string, more = '', beside = ''): string {
  return `${from} @optional { edges { node { Id ${fields(names)} ${more} } } ${beside} }`;
}

/**
 * Selects the rows of the Account `$accountId` that changed last. Filters and sorts only by what everybody who sees a row
 * may read: Salesforce refuses a query whose filter names a field that the user may not read, and `@optional` does not
 * help there. Removed rows are left out afterwards, by `Status__c`, so more are asked for than are shown.
 */
export function own(object: string, first: number, names: string, more = '', beside = ''): string {
  const mine = 'where: { Account__c: { eq: $accountId } }, orderBy: { LastModifiedDate: { order: DESC } }';
  return list(`${object}(first: ${first}, ${mine})`, `Status__c ${names}`, more, beside);
}

/** The billing account of a row. */
export const BILLING_ACCOUNT = `Billing_Account__r @optional { Id ${fields('Name Number__c')} }`;
/** Whether Salesforce holds more rows than were asked for. */
export const MORE = 'pageInfo { hasNextPage }';
/** How the connections to billing systems stand. */
export const CONNECTIONS = list(
  'Billing_Connection__c(first: 20)',
  'Source__c State__c Checked_Through__c Stale_After__c Message__c',
);
