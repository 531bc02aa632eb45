import type { Field, SObject } from '../org/types.ts';
import { noSuchField, UiApiError } from './errors.ts';
import type { Session } from './session.ts';

/** Fields to give of a record: its own, and by relationship those of its parents. */
export type Selection = {
  own: Set<Field>;
  parents: Map<string, { field: Field; parent: SObject; selection: Selection }>;
};

const emptySelection = (): Selection => ({ own: new Set(), parents: new Map() });

/** Field names from a query parameter (comma-separated, repeatable) or a JSON array. */
export function namesOf(given: unknown): string[] {
  const parts = Array.isArray(given) ? given : given === undefined ? [] : [given];
  return parts
    .flatMap((part) => String(part).split(','))
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

function reads({ access }: Session, object: SObject, field: Field): boolean {
  return field.type === 'id' || access.readsField(object.name, field.name);
}

/** Adds the rest of a path to a selection; throws at the first part that does not exist for the user. */
function add(selection: Selection, object: SObject, path: readonly string[], session: Session): void {
  const { org, access } = session;
  const [name = '', ...rest] = path;
  if (rest.length === 0) {
    const field = org.field(object, name);
    if (!field || !reads(session, object, field)) throw noSuchField(name, object.name);
    selection.own.add(field);
    return;
  }
  const field = [...object.fields.values()].find(
    ({ reference }) => reference?.relationshipName.toLowerCase() === name.toLowerCase(),
  );
  const parent = field?.reference?.to.map((to) => org.object(to)).find((to) => to && access.readsObject(to.name));
  if (!field || !parent || !reads(session, object, field)) throw noSuchField(name, object.name);
  const relationship = field.reference!.relationshipName;
  const next = selection.parents.get(relationship) ?? { field, parent, selection: emptySelection() };
  add(next.selection, parent, rest, session);
  selection.parents.set(relationship, next);
}

/**
 * The selection of `fields` (`Account.Name`, `Account.Owner.Name`), where an unreadable or unknown one is refused, and
 * `optionalFields`, where it is left out (UI API docs, "Get a Record").
 */
export function selectFields(
  object: SObject,
  fields: readonly string[],
  optionalFields: readonly string[],
  session: Session,
): Selection {
  const selection = emptySelection();
  const addPath = (qualified: string) => {
    const [first = '', ...path] = qualified.split('.');
    if (path.length === 0 || session.org.object(first) !== object)
      throw new UiApiError(
        400,
        'INVALID_FIELD',
        `Field ${qualified} must be qualified with the object: ${object.name}.`,
      );
    add(selection, object, path, session);
  };
  for (const qualified of fields) addPath(qualified);
  for (const qualified of optionalFields)
    try {
      addPath(qualified);
    } catch (error) {
      if (!(error instanceof UiApiError)) throw error;
    }
  return selection;
}

/** Every field that the user may read, as the full layout of an object without layouts. */
export function allFields(object: SObject, session: Session): Selection {
  const selection = emptySelection();
  for (const field of object.fields.values())
    if (field.type !== 'id' && reads(session, object, field)) selection.own.add(field);
  return selection;
}
