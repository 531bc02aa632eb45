import { cellOf, type Reader } from '../../views/criteria/columns.ts';
import type { ListView } from '../../views/listViews/listViews.ts';
import { listRecords, readableColumns } from '../../views/listViews/run.ts';
import { escapeHtml } from '../html.ts';
import { card, isNumber, linked, recordUrl, table } from './html.ts';

const MAX_ROWS = 2000;

/**
 * A list view as a table; its other views are a link away.
 * @throws RequestFault when it filters by a field that the user may not read
 */
export function listHtml(
  reader: Reader,
  view: ListView,
  others: readonly ListView[],
  recent: readonly string[],
): string {
  const { object } = view;
  const columns = readableColumns(view, reader);
  const records = listRecords(reader, view, recent);
  const rows = records.slice(0, MAX_ROWS).map((record) => ({
    cells: columns.map(({ path }) => {
      const cell = cellOf(reader, path, record);
      if (path.parents.length > 0) return linked(reader.org, cell);
      const text = cell.value === null ? '' : escapeHtml(cell.label);
      return path.field.name === object.nameField ? `<a href="${recordUrl(object, record.Id)}">${text}</a>` : text;
    }),
  }));
  const choices = others.map(({ developerName, label }) =>
    developerName === view.developerName
      ? `<strong>${escapeHtml(label)}</strong>`
      : `<a href="/lightning/o/${object.name}/list?filterName=${encodeURIComponent(developerName)}">${escapeHtml(label)}</a>`,
  );
  const heads = columns.map(({ label, path }) => ({ label, number: isNumber(path.field.type) }));
  const count = records.length === 1 ? '1 item' : `${records.length} items`;
  return card(
    view.label,
    `${escapeHtml(object.labelPlural)} • ${count}`,
    `<nav class="host-choices" aria-label="List views">${choices.join(' ')}</nav>${table(view.label, heads, rows)}`,
  );
}
