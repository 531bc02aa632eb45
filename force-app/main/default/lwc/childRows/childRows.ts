import type { Asked, Panel, Row, Selection } from 'c/billingRows';
import { nodesOf, phaseOf, readable, standing } from 'c/billingRows';

/** Rows below a row, by the name of the relationship; undefined when the user may not read their object. */
export function childrenOf(row: Row | null | undefined, relationship: string): Row[] | undefined {
  return nodesOf(row?.[relationship] as Selection | null | undefined);
}

/** Decides what to show of rows below one record; `found` is undefined when their object may not be read. */
export function childPanel(asked: Asked, found: readonly Row[] | undefined): Panel {
  const rows = standing(found ?? []);
  const fields = readable(rows);
  const phase = phaseOf(asked, found, rows, fields);
  return { phase, rows, fields, connections: [], errors: asked.errors, more: false };
}
