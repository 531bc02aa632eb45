import type { SRecord } from '../../types.ts';
import type { DmlContext, Save } from '../context.ts';

/** What the platform does with records of one standard object beside what it does with all. */
export type Behaviour = {
  /** Fields that may be written although they are not, and the other way round. */
  writes?(field: string, how: 'createable' | 'updateable'): boolean | undefined;
  /** Values of a new record that its writer did not give. */
  defaults?(save: Save): void;
  /** Required fields that this record does without. */
  notRequired?(save: Save): readonly string[];
  /** Derived values and own rules, before the record is checked and stored. @throws RowFault */
  prepare?(save: Save): void;
  /** What follows for other records, after it is stored. */
  saved?(save: Save): void;
  /** @throws RowFault when the record cannot be deleted */
  removing?(context: DmlContext, record: SRecord): void;
  /** What follows from a deletion or its taking back. */
  removed?(context: DmlContext, record: SRecord): void;
};

export const fullName = (record: Partial<SRecord>): string =>
  [record['FirstName'], record['LastName']].filter(Boolean).join(' ');
