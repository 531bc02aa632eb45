import { LEVELS } from '../../org/sharing/levels.ts';
import { systemFields } from '../../org/schema/fields.ts';
import type { SharingRule } from '../../org/sharing/rules.ts';
import type { Element, MetadataFile } from '../../org/schema/metadata.ts';

/** To whom list views and folders are shown, as sharing rules call them. */
export type Audience = readonly string[];
export const EVERYBODY: Audience = ['allInternalUsers'];

/** `<sharedTo>` of a list view; everybody without one (Metadata API Developer Guide, "SharedTo"). */
export function listAudience(file: MetadataFile): Audience {
  const element = file.list(file.root, 'sharedTo')[0];
  if (!element) return EVERYBODY;
  const kinds: Readonly<Record<string, string>> = {
    ...{ group: 'group', groups: 'group', role: 'role', roles: 'role' },
    ...{ roleAndSubordinates: 'roleAndSubordinates', roleAndSubordinatesInternal: 'roleAndSubordinates' },
  };
  file.allow(element, [...Object.keys(kinds), 'allInternalUsers']);
  if (element.children.has('allInternalUsers')) return EVERYBODY;
  return Object.entries(kinds).flatMap(([name, kind]) => file.list(element, name).map(({ text }) => `${kind}:${text}`));
}

const SHARED_TO: Readonly<Record<string, string>> = {
  Group: 'group',
  Role: 'role',
  RoleAndSubordinates: 'roleAndSubordinates',
  RoleAndSubordinatesInternal: 'roleAndSubordinates',
  User: 'user',
};

/** One entry of `<folderShares>`; whoever may edit or manage may look too. */
function shareOf(file: MetadataFile, share: Element): string {
  file.allow(share, ['accessLevel', 'sharedTo', 'sharedToType']);
  const level = file.need(share, 'accessLevel');
  if (!['View', 'EditAllContents', 'Manage'].includes(level))
    throw file.fault(`'${level}' is not a valid value for the enum 'FolderShareAccessLevel'`);
  const type = file.need(share, 'sharedToType');
  if (type === 'Organization') return EVERYBODY[0]!;
  const kind = SHARED_TO[type];
  if (kind === undefined) throw file.fault(`sharedToType ${type} is not supported by the simulated org`);
  return `${kind}:${file.need(share, 'sharedTo')}`;
}

/** Who sees what lies in a folder: everybody in a public one, else those whom it is shared with, and admins. */
export function folderAudience(file: MetadataFile): Audience {
  const access = file.text(file.root, 'accessType') ?? 'Shared';
  if (!['Public', 'PublicInternal', 'Hidden', 'Shared'].includes(access))
    throw file.fault(`'${access}' is not a valid value for the enum 'FolderAccessTypes'`);
  const shares = file.list(file.root, 'folderShares').map((share) => shareOf(file, share));
  if (access === 'Hidden') return [];
  return access === 'Shared' ? shares : EVERYBODY;
}

const ID = systemFields().find(({ name }) => name === 'Id')!;

/** Rules that show one record of `object` to an audience. */
export const rulesOf = (object: string, audience: Audience, id: string): SharingRule[] =>
  audience.map((to) => ({
    ...{ object, to, from: null, level: LEVELS.read, children: {} },
    matches: (valueOf) => valueOf(ID) === id,
  }));
