import type { Response, Router } from 'express';
import { MATCHING_METHODS, type MatchingMethod } from './duplicates/matching.ts';
import { DEFAULT_ALERT, type DuplicateRule } from './duplicates/rules.ts';
import { normalizeId } from './ids.ts';
import type { SimulatedOrg } from './org.ts';
import type { FailingTrigger } from './triggers.ts';

type RuleInput = {
  object?: string;
  fields?: readonly { field?: string; method?: string }[];
  action?: string;
  message?: string;
};

const refuse = (res: Response, message: string): void => void res.status(400).json({ message });

/** @returns null when something in it is not of this org */
function ruleOf(
  org: SimulatedOrg,
  { object: name = '', fields = [], action = 'block', message }: RuleInput,
): DuplicateRule | null {
  const object = org.object(name);
  if (!object || fields.length === 0 || !['block', 'warn'].includes(action)) return null;
  const items = fields.flatMap(({ field = '', method = 'Exact' }) => {
    const known = org.field(object, field);
    const by = MATCHING_METHODS.find((one) => one === method) as MatchingMethod | undefined;
    return known && by ? [{ field: known.name, method: by, matchBlanks: false }] : [];
  });
  if (items.length !== fields.length) return null;
  const effect = action as 'block' | 'warn';
  return {
    name: `Switched_${object.name}`,
    object: object.name,
    matchingRule: `Switched_${object.name}_Match`,
    items,
    onInsert: effect,
    onUpdate: effect,
    message: message ?? DEFAULT_ALERT,
    enforceSharing: false,
  };
}

/** Switches of what saves run into: locks, approvals, triggers, duplicate rules. */
export function mountSaveSwitches(sim: Router, org: SimulatedOrg): void {
  sim.post('/row-locks', (req, res) => {
    const { holdMs } = req.body as { holdMs?: unknown };
    if (typeof holdMs !== 'number' || !(holdMs >= 0)) return refuse(res, 'holdMs is needed');
    org.locks.holdMs = holdMs;
    res.json({ holdMs });
  });
  sim.post('/approval-lock', (req, res) => {
    const { recordId = '', locked = true } = req.body as { recordId?: string; locked?: boolean };
    const id = normalizeId(recordId);
    if (id === null) return refuse(res, 'recordId is needed');
    if (locked) org.approvals.add(id);
    else org.approvals.delete(id);
    res.json({ recordId: id, locked });
  });
  sim.post('/triggers', (req, res) => {
    const { triggers } = req.body as { triggers?: readonly Partial<FailingTrigger>[] };
    const good = triggers?.every(({ object, message }) => org.object(object ?? '') && message);
    if (!good) return refuse(res, 'triggers must be a list of {object, message, operation?, times?}');
    org.triggers.set(triggers as readonly FailingTrigger[]);
    res.json({ triggers: org.triggers.all });
  });
  sim.post('/duplicate-rules', (req, res) => {
    const { rules } = req.body as { rules?: readonly RuleInput[] };
    const read = rules?.map((rule) => ruleOf(org, rule));
    if (!read || read.includes(null))
      return refuse(
        res,
        'rules must be a list of {object, fields: [{field, method?}], action?: block or warn, message?}',
      );
    org.duplicates.added = read.filter((rule) => rule !== null);
    res.json({ rules: org.duplicates.added.length });
  });
}
