import type { FlowDefinition } from '../flowVersions.ts';
import { statusOf } from '../flowViews.ts';
import type { OrgMetadata } from '../orgMetadata.ts';
import { readXml, textOf } from '../xml/document.ts';

export type ToolingRow = { [field: string]: string | number | boolean | null | ToolingRow };

/** Objects that an org without Apex, sandboxes and installed packages has no rows of. */
const EMPTY = new Set([
  ...['ApexClass', 'ApexTrigger', 'ApexPage', 'ApexComponent', 'ApexLog', 'ApexTestQueueItem', 'ApexTestResult'],
  ...[
    'AuraDefinitionBundle',
    'InstalledSubscriberPackage',
    'SandboxInfo',
    'SandboxProcess',
    'StaticResource',
    'TraceFlag',
  ],
]);

const attributes = (type: string, id: string) => ({ type, url: `/services/data/v66.0/tooling/sobjects/${type}/${id}` });

function definitionRow({ id, name, versions, active }: FlowDefinition): ToolingRow {
  const version = (number: number | null): ToolingRow | null =>
    number === null ? null : { Id: versions[number - 1]!.id, VersionNumber: number };
  return {
    attributes: attributes('FlowDefinition', id),
    Id: id,
    DeveloperName: name,
    NamespacePrefix: null,
    ManageableState: 'unmanaged',
    ActiveVersionId: active === null ? null : versions[active - 1]!.id,
    LatestVersionId: versions.at(-1)!.id,
    ActiveVersion: version(active),
    LatestVersion: version(versions.length),
  };
}

function versionRows(definition: FlowDefinition): ToolingRow[] {
  return definition.versions.map(({ id, text, createdAt }, index): ToolingRow => {
    const root = readXml(text);
    const number = index + 1;
    return {
      attributes: attributes('Flow', id),
      Id: id,
      DefinitionId: definition.id,
      Definition: { Id: definition.id, DeveloperName: definition.name },
      MasterLabel: textOf(root, 'label') ?? definition.name,
      Description: textOf(root, 'description') ?? null,
      ProcessType: textOf(root, 'processType') ?? null,
      VersionNumber: number,
      Status: statusOf(definition, number),
      ApiVersion: Number(textOf(root, 'apiVersion') ?? 66),
      ManageableState: 'unmanaged',
      CreatedDate: createdAt,
      LastModifiedDate: createdAt,
    };
  });
}

/** Rows of an object of the Tooling API; null when an org has no such object, undefined when this one does not know it. */
export function toolingRows(metadata: OrgMetadata, name: string): ToolingRow[] | null | undefined {
  if (EMPTY.has(name)) return [];
  switch (name) {
    case 'SourceMember':
    case 'Package2':
      return null;
    case 'FlowDefinition':
      return metadata.flowVersions.all().map(definitionRow);
    case 'Flow':
      return metadata.flowVersions.all().flatMap(versionRows);
    default:
      return undefined;
  }
}
