import type { Row, Selection } from 'c/graphqlRows';
import { nodesOf, readable, standing } from 'c/graphqlRows';
import type { Asked, Panel } from 'c/panelState';
import { phaseOf } from 'c/panelState';

/** Rows below a row, by the name of the relationship; undefined when the user may not read their object. */
export function childrenOf(row: Row | null | undefined, relationship: string): Row[] | undefined {
  return nodesOf(row?.[relationship] as Selection | null | undefined);
}

/** Decides what to show of rows below one record; `found` is undefined when their object may not be read. */
export function childPanel(asked: Asked, found: readonly Row[] | undefined, fields: readonly string[]): Panel {
  const rows = standing(found ?? []);
  const seen = readable(rows, fields);
  const phase = phaseOf(asked, found, rows, seen);
  return { phase, rows, fields: seen, connections: [], errors: asked.errors, more: false };
}
