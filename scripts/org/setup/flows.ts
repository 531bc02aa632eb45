import { metadataFiles } from '../source.ts';
import { change, notThere, type Step, unchanged } from './step.ts';

type Definition = {
  Id: string;
  DeveloperName: string;
  ActiveVersion: { VersionNumber: number } | null;
  LatestVersion: { VersionNumber: number };
};

const flowsOf = (project: string): string[] =>
  [...metadataFiles(project).keys()].flatMap((path) => /^flows\/(\w+)\.flow-meta\.xml$/.exec(path)?.[1] ?? []);

/** In production flows arrive as drafts unless the org says otherwise; the newest version is made the active one. */
export const activeFlows: Step = {
  name: 'Flows',
  async run(context) {
    const { org } = context;
    const names = flowsOf(context.project);
    if (names.length === 0) return unchanged('The package has no flows.');
    const definitions = await org.tooling<Definition>(
      'SELECT Id, DeveloperName, ActiveVersion.VersionNumber, LatestVersion.VersionNumber FROM FlowDefinition',
    );
    const missing = names.filter((name) => !definitions.some((one) => one.DeveloperName === name));
    if (missing.length > 0) return notThere(context, `flow ${missing.join(', ')}`);
    const stale = definitions.filter(
      ({ DeveloperName, ActiveVersion, LatestVersion }) =>
        names.includes(DeveloperName) && ActiveVersion?.VersionNumber !== LatestVersion.VersionNumber,
    );
    if (stale.length === 0) return unchanged(`All ${names.length} flows are active.`);
    return change(context, `Activated: ${stale.map(({ DeveloperName }) => DeveloperName).join(', ')}.`, async () => {
      for (const { Id, LatestVersion } of stale)
        await org.call('PATCH', `/tooling/sobjects/FlowDefinition/${Id}`, {
          Metadata: { activeVersionNumber: LatestVersion.VersionNumber },
        });
    });
  },
};
