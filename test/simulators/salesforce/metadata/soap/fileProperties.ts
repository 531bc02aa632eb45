import type { Component } from '../components/component.ts';
import type { OrgMetadata } from '../orgMetadata.ts';

/** Where a component lies and whose it is (Metadata API Developer Guide, "FileProperties"). */
export function fileProperties(metadata: OrgMetadata, component: Component, root = ''): Record<string, string> {
  const { id, createdBy, createdAt, changedBy, changedAt } = metadata.provenanceOf(component);
  return {
    createdById: createdBy,
    createdByName: metadata.userName(createdBy),
    createdDate: createdAt,
    fileName: root + component.fileName,
    fullName: component.fullName,
    id,
    lastModifiedById: changedBy,
    lastModifiedByName: metadata.userName(changedBy),
    lastModifiedDate: changedAt,
    manageableState: 'unmanaged',
    type: component.type,
  };
}
