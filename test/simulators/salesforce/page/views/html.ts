import type { FieldType, SObject } from '../../org/types.ts';
import type { SimulatedOrg } from '../../org/org.ts';
import type { Cell } from '../../views/criteria/columns.ts';
import { escapeHtml } from '../html.ts';

const NUMBERS: readonly FieldType[] = ['double', 'int', 'percent', 'currency'];
export const isNumber = (type: FieldType): boolean => NUMBERS.includes(type);

/** A card with a heading. */
export const card = (heading: string, more: string, body: string): string =>
  `<main class="host-page"><article class="slds-card"><div class="slds-card__body slds-card__body_inner"><h1 class="slds-text-heading_medium">${escapeHtml(heading)}</h1><p class="host-more">${more}</p>${body}</div></article></main>`;

export const links = (heading: string, list: readonly { url: string; label: string; more: string }[]): string =>
  card(
    heading,
    list.length === 0 ? 'There is nothing to show.' : '',
    `<ul class="slds-list_dotted">${list.map(({ url, label, more }) => `<li><a href="${url}">${escapeHtml(label)}</a> <small>${escapeHtml(more)}</small></li>`).join('')}</ul>`,
  );

export const recordUrl = ({ name }: SObject, id: string): string => `/lightning/r/${name}/${id}/view`;

/** A cell's text, as a link when its value is the id of a record that has a page. */
export function linked(org: SimulatedOrg, { label, value }: Cell): string {
  const object =
    typeof value === 'string' && /^[a-zA-Z0-9]{18}$/.test(value) ? org.schema.objectOfId(value) : undefined;
  const text = escapeHtml(label);
  return object && label !== value ? `<a href="${recordUrl(object, String(value))}">${text}</a>` : text;
}

export type Column = { label: string; number: boolean };

/** A table with one heading a column; rows are HTML, each with a class of its own or none. */
export function table(
  label: string,
  columns: readonly Column[],
  rows: readonly { cells: readonly string[]; kind?: string }[],
): string {
  const side = (at: number): string => (columns[at]?.number ? ' class="host-number"' : '');
  const heads = columns.map((column, at) => `<th scope="col"${side(at)}>${escapeHtml(column.label)}</th>`);
  const body = rows.map(
    ({ cells, kind }) =>
      `<tr${kind ? ` class="host-${kind}"` : ''}>${cells.map((cell, at) => `<td${side(at)}>${cell}</td>`).join('')}</tr>`,
  );
  return `<div class="host-scroll" tabindex="0" role="region" aria-label="${escapeHtml(label)}"><table class="slds-table slds-table_bordered slds-table_cell-buffer host-table" aria-label="${escapeHtml(label)}"><thead><tr>${heads.join('')}</tr></thead><tbody>${body.join('')}</tbody></table></div>`;
}
