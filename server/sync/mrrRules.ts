import { z } from 'zod';
import { CHURN_RULES, DEFAULT_MRR_RULES, DISCOUNT_RULES, type MrrRules } from '../domain/metrics/rules.ts';
import type { Db } from '../platform/db/database.ts';
import type { Choice } from './restamp.ts';
import { settingOf } from './settings.ts';

const NAME = 'mrr_rules';
const rulesSchema = z.strictObject({ discounts: z.enum(DISCOUNT_RULES), churn: z.enum(CHURN_RULES) });

/** The rules of MRR, as a server notes at its start what it projects by. */
export function mrrRulesChoice({ discounts, churn }: MrrRules): Choice {
  return { name: NAME, value: JSON.stringify({ discounts, churn }), stakes: true };
}

/** @returns the rules of the server that was started last, whatever the settings of this process; the default before that */
export async function notedMrrRules(db: Db): Promise<MrrRules> {
  const value = await settingOf(db, NAME);
  return value === null ? DEFAULT_MRR_RULES : rulesSchema.parse(JSON.parse(value));
}
