import type { Field, Sharing, SObject } from '../../types.ts';
import { fieldMap, number, picklist, standardField, systemFields, text } from '../fields.ts';

export type StandardOptions = { personAccounts: boolean };

export function address(prefix: string, label: string): Field[] {
  return [
    standardField(`${prefix}Street`, `${label} Street`, 'textarea', { length: 255 }),
    text(`${prefix}City`, `${label} City`, 40),
    text(`${prefix}State`, `${label} State/Province`, 80),
    text(`${prefix}PostalCode`, `${label} Zip/Postal Code`, 20),
    text(`${prefix}Country`, `${label} Country`, 80),
    number(`${prefix}Latitude`, `${label} Latitude`, 18, 15),
    number(`${prefix}Longitude`, `${label} Longitude`, 18, 15),
    picklist(
      `${prefix}GeocodeAccuracy`,
      `${label} Geocode Accuracy`,
      ['Address', 'Street', 'City', 'State', 'Unknown'],
      {
        picklist: {
          restricted: true,
          values: ['Address', 'NearAddress', 'Block', 'Street', 'Zip', 'City', 'State', 'Unknown'],
        },
      },
    ),
  ];
}

type Extras = Partial<Pick<SObject, 'label' | 'nameField' | 'operations' | 'apiOnly'>>;

export function standard(
  name: string,
  labelPlural: string,
  keyPrefix: string,
  sharing: Sharing,
  fields: readonly Field[],
  extras: Extras = {},
): SObject {
  const all = fieldMap([...systemFields(), ...fields]);
  return {
    name,
    label: name.replace(/([a-z])([A-Z])/g, '$1 $2'),
    labelPlural,
    keyPrefix,
    custom: false,
    sharing,
    fields: all,
    nameField: all.has('Name') ? 'Name' : null,
    validationRules: [],
    ...extras,
  };
}

/** Objects that describe the org; setup changes them, no API does. */
export const SETUP_ONLY = { create: false, update: false, delete: false };

export const LEAD_SOURCES = ['Web', 'Phone Inquiry', 'Partner Referral', 'Purchased List', 'Other'];
export const SALUTATIONS = ['Mr.', 'Ms.', 'Mrs.', 'Dr.', 'Prof.'];
