import { hasMore, rowsOf, selectionOf, standing } from 'c/billingRows';
import { fill } from 'c/textUtils';
import * as labels from './labels';
import type { Listed, Page, Place } from './types';

/**
 * What there is to say of a page.
 *
 * @param place that is wanted, of which `listed` need not be the answer yet
 * @param size rows of a page
 */
export function pageOf(listed: Listed, place: Place, object: string, size: number): Page {
  const { data, errors } = listed.asked;
  const all = selectionOf(data, object)?.totalCount ?? null;
  const found = rowsOf(data, object);
  const rows = standing(found ?? []).length;
  const before = ((listed.place ?? place).cursors.length - 1) * size;
  const [from, to] = [before + Math.min(1, rows), before + rows];
  const hasNext = hasMore(data, object);
  const hasPrevious = before > 0;
  const range = all === null ? fill(labels.range, from, to) : fill(labels.rangeOf, from, to, all);
  return {
    text: hasNext || hasPrevious ? range : '',
    hasPrevious,
    hasNext,
    total: place.plain ? null : all,
    className: listed.place !== place && errors.length === 0 ? 'busy' : '',
    canFilter: !place.plain && (found !== undefined || !data),
  };
}
