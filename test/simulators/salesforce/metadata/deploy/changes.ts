import type { SimulatedOrg } from '../../org/org.ts';
import type { Field, SObject } from '../../org/types.ts';

const kind = (field: Field): string =>
  field.formula !== undefined ? 'Formula' : field.reference?.masterDetail ? 'MasterDetail' : field.type;

/** Why a field cannot become what the deploy makes of it (help, "Notes on Changing Custom Field Types"). */
export function changeProblem(
  org: SimulatedOrg,
  object: SObject,
  before: Field | undefined,
  after: Field,
): string | null {
  const records = org.object(object.name) ? org.all(object.name) : [];
  const values = before ? records.map((record) => record[before.name] ?? null).filter((value) => value !== null) : [];
  if (after.reference?.masterDetail && !before && records.length > 0)
    return 'Cannot add a master-detail relationship to an object that has records; add a lookup first';
  if (!before) return null;
  const [was, is] = [kind(before), kind(after)];
  if (was !== is) {
    for (const one of ['Formula', 'MasterDetail', 'reference'])
      if (
        (was === one || is === one) &&
        !(was === 'reference' && is === 'MasterDetail' && values.length === records.length)
      ) {
        const word = { reference: 'Lookup', Formula: 'Formula', MasterDetail: 'MasterDetail' }[one]!;
        return is === one
          ? `Cannot update a field to a ${word} from something else`
          : `Cannot update a field from a ${word} to something else`;
      }
    if (values.length > 0 && !['string', 'textarea', 'picklist'].includes(is))
      return `Cannot change the type of ${before.name} from ${was} to ${is}: existing data would be lost`;
  }
  if (was === 'reference' && before.reference!.to.join() !== after.reference!.to.join())
    return 'Cannot change the object that a lookup refers to';
  if ((after.length ?? Infinity) < (before.length ?? 0)) {
    const longest = Math.max(0, ...values.map((value) => String(value).length));
    if (longest > after.length!)
      return `Cannot shorten ${before.name}: existing values have up to ${longest} characters`;
  }
  if (after.unique && !before.unique) {
    const texts = values.map((value) => (after.caseSensitive ? String(value) : String(value).toLowerCase()));
    if (new Set(texts).size < texts.length)
      return `duplicate value found: ${before.name} has duplicates in existing records`;
  }
  return null;
}
