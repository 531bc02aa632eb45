import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { testFolder } from './postgres.ts';

export const STAGES = { open: 'Prospecting', won: 'Closed Won', lost: 'Closed Lost' };

/** @returns settings of a backend that keeps renewal deals up by these rules */
export function renewalSettings(rules: object): Record<string, string> {
  const file = join(testFolder(), 'renewals.json');
  writeFileSync(file, JSON.stringify({ mode: 'automatic', daysBefore: 90, stages: STAGES, ...rules }));
  return { RENEWALS_FILE: file, SALESFORCE_CURRENCY: 'USD' };
}
