export type PageField = {
  name: string;
  label: string;
  type: string;
  /** How to reach the name of the record that a reference points to, such as `Owner.Name`. */
  namePath: string | null;
  /** The user may change it here; references and formulas are changed elsewhere. */
  editable: boolean;
  required: boolean;
  /** Values of a picklist; null for other types. */
  values: { label: string; value: string }[] | null;
};

/** Records that refer to the one of the page; `id` is the name of the relationship. */
export type RelatedList = { id: string; label: string; object: string; columns: PageField[] };

/** What the server tells the page, in a script element of type application/json. */
export type PageConfig = {
  apiVersion: string;
  userId: string;
  /** Custom permissions that the user has. */
  customPermissions: string[];
  /** Without it no component is loaded after the page. */
  lightningWebSecurity: boolean;
  /** IANA name. */
  timeZone: string;
  record: { id: string; objectApiName: string; objectLabel: string };
  /** Fields that the user may read. */
  fields: PageField[];
  /** Names of the fields that stand beside the record's name. */
  highlights: string[];
  /** Names of the fields that Edit offers, as far as they may be changed. */
  form: string[];
  /** Names of the fields of the details. */
  sections: { heading: string | null; columns: string[][] }[];
  relatedLists: RelatedList[];
};

const element = document.getElementById('page-config');
if (!element) throw new Error('The page has no configuration');

export const config = JSON.parse(element.textContent) as PageConfig;
