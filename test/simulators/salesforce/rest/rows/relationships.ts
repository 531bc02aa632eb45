import { normalizeId } from '../../org/ids.ts';
import type { SimulatedOrg } from '../../org/org.ts';
import type { SObject, SRecord } from '../../org/types.ts';
import type { Cursors } from '../../soql/cursors.ts';
import { pageReply } from '../query/pages.ts';
import { param, type Call, type Reply } from '../wire/call.ts';
import { notFound } from '../wire/faults.ts';
import type { Routes } from '../wire/routes.ts';
import { rowByKey } from './byKey.ts';
import { chosenFields, readableObject, recordBody } from './records.ts';
import { deleteRow, readRow, updateRow, visible } from './rows.ts';

const MAX_DEPTH = 5;

/** The record that a reference of this one leads to. @throws RequestFault 404 when there is none or it is hidden */
function parentOf(
  org: SimulatedOrg,
  call: Call,
  { object, record }: { object: SObject; record: SRecord },
  name: string,
): { object: SObject; record: SRecord } {
  const field = org.schema.relationship(object, name);
  const id = field && call.access.readsField(object.name, field.name) ? record[field.name] : null;
  const target = typeof id === 'string' ? org.schema.objectOfId(id) : undefined;
  if (!target || typeof id !== 'string' || !call.access.readsObject(target.name)) throw notFound();
  return { object: target, record: visible(org, call, target, id) };
}

function childrenOf(
  org: SimulatedOrg,
  call: Call,
  cursors: Cursors,
  { object, record }: { object: SObject; record: SRecord },
  name: string,
): Reply | null {
  const child = org.children(object).find((one) => one.relationshipName.toLowerCase() === name.toLowerCase());
  if (!child || !call.access.readsField(child.object.name, child.field.name)) return null;
  if (call.method !== 'GET' && call.method !== 'HEAD') throw notFound();
  const fields = chosenFields(org, call.access, child.object, call.query.get('fields')?.split(',') ?? null);
  const rows = org
    .referencing(child.object, child.field, record.Id)
    .filter((row) => call.access.seesRecord(child.object.name, row));
  return pageReply(call, 'query', cursors, rows.length, (from, to) =>
    rows.slice(from, to).map((row) => recordBody(org, call.version, child.object, row, fields, call.access.userId)),
  );
}

/**
 * `/sobjects/X/{id}/Rel/…`: up to five references to parents, or at the end a list of children; and in the same place
 * `/sobjects/X/{external id field}/{value}` (REST API Developer Guide, "Traverse Relationships with Friendly URLs").
 */
export function addRelationships(routes: Routes, org: SimulatedOrg, cursors: Cursors): void {
  const acts = { GET: readRow, HEAD: readRow, PATCH: updateRow, DELETE: deleteRow };
  const traverse = (call: Call, start: SObject, names: readonly string[]): Reply => {
    let at = { object: start, record: visible(org, call, start, param(call, 'field')) };
    for (const [step, name] of names.entries()) {
      const list = step === names.length - 1 ? childrenOf(org, call, cursors, at, name) : null;
      if (list) return list;
      at = parentOf(org, call, at, name);
    }
    return acts[call.method as keyof typeof acts](org, call, at.object, at.record);
  };
  let path = '/sobjects/:object/:field/:value';
  const names = ['value'];
  for (let depth = 1; depth <= MAX_DEPTH; depth++) {
    const steps = [...names];
    routes.on('GET PATCH DELETE', path, (call) => {
      const object = readableObject(org, call.access, param(call, 'object'));
      const first = param(call, 'field');
      const isKey = steps.length === 1 && (org.field(object, first) || normalizeId(first) === null);
      if (isKey) return rowByKey(org, call, object, first);
      return traverse(
        call,
        object,
        steps.map((name) => param(call, name)),
      );
    });
    path += `/:rel${depth}`;
    names.push(`rel${depth}`);
  }
}
