import type { SimulatedOrg } from '../../org/org.ts';
import type { Field, SObject } from '../../org/types.ts';
import { textOf, type XmlNode } from '../xml/document.ts';

type Kind = 'Formula' | 'Summary' | 'AutoNumber' | 'Lookup' | 'MasterDetail' | 'plain';

function kindOf(field: XmlNode): Kind {
  if (textOf(field, 'formula') !== undefined) return 'Formula';
  const type = textOf(field, 'type');
  return (['Summary', 'AutoNumber', 'Lookup', 'MasterDetail'] as const).find((kind) => kind === type) ?? 'plain';
}

/** Why a field of one kind cannot become one of another (help, "Notes on Changing Custom Field Types"). */
export function kindProblem(before: XmlNode, after: XmlNode): string | null {
  const [was, is] = [kindOf(before), kindOf(after)];
  const relationships = ['Lookup', 'MasterDetail'];
  if (was === is || (relationships.includes(was) && relationships.includes(is))) return null;
  if (was === 'AutoNumber' || (is === 'AutoNumber' && textOf(before, 'type') === 'Text')) return null;
  return is === 'plain'
    ? `Cannot update a field from a ${was} to something else`
    : `Cannot update a field to a ${is} from something else`;
}

/** Why the records of the org do not let a field become what the deploy makes of it. */
export function changeProblem(
  org: SimulatedOrg,
  object: SObject,
  before: Field | undefined,
  after: Field,
): string | null {
  const records = org.object(object.name) ? org.all(object.name) : [];
  const values = before ? records.map((record) => record[before.name] ?? null).filter((value) => value !== null) : [];
  if (after.reference?.masterDetail && !before?.reference?.masterDetail && values.length < records.length)
    return 'A master-detail relationship needs a parent for every record that there is; deploy a lookup and fill it first';
  if (!before) return null;
  if (before.reference && before.reference.to.join() !== after.reference?.to.join())
    return 'Cannot change the object that a lookup refers to';
  const texts: Field['type'][] = ['string', 'textarea', 'picklist'];
  if (before.type !== after.type && values.length > 0 && !texts.includes(after.type))
    return `Cannot change the type of ${before.name} from ${before.type} to ${after.type}: existing data would be lost`;
  if ((after.length ?? Infinity) < (before.length ?? 0)) {
    const longest = Math.max(0, ...values.map((value) => String(value).length));
    if (longest > after.length!)
      return `Cannot shorten ${before.name}: existing values have up to ${longest} characters`;
  }
  if (after.unique && !before.unique) {
    const keys = values.map((value) => (after.caseSensitive ? String(value) : String(value).toLowerCase()));
    if (new Set(keys).size < keys.length)
      return `duplicate value found: ${before.name} has duplicates in existing records`;
  }
  return null;
}
