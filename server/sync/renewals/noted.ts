import { z } from 'zod';
import { RENEWAL_GROUPS, RENEWAL_MODES, type RenewalMode, type RenewalRules } from '../../domain/renewal/rules.ts';
import { LOSS_CAUSES } from '../../domain/renewal/state.ts';
import type { Db } from '../../platform/db/database.ts';
import type { RenewalVerdict } from '../../workflows/ports/renewals.ts';
import { forgetSetting, saveSetting, settingOf } from '../settings.ts';

const NAME = 'renewals';

const value = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const settingsSchema = z.object({
  stages: z.object({ open: z.string(), won: z.string(), lost: z.string() }),
  initial: z.record(z.string(), value),
  currency: z.string(),
  lossReason: z.object({ field: z.string(), values: z.record(z.enum(LOSS_CAUSES), z.string()) }).nullable(),
  ownerId: z.string().nullable(),
  priceBook: z.string().nullable().default(null),
});
const notedSchema = z.object({
  mode: z.enum(RENEWAL_MODES),
  rules: z.object({
    daysBefore: z.number(),
    closeDaysBefore: z.number(),
    graceDays: z.number(),
    group: z.enum(RENEWAL_GROUPS),
  }),
  /** Of the settings that it was found by. */
  digest: z.string(),
  verdict: z.union([z.object({ settings: settingsSchema }), z.object({ faults: z.array(z.string()) })]).nullable(),
});

/** What a server keeps renewals up by, and what the org last said of it; null before it was asked. */
export type NotedRenewals = { mode: RenewalMode; rules: RenewalRules; digest: string; verdict: RenewalVerdict | null };

/** @returns of the server that was started last; null where none has renewals */
export async function notedRenewals(db: Db): Promise<NotedRenewals | null> {
  const value = await settingOf(db, NAME);
  return value === null ? null : notedSchema.parse(JSON.parse(value));
}

export async function noteRenewals(db: Db, noted: NotedRenewals | null): Promise<void> {
  await (noted === null ? forgetSetting(db, NAME) : saveSetting(db, NAME, JSON.stringify(noted)));
}
