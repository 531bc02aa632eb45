import type { SObject } from '../../types.ts';
import { READ_ONLY, dateTime, flag, picklist, reference, text } from '../fields.ts';
import { SETUP_ONLY, standard } from './parts.ts';

const readOnly = { operations: SETUP_ONLY, apiOnly: true as const };
const inFolder = (name: string) => [
  text('DeveloperName', `${name} Unique Name`, 80, READ_ONLY),
  text('FolderName', 'Folder Name', 80, READ_ONLY),
  text('Description', 'Description', 255, READ_ONLY),
  text('NamespacePrefix', 'Namespace Prefix', 15, READ_ONLY),
];

/** List views, reports, dashboards and their folders (Object Reference); who sees which is shared by folder and view. */
export function views(): SObject[] {
  return [
    standard(
      'ListView',
      'List Views',
      '00B',
      'Private',
      [
        text('Name', 'View Name', 40, READ_ONLY),
        text('DeveloperName', 'API Name', 80, READ_ONLY),
        text('NamespacePrefix', 'Namespace Prefix', 15, READ_ONLY),
        text('SobjectType', 'SObject Type', 40, READ_ONLY),
        flag('IsSoqlCompatible', 'Is SoqlCompatible', READ_ONLY),
        dateTime('LastViewedDate', 'Last Viewed Date', READ_ONLY),
      ],
      readOnly,
    ),
    standard(
      'Folder',
      'Folders',
      '00l',
      'Private',
      [
        text('Name', 'Name', 40, READ_ONLY),
        text('DeveloperName', 'Folder Unique Name', 80, READ_ONLY),
        picklist('AccessType', 'Access Type', ['Shared', 'Public', 'Hidden', 'PublicInternal'], READ_ONLY),
        flag('IsReadonly', 'Read Only', READ_ONLY),
        picklist('Type', 'Type', ['Report', 'Dashboard'], READ_ONLY),
        text('NamespacePrefix', 'Namespace Prefix', 15, READ_ONLY),
      ],
      readOnly,
    ),
    standard(
      'Report',
      'Reports',
      '00O',
      'Private',
      [
        text('Name', 'Report Name', 40, READ_ONLY),
        ...inFolder('Report'),
        reference('OwnerId', 'Owner ID', ['Folder', 'User'], 'Owner', undefined, READ_ONLY),
        picklist('Format', 'Format', ['Tabular', 'Summary', 'Matrix', 'MultiBlock'], READ_ONLY),
        dateTime('LastRunDate', 'Last Run', READ_ONLY),
      ],
      readOnly,
    ),
    standard(
      'Dashboard',
      'Dashboards',
      '01Z',
      'Private',
      [
        text('Title', 'Title', 80, READ_ONLY),
        ...inFolder('Dashboard'),
        reference('FolderId', 'Folder ID', 'Folder', 'Folder', undefined, READ_ONLY),
        picklist('Type', 'Type', ['SpecifiedUser', 'LoggedInUser', 'MyTeamUser'], READ_ONLY),
        reference('RunningUserId', 'Running User ID', 'User', 'RunningUser', undefined, READ_ONLY),
      ],
      { ...readOnly, nameField: 'Title' },
    ),
  ];
}
