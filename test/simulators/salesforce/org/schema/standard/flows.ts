import type { SObject } from '../../types.ts';
import { flag, number, READ_ONLY, text } from '../fields.ts';
import { SETUP_ONLY, standard } from './parts.ts';

const readOnly = { operations: SETUP_ONLY, apiOnly: true as const };

/** Flows as an admin sees them in Setup (Object Reference, "FlowDefinitionView" and "FlowVersionView"). */
export function flows(): SObject[] {
  return [
    standard(
      'FlowDefinitionView',
      'Flow Definition Views',
      '3dd',
      'Read',
      [
        text('DurableId', 'Durable ID', 255, READ_ONLY),
        text('ApiName', 'Flow API Name', 150, READ_ONLY),
        text('Label', 'Flow Label', 255, READ_ONLY),
        text('Description', 'Flow Description', 255, READ_ONLY),
        text('ProcessType', 'Process Type', 40, READ_ONLY),
        text('TriggerType', 'Trigger', 40, READ_ONLY),
        text('NamespacePrefix', 'Flow Namespace', 15, READ_ONLY),
        text('ActiveVersionId', 'Active Version ID', 255, READ_ONLY),
        text('LatestVersionId', 'Latest Version ID', 255, READ_ONLY),
        text('LastModifiedBy', 'Last Modified By', 255, READ_ONLY),
        flag('IsActive', 'Active', READ_ONLY),
        flag('IsOutOfDate', 'Is Out Of Date', READ_ONLY),
        flag('IsTemplate', 'Template', READ_ONLY),
        text('ManageableState', 'Manageable State', 40, READ_ONLY),
        number('VersionNumber', 'Version Number', 9, 0, READ_ONLY),
      ],
      { ...readOnly, nameField: null },
    ),
    standard(
      'FlowVersionView',
      'Flow Version Views',
      '3vd',
      'Read',
      [
        text('DurableId', 'Durable ID', 255, READ_ONLY),
        text('FlowDefinitionViewId', 'Flow Definition View ID', 255, READ_ONLY),
        text('Label', 'Flow Label', 255, READ_ONLY),
        text('Description', 'Flow Description', 255, READ_ONLY),
        text('Status', 'Status', 40, READ_ONLY),
        text('ProcessType', 'Process Type', 40, READ_ONLY),
        text('ApiVersion', 'API Version', 40, READ_ONLY),
        number('VersionNumber', 'Version Number', 9, 0, READ_ONLY),
      ],
      { ...readOnly, nameField: null },
    ),
  ];
}
