/** Folders of the package that its permission sets and flows speak of: a package without pages and bundles needs them all. */
export const PARTS = [
  ...['objects', 'permissionsets', 'tabs', 'customPermissions', 'flows', 'externalServiceRegistrations'],
  ...['namedCredentials', 'externalCredentials', 'applications', 'labels'],
];
