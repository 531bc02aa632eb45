import type { SimulatedOrg } from '../org/org.ts';
import type { FieldValue, SRecord } from '../org/types.ts';
import type { FlowDefinition } from './flowVersions.ts';
import { childrenOf, readXml, textOf } from './xml/document.ts';

/** Which status a version has: newer ones than the active one are drafts, older ones obsolete. */
export function statusOf({ active }: FlowDefinition, number: number): 'Active' | 'Draft' | 'Obsolete' {
  if (number === active) return 'Active';
  return active === null || number > active ? 'Draft' : 'Obsolete';
}

type Row = { Id: string } & Record<string, FieldValue>;

function definitionRow(definition: FlowDefinition): Row {
  const { id, name, versions, active } = definition;
  const shown = versions[(active ?? versions.length) - 1]!;
  const root = readXml(shown.text);
  const start = childrenOf(root, 'start')[0];
  return {
    Id: id,
    DurableId: id,
    ApiName: name,
    Label: textOf(root, 'label') ?? name,
    Description: textOf(root, 'description') ?? null,
    ProcessType: textOf(root, 'processType') ?? null,
    TriggerType: (start && textOf(start, 'triggerType')) ?? null,
    NamespacePrefix: null,
    ActiveVersionId: active === null ? null : shown.id,
    LatestVersionId: versions.at(-1)!.id,
    IsActive: active !== null,
    IsOutOfDate: active !== null && active < versions.length,
    IsTemplate: textOf(root, 'isTemplate') === 'true',
    ManageableState: 'unmanaged',
    VersionNumber: active ?? versions.length,
    LastModifiedDate: versions.at(-1)!.createdAt,
  };
}

function versionRows(definition: FlowDefinition): Row[] {
  return definition.versions.map(({ id, text, createdAt }, index) => {
    const root = readXml(text);
    return {
      Id: id,
      DurableId: id,
      FlowDefinitionViewId: definition.id,
      Label: textOf(root, 'label') ?? definition.name,
      Description: textOf(root, 'description') ?? null,
      Status: statusOf(definition, index + 1),
      ProcessType: textOf(root, 'processType') ?? null,
      ApiVersion: textOf(root, 'apiVersion') ?? null,
      VersionNumber: index + 1,
      LastModifiedDate: createdAt,
    };
  });
}

/** Lets SOQL see which flows and versions there are. */
export function publishFlows(org: SimulatedOrg, definitions: readonly FlowDefinition[]): void {
  const publish = (name: string, rows: readonly Row[]): void => {
    const object = org.object(name)!;
    const kept = new Set(rows.map(({ Id }) => Id));
    for (const record of org.all(name)) if (!kept.has(record.Id)) org.store.put(object, { ...record, IsDeleted: true });
    for (const row of rows) {
      const empty = Object.fromEntries([...object.fields.keys()].map((field) => [field, null]));
      const record: SRecord = { ...empty, IsDeleted: false, CreatedDate: row['LastModifiedDate'] ?? null, ...row };
      org.store.put(object, record);
    }
  };
  publish('FlowDefinitionView', definitions.map(definitionRow));
  publish('FlowVersionView', definitions.flatMap(versionRows));
}
