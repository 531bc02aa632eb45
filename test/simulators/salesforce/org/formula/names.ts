import type { Schema } from '../schema/schema.ts';
import type { SObject } from '../types.ts';
import type { FieldReference } from './typed.ts';

const MAX_PARENTS = 10;

/**
 * Finds what a formula calls a field: `Amount__c`, `Account__r.Owner.Name`, `Owner:User.Name` where several objects are
 * possible.
 */
export function fieldReference(schema: Schema, object: SObject, name: string): FieldReference | undefined {
  const parts = name.split('.');
  const last = parts.pop()!;
  if (parts.length > MAX_PARENTS) return undefined;
  const parents: FieldReference['parents'][number][] = [];
  let current = object;
  for (const part of parts) {
    const [relationship = '', type] = part.split(':');
    const field = schema.relationship(current, relationship);
    const targets = field?.reference?.to ?? [];
    const wanted = type === 'Queue' ? 'Group' : type;
    const target = targets.length > 1 || wanted !== undefined ? targets.find((to) => to === wanted) : targets[0];
    const next = target === undefined ? undefined : schema.object(target);
    if (!field || !next) return undefined;
    parents.push({ field, object: next });
    current = next;
  }
  const field = schema.field(current, last);
  return field && { parents, field };
}
