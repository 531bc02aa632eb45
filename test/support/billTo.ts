import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { testFolder } from './postgres.ts';

/** @returns settings of a backend that takes over bill-tos, by connection */
export function billToSettings(connections: object): Record<string, string> {
  const file = join(testFolder(), 'bill-to.json');
  writeFileSync(file, JSON.stringify({ connections }));
  return { BILL_TO_FILE: file };
}
