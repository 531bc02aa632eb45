import type { Panel } from 'c/billingRows';
import { BILLING_ACCOUNT, list, NOT_ASKED, panelOf, query, remember, selectionOf, toldBy } from 'c/billingRows';
import { isRefused } from 'c/errorUtils';
import type { GraphqlDocument, GraphqlResult } from 'lightning/graphql';
import type { Choice, Listed, Place, Variables } from './types';

export type { Choice, Listed, Page, Place, Variables } from './types';

export const FIRST_PAGE: Place = { cursors: [null], plain: false };
export const NOT_LISTED: Listed = { asked: NOT_ASKED, place: null };

/**
 * Asks for a page of a list. Filter and order are variables, so that a user who may not read their fields can be asked for
 * the list without them.
 *
 * @param names of the fields of each row, with blanks between
 */
export function pageQuery(name: string, object: string, names: string): GraphqlDocument {
  const variables = `$where: ${object}_Filter, $orderBy: ${object}_OrderBy, $first: Int, $after: String`;
  const place = '(first: $first, after: $after, where: $where, orderBy: $orderBy)';
  const beside = 'totalCount pageInfo { hasNextPage endCursor }';
  return query(`${name}(${variables})`, list(object + place, names, BILLING_ACCOUNT, beside));
}

/** Takes an answer in; one that refuses the filter leads to a place that is asked without. */
export function receive(
  { listed, place }: { readonly listed: Listed; readonly place: Place },
  result: GraphqlResult,
  recordId: string | undefined,
): { listed: Listed; place: Place } {
  if (!place.plain && !toldBy(result) && isRefused(result.errors)) {
    return { listed, place: { cursors: [null], plain: true } };
  }
  const isAnswer = Boolean(toldBy(result) ?? result.errors);
  return { listed: { asked: remember(listed.asked, result, recordId), place: isAnswer ? place : listed.place }, place };
}

/** Variables of the query of a list; without a record nothing is asked. */
export function variablesOf(place: Place, recordId: string | undefined, first: number, chosen: Choice): Variables {
  const account = recordId && { Account__c: { eq: recordId } };
  return {
    where: account && (place.plain ? account : { ...account, ...chosen.where }),
    orderBy: place.plain ? { LastModifiedDate: { order: 'DESC' } } : chosen.orderBy,
    first,
    after: place.cursors.at(-1) ?? null,
  };
}

/** Where people go from a page of a list. */
export type Turn = 'first' | 'next' | 'previous';

/** The place that a turn leads to; the same where it leads nowhere. */
export function turned(place: Place, { asked }: Listed, object: string, to: Turn): Place {
  if (to === 'first') {
    return { ...place, cursors: [null] };
  }
  if (to === 'previous') {
    return place.cursors.length > 1 ? { ...place, cursors: place.cursors.slice(0, -1) } : place;
  }
  const cursor = selectionOf(asked.data, object)?.pageInfo?.endCursor;
  return cursor ? { ...place, cursors: [...place.cursors, cursor] } : place;
}

/** The panel of a list: there is more on another page, which the pager says. */
export function pagedPanel({ asked }: Listed, object: string): Panel {
  return { ...panelOf(asked, object), more: false };
}

export { pageOf } from './pageOf';
