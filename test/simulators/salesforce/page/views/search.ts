import { matcher, searched } from '../../rest/search/search.ts';
import { isSearchable } from '../../rest/search/searchable.ts';
import type { SObject, SRecord } from '../../org/types.ts';
import type { Reader } from '../../views/criteria/columns.ts';
import { escapeHtml } from '../html.ts';
import { card, recordUrl } from './html.ts';

const MAX_EACH = 25;

function found({ org, access }: Reader, object: SObject, matches: (text: string) => boolean): SRecord[] {
  const fields = searched(object, 'ALL').filter((field) => access.readsField(object.name, field.name));
  return org
    .all(object.name)
    .filter((record) => access.seesRecord(object.name, record))
    .filter((record) => fields.some((field) => matches(String(org.value(object, record, field, access.userId) ?? ''))));
}

/** What a user finds, by object. */
export function searchHtml(reader: Reader, term: string): string {
  if (term.replace(/[*?]/g, '').length < 2) return card('Search', 'Enter at least two characters to search.', '');
  const { org, access } = reader;
  const matches = matcher(term);
  const groups = org
    .objects()
    .filter((object) => object.nameField !== null && isSearchable(object) && access.readsObject(object.name))
    .map((object) => ({ object, records: found(reader, object, matches) }))
    .filter(({ records }) => records.length > 0)
    .map(({ object, records }) => {
      const items = records.slice(0, MAX_EACH).map((record) => {
        const name = String(record[object.nameField!] ?? record.Id);
        return `<li><a href="${recordUrl(object, record.Id)}">${escapeHtml(name)}</a></li>`;
      });
      return `<section><h2 class="slds-text-heading_small">${escapeHtml(object.labelPlural)} (${records.length})</h2><ul class="slds-list_dotted">${items.join('')}</ul></section>`;
    });
  const none = groups.length === 0 ? `Nothing was found for ${term}.` : `Results for ${term}`;
  return card('Search', escapeHtml(none), groups.join(''));
}
