import { RowFault } from '../errors.ts';
import type { Save } from '../dml/context.ts';
import type { DuplicateResult, RowError, SObject, SRecord } from '../types.ts';
import { normalized, type MatchingMethod } from './matching.ts';

export type MatchingItem = { field: string; method: MatchingMethod; matchBlanks: boolean };
export type DuplicateRule = {
  name: string;
  object: string;
  matchingRule: string;
  /** All must match. */
  items: readonly MatchingItem[];
  /** `warn` stops callers who do not say that they save in spite of it. */
  onInsert: 'block' | 'warn' | 'ignore';
  onUpdate: 'block' | 'warn' | 'ignore';
  message: string;
  /** Finds only what the user may see. */
  enforceSharing: boolean;
};

export const DEFAULT_ALERT = "You're creating a duplicate record. We recommend you use an existing record instead.";

/** A row that duplicate rules stop; a warning says that it may be saved all the same. */
class DuplicatesFault extends RowFault {
  readonly #result: DuplicateResult;

  constructor(result: DuplicateResult) {
    super('DUPLICATES_DETECTED', result.errorMessage);
    this.#result = result;
  }

  override toRowErrors(): RowError[] {
    return [{ ...this.toRowError(), duplicateResult: this.#result }];
  }
}

/** Duplicate rules of the org: those of its metadata, and those that a switch adds. */
export class DuplicateRules {
  /** Set by a switch. */
  added: readonly DuplicateRule[] = [];
  readonly #ofMetadata: () => readonly DuplicateRule[];
  readonly #keys = new WeakMap<DuplicateRule, WeakMap<SRecord, string | null>>();

  constructor(ofMetadata: () => readonly DuplicateRule[]) {
    this.#ofMetadata = ofMetadata;
  }

  /** @throws RowFault DUPLICATES_DETECTED with `duplicateResult` */
  check(save: Save): void {
    const { object, before, after, context } = save;
    for (const rule of [...this.#ofMetadata(), ...this.added]) {
      const action = before ? rule.onUpdate : rule.onInsert;
      if (rule.object !== object.name || action === 'ignore') continue;
      if (action === 'warn' && context.allowDuplicates) continue;
      if (before && rule.items.every(({ field }) => before[field] === after[field])) continue;
      const matches = this.#matches(save, rule);
      if (matches.length > 0) throw new DuplicatesFault(resultOf(rule, object, matches, action === 'warn'));
    }
  }

  #matches({ context, object, after }: Save, rule: DuplicateRule): SRecord[] {
    const key = keyOf(rule, after);
    if (key === null) return [];
    return context.store
      .live(object)
      .filter((other) => other.Id !== after.Id && this.#keyOf(rule, other) === key)
      .filter((other) => !rule.enforceSharing || context.access.seesRecord(object.name, other));
  }

  #keyOf(rule: DuplicateRule, record: SRecord): string | null {
    let keys = this.#keys.get(rule);
    if (!keys) this.#keys.set(rule, (keys = new WeakMap()));
    let key = keys.get(record);
    if (key === undefined) keys.set(record, (key = keyOf(rule, record)));
    return key;
  }
}

/** What two records must have in common; null when a value is missing that must be there. */
function keyOf(rule: DuplicateRule, record: SRecord): string | null {
  const parts: string[] = [];
  for (const { field, method, matchBlanks } of rule.items) {
    const value = normalized(method, record[field] ?? null);
    if (value === '' && !matchBlanks) return null;
    parts.push(value);
  }
  return JSON.stringify(parts);
}

function resultOf(
  rule: DuplicateRule,
  object: SObject,
  matches: readonly SRecord[],
  allowSave: boolean,
): DuplicateResult {
  return {
    allowSave,
    duplicateRule: rule.name,
    duplicateRuleEntityType: object.name,
    errorMessage: rule.message,
    matchResults: [
      {
        entityType: object.name,
        matchEngine: rule.items.every(({ method }) => method === 'Exact') ? 'ExactMatchEngine' : 'FuzzyMatchEngine',
        matchRecords: matches.map(({ Id }) => ({
          fieldDiffs: [],
          matchConfidence: 100,
          record: { type: object.name, Id },
        })),
        rule: rule.matchingRule,
        size: matches.length,
        success: true,
      },
    ],
  };
}
