/** How metadata of one type lies in a zip, in a source folder and in a manifest. */
export type MetadataType = {
  name: string;
  /** Folder of the zip. */
  folder: string;
  /** Ending of its files; absent for bundles, which are folders. */
  suffix?: string;
  /** Reports and dashboards lie in folders of the org that are components themselves. */
  inFolder?: boolean;
  /** Elements of the file that are components of their own, by element: their type and what they are called in manifests. */
  children?: Readonly<Record<string, MetadataChild>>;
};

type MetadataChild = {
  type: string;
  /** Folder and ending in source format, when each child is a file of its own there. */
  folder?: string;
  suffix?: string;
};

const OBJECT_CHILDREN: Readonly<Record<string, MetadataChild>> = {
  businessProcesses: { type: 'BusinessProcess', folder: 'businessProcesses', suffix: 'businessProcess' },
  compactLayouts: { type: 'CompactLayout', folder: 'compactLayouts', suffix: 'compactLayout' },
  fieldSets: { type: 'FieldSet', folder: 'fieldSets', suffix: 'fieldSet' },
  fields: { type: 'CustomField', folder: 'fields', suffix: 'field' },
  indexes: { type: 'Index', folder: 'indexes', suffix: 'index' },
  listViews: { type: 'ListView', folder: 'listViews', suffix: 'listView' },
  recordTypes: { type: 'RecordType', folder: 'recordTypes', suffix: 'recordType' },
  sharingReasons: { type: 'SharingReason', folder: 'sharingReasons', suffix: 'sharingReason' },
  validationRules: { type: 'ValidationRule', folder: 'validationRules', suffix: 'validationRule' },
  webLinks: { type: 'WebLink', folder: 'webLinks', suffix: 'webLink' },
};

const plain = (name: string, folder: string, suffix: string): MetadataType => ({ name, folder, suffix });

/** What the simulated org can hold, in the order in which an org takes it in (Metadata API Developer Guide, "Metadata Types"). */
export const METADATA_TYPES: readonly MetadataType[] = [
  { ...plain('CustomLabels', 'labels', 'labels'), children: { labels: { type: 'CustomLabel' } } },
  plain('Group', 'groups', 'group'),
  { ...plain('CustomObject', 'objects', 'object'), children: OBJECT_CHILDREN },
  plain('CustomPermission', 'customPermissions', 'customPermission'),
  plain('ReportType', 'reportTypes', 'reportType'),
  {
    ...plain('MatchingRules', 'matchingRules', 'matchingRule'),
    children: { matchingRules: { type: 'MatchingRule' } },
  },
  plain('DuplicateRule', 'duplicateRules', 'duplicateRule'),
  {
    ...plain('SharingRules', 'sharingRules', 'sharingRules'),
    children: {
      sharingCriteriaRules: { type: 'SharingCriteriaRule' },
      sharingOwnerRules: { type: 'SharingOwnerRule' },
    },
  },
  plain('ExternalCredential', 'externalCredentials', 'externalCredential'),
  plain('NamedCredential', 'namedCredentials', 'namedCredential'),
  plain('ExternalServiceRegistration', 'externalServiceRegistrations', 'externalServiceRegistration'),
  plain('PlatformEventChannel', 'platformEventChannels', 'platformEventChannel'),
  plain('PlatformEventChannelMember', 'platformEventChannelMembers', 'platformEventChannelMember'),
  { name: 'LightningComponentBundle', folder: 'lwc' },
  plain('Flow', 'flows', 'flow'),
  plain('QuickAction', 'quickActions', 'quickAction'),
  plain('FlexiPage', 'flexipages', 'flexipage'),
  plain('Layout', 'layouts', 'layout'),
  plain('CustomTab', 'tabs', 'tab'),
  plain('CustomApplication', 'applications', 'app'),
  { ...plain('Report', 'reports', 'report'), inFolder: true },
  { ...plain('Dashboard', 'dashboards', 'dashboard'), inFolder: true },
  plain('PermissionSet', 'permissionsets', 'permissionset'),
];

export const typeNamed = (name: string): MetadataType | undefined => METADATA_TYPES.find((type) => type.name === name);
