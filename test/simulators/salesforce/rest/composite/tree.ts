import type { SimulatedOrg } from '../../org/org.ts';
import type { Field, InputRow, RowError, SObject } from '../../org/types.ts';
import { readableObject } from '../rows/records.ts';
import { isObject, jsonObject, onlyNames } from '../wire/body.ts';
import { param } from '../wire/call.ts';
import { saveOptions } from '../wire/callOptions.ts';
import { invalidInput } from '../wire/faults.ts';
import type { Routes } from '../wire/routes.ts';
import { since } from './versions.ts';

const MAX_RECORDS = 200;
const MAX_LEVELS = 5;
const MAX_TYPES = 5;

/** One record of a tree, and the reference that leads to its parent. */
type Leaf = {
  referenceId: string;
  object: SObject;
  row: InputRow;
  parent: Leaf | null;
  link: Field | null;
  id?: string;
};

/** Records level by level, parents first. @throws RequestFault for a tree of the wrong form */
function levelsOf(org: SimulatedOrg, root: SObject, records: unknown): Leaf[] {
  const leaves: Leaf[] = [];
  const read = (list: unknown, object: SObject, parent: Leaf | null, link: Field | null): Leaf[] => {
    if (!Array.isArray(list) || list.length === 0)
      throw invalidInput('records must be a list with at least one record');
    return list.map((entry: unknown): Leaf => {
      const attributes = isObject(entry) ? entry['attributes'] : null;
      if (!isObject(entry) || !isObject(attributes)) throw invalidInput('a record has no attributes');
      const { type, referenceId } = attributes;
      if (typeof referenceId !== 'string' || referenceId === '') throw invalidInput('a record has no referenceId');
      if (typeof type !== 'string' || type.toLowerCase() !== object.name.toLowerCase())
        throw invalidInput(`${referenceId} must be of type ${object.name}`);
      return { referenceId, object, row: entry, parent, link };
    });
  };
  let level = read(records, root, null, null);
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > MAX_LEVELS) throw invalidInput(`Cannot have more than ${MAX_LEVELS} levels`);
    const next: Leaf[] = [];
    for (const leaf of level) {
      const own: Record<string, unknown> = {};
      for (const [name, value] of Object.entries(leaf.row)) {
        const child = org
          .children(leaf.object)
          .find(({ relationshipName }) => relationshipName.toLowerCase() === name.toLowerCase());
        if (child && isObject(value) && 'records' in value)
          next.push(...read(value['records'], child.object, leaf, child.field));
        else own[name] = value;
      }
      leaf.row = own;
    }
    leaves.push(...level);
    level = next;
  }
  if (leaves.length > MAX_RECORDS) throw invalidInput(`Cannot have more than ${MAX_RECORDS} records`);
  if (new Set(leaves.map(({ object }) => object)).size > MAX_TYPES)
    throw invalidInput(`Cannot have more than ${MAX_TYPES} types`);
  const ids = leaves.map(({ referenceId }) => referenceId);
  const twice = ids.find((id, at) => ids.indexOf(id) !== at);
  if (twice !== undefined) throw invalidInput(`Duplicate referenceId: ${twice}`);
  return leaves;
}

/** `POST /composite/tree/X`: records with their children, all or none (docs: "sObject Tree"). */
export function addTree(routes: Routes, org: SimulatedOrg): void {
  routes.on('POST', '/composite/tree/:object', (call) => {
    since(call, 34);
    const root = readableObject(org, call.access, param(call, 'object'));
    const body = jsonObject(call);
    onlyNames(body, ['records']);
    const leaves = levelsOf(org, root, body['records']);
    const options = saveOptions(call);
    const errors: { referenceId: string; errors: RowError[] }[] = [];
    org.transaction(options, (rollback) => {
      for (const leaf of leaves) {
        const { referenceId, object, row, parent, link } = leaf;
        if (parent && parent.id === undefined) continue;
        const linked = parent && link ? { ...row, [link.name]: parent.id } : row;
        const [result] = org.insert(object.name, [linked], options);
        if (result!.success) leaf.id = result!.id!;
        else errors.push({ referenceId, errors: result!.errors });
      }
      if (errors.length > 0) rollback();
    });
    const rows = leaves.length;
    if (errors.length > 0) return { status: 400, json: { hasErrors: true, results: errors }, rows };
    const results = leaves.map(({ referenceId, id }) => ({ referenceId, id }));
    return { status: 201, json: { hasErrors: false, results }, rows };
  });
}
