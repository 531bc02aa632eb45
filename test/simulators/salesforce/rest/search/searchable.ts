import type { SObject } from '../../org/types.ts';

/** What a search looks at when it returns no particular object, beside custom objects. */
export const USUAL = ['Account', 'Contact', 'Lead', 'Opportunity', 'Case', 'Task', 'Event', 'Product2', 'User'];
const STANDARD = [...USUAL, 'Campaign', 'Contract'];

/** Whether searches find records of the object; custom objects say so with `enableSearch`. */
export const isSearchable = (object: SObject): boolean =>
  object.custom ? object.searchable === true : STANDARD.includes(object.name);
