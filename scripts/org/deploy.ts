import { digestOf, metadataFiles, componentOf } from './source.ts';
import { compareWithOrg, type Clash, type Comparison } from './compare.ts';
import { SetupFault, type Org } from './org.ts';
import { readRecord, writeRecord } from './record.ts';
import type { Sf } from './sf.ts';

export type DeployOptions = {
  alias: string;
  dryRun: boolean;
  /** Folder with `force-app`: this repository, or what `package:build` wrote. */
  project: string;
  dataDir: string;
  /** Components that an earlier version of ours left, as the person says; `all` for all. */
  ours: readonly string[];
};

export type DeployOutcome = {
  state: 'deployed' | 'unchanged' | 'would deploy' | 'stopped';
  comparison: Comparison;
  /** What stopped it. */
  clashes: Clash[];
};

type Deployed = { files?: { state: string; type: string; fullName: string; error?: string; lineNumber?: number }[] };

/** Puts the package into an org unless something there that is not ours has the name of something of ours. */
export async function deployPackage(sf: Sf, org: Org, options: DeployOptions): Promise<DeployOutcome> {
  const { alias, project, dataDir, ours, dryRun } = options;
  const record = readRecord(dataDir, org.id);
  const known = new Set([...record.components, ...ours]);
  const comparison = await compareWithOrg(sf, {
    ...{ project, alias },
    isOurs: (component) => known.has(component) || known.has('all'),
  });
  if (comparison.clashes.length > 0) return { state: 'stopped', comparison, clashes: comparison.clashes };
  const digest = digestOf(project);
  const isThere = comparison.missing.length === 0 && comparison.other.length === 0 && record.digest === digest;
  if (isThere) return { state: 'unchanged', comparison, clashes: [] };
  const args = ['--source-dir', 'force-app', '--target-org', alias, '--wait', '30', ...(dryRun ? ['--dry-run'] : [])];
  const deployed = await sf.in(project).json(['project', 'deploy', 'start', ...args]);
  if (deployed.status !== 0) throw new SetupFault(refusalOf(deployed.result as Deployed | undefined, deployed.message));
  if (dryRun) return { state: 'would deploy', comparison, clashes: [] };
  const components = [...new Set([...record.components, ...componentsOf(metadataFiles(project))])].sort();
  writeRecord(dataDir, org.id, { components, digest });
  return { state: 'deployed', comparison, clashes: [] };
}

/** Labels lie in one file and are told one by one. */
function componentsOf(files: ReadonlyMap<string, string>): string[] {
  const labels = files.get('labels/CustomLabels.labels-meta.xml') ?? '';
  const names = [...labels.matchAll(/<fullName>(\w+)</g)].map((match) => `CustomLabel:${match[1] ?? ''}`);
  return [...[...files.keys()].filter((path) => !path.startsWith('labels/')).map(componentOf), ...names];
}

function refusalOf({ files = [] }: Deployed = {}, message: string): string {
  const failures = files.filter(({ state }) => state === 'Failed');
  const lines = failures.map(
    ({ type, fullName, error = '', lineNumber }) =>
      `  ${type}:${fullName}${lineNumber === undefined ? '' : `, line ${lineNumber}`}: ${error}`,
  );
  return [`The org refused the package; nothing was changed. ${message}`.trim(), ...lines].join('\n');
}
