import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What was deployed to an org from here. */
export type DeployRecord = {
  /** Components that are ours there. */
  components: string[];
  /** Of the metadata that was deployed last. */
  digest: string;
};

const fileOf = (dataDir: string, orgId: string): string => join(dataDir, 'deployed', `${orgId}.json`);

export function readRecord(dataDir: string, orgId: string): DeployRecord {
  const path = fileOf(dataDir, orgId);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as DeployRecord) : { components: [], digest: '' };
}

export function writeRecord(dataDir: string, orgId: string, record: DeployRecord): void {
  const path = fileOf(dataDir, orgId);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(record, null, 2)}\n`);
}
