/** What a profile or a permission set grants; a user has the union of them all. */

export type ObjectPermission = {
  create: boolean;
  read: boolean;
  edit: boolean;
  delete: boolean;
  viewAll: boolean;
  modifyAll: boolean;
  viewAllFields: boolean;
};

export type Permissions = {
  name: string;
  label: string;
  description: string | null;
  objects: Map<string, ObjectPermission>;
  /** By `Object.Field`. */
  fields: Map<string, { read: boolean; edit: boolean }>;
  /** User permissions such as `ApiEnabled`. */
  user: Set<string>;
  /** Names of custom permissions. */
  custom: Set<string>;
  /** Principals of external credentials, `Credential-Principal`. */
  principals: Set<string>;
  flows: Set<string>;
  /** `Object.DeveloperName` of record types that may be chosen. */
  recordTypes: Set<string>;
  /** Apps and tabs that are shown. */
  apps: Set<string>;
  tabs: Set<string>;
};

export function noPermission(): ObjectPermission {
  return {
    create: false,
    read: false,
    edit: false,
    delete: false,
    viewAll: false,
    modifyAll: false,
    viewAllFields: false,
  };
}

export function emptyPermissions(name: string, label: string): Permissions {
  return {
    name,
    label,
    description: null,
    objects: new Map(),
    fields: new Map(),
    user: new Set(),
    custom: new Set(),
    principals: new Set(),
    flows: new Set(),
    recordTypes: new Set(),
    apps: new Set(),
    tabs: new Set(),
  };
}
