import type { Field, FieldValue } from '../org/types.ts';

/** Long text areas have more than 255 characters; they can be read but not filtered, sorted or grouped. */
export function isLongText(field: Field): boolean {
  return field.type === 'textarea' && (field.length ?? 0) > 255;
}

/** Instants leave the UI API with milliseconds and Z, where REST has +0000. */
export function shownValue(field: Field, value: FieldValue): FieldValue {
  return field.type === 'datetime' && typeof value === 'string' ? new Date(value).toISOString() : value;
}

// Java, which formats these values in a real org, puts a plain space before AM and PM.
const plainSpaces = (text: string) => text.replaceAll('\u202f', ' ');

function number(field: Field, value: number, options: Intl.NumberFormatOptions = {}): string {
  const maximumFractionDigits = field.scale ?? 0;
  return new Intl.NumberFormat('en-US', { maximumFractionDigits, ...options }).format(value);
}

/**
 * `displayValue` of a field in en-US: dates as 2/11/2022, instants as 6/14/2021, 12:00 PM in the user's time zone,
 * numbers grouped, picklists as their label; null for text, ids, check boxes and empty values
 * (shape recorded in Salesforce's own LDS test data: custom-field-types, ServiceAppointment).
 */
export function displayValue(field: Field, value: FieldValue, timeZone: string): string | null {
  if (value === null) return null;
  switch (field.type) {
    case 'date':
      return new Intl.DateTimeFormat('en-US', { timeZone: 'UTC' }).format(new Date(String(value)));
    case 'datetime':
      return plainSpaces(
        new Intl.DateTimeFormat('en-US', {
          timeZone,
          year: 'numeric',
          month: 'numeric',
          day: 'numeric',
          hour: 'numeric',
          minute: '2-digit',
        }).format(new Date(String(value))),
      );
    case 'double':
    case 'int':
    case 'percent':
      return number(field, Number(value));
    case 'currency':
      return number(field, Number(value), {
        style: 'currency',
        currency: 'USD',
        minimumFractionDigits: field.scale ?? 0,
      });
    case 'picklist':
      return field.picklist?.labels?.[String(value)] ?? String(value);
    case 'multipicklist':
      return String(value);
    default:
      return null;
  }
}
