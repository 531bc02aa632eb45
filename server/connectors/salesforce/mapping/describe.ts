import { z } from 'zod';
import type { SalesforceClient } from '../client.ts';
import { toFault } from '../errors.ts';
import { unreadable } from '../collections.ts';

const fieldSchema = z.looseObject({
  name: z.string(),
  label: z.string(),
  type: z.string(),
  /** In UTF-16 units; 0 where it takes no text. */
  length: z.number(),
  precision: z.number(),
  scale: z.number(),
  createable: z.boolean(),
  updateable: z.boolean(),
  calculated: z.boolean(),
  restrictedPicklist: z.boolean(),
  picklistValues: z.array(z.looseObject({ value: z.string(), active: z.boolean() })).nullable(),
});

/** What the org says of a field, as far as it is asked. */
export type DescribedField = z.infer<typeof fieldSchema>;

/** @returns fields by their name in small letters, as the integration user sees them; null when there is no such object */
export type DescribeObject = (object: string) => Promise<ReadonlyMap<string, DescribedField> | null>;

/** Describes objects of an org, once each as far as it answers. Source: REST API Developer Guide, "sObject Describe". */
export function describeObjects(client: SalesforceClient): DescribeObject {
  const known = new Map<string, ReturnType<DescribeObject>>();

  async function ask(object: string): Promise<ReadonlyMap<string, DescribedField> | null> {
    try {
      const session = await client.session();
      const answer = await session.request(`/sobjects/${encodeURIComponent(object)}/describe`);
      const parsed = z.looseObject({ fields: z.array(fieldSchema) }).safeParse(answer);
      if (!parsed.success) throw unreadable();
      return new Map(parsed.data.fields.map((field) => [field.name.toLowerCase(), field]));
    } catch (error) {
      const { errorCode } = error as { errorCode?: unknown };
      if (errorCode === 'NOT_FOUND' || errorCode === 'INVALID_TYPE') return null;
      throw toFault(error, `describe ${object}`);
    }
  }

  return (object) => {
    const asked = known.get(object) ?? ask(object);
    known.set(object, asked);
    asked.catch(() => known.delete(object));
    return asked;
  };
}
