import { keyOfName } from './names.ts';

/** Postal codes of the states of the United States (USPS publication 28, appendix B) and of the provinces of Canada. */
const STATES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  US: {
    ...{ AL: 'Alabama', AK: 'Alaska', AZ: 'Arizona', AR: 'Arkansas', CA: 'California', CO: 'Colorado' },
    ...{ CT: 'Connecticut', DE: 'Delaware', DC: 'District of Columbia', FL: 'Florida', GA: 'Georgia', HI: 'Hawaii' },
    ...{ ID: 'Idaho', IL: 'Illinois', IN: 'Indiana', IA: 'Iowa', KS: 'Kansas', KY: 'Kentucky', LA: 'Louisiana' },
    ...{ ME: 'Maine', MD: 'Maryland', MA: 'Massachusetts', MI: 'Michigan', MN: 'Minnesota', MS: 'Mississippi' },
    ...{ MO: 'Missouri', MT: 'Montana', NE: 'Nebraska', NV: 'Nevada', NH: 'New Hampshire', NJ: 'New Jersey' },
    ...{ NM: 'New Mexico', NY: 'New York', NC: 'North Carolina', ND: 'North Dakota', OH: 'Ohio', OK: 'Oklahoma' },
    ...{ OR: 'Oregon', PA: 'Pennsylvania', RI: 'Rhode Island', SC: 'South Carolina', SD: 'South Dakota' },
    ...{ TN: 'Tennessee', TX: 'Texas', UT: 'Utah', VT: 'Vermont', VA: 'Virginia', WA: 'Washington' },
    ...{ WV: 'West Virginia', WI: 'Wisconsin', WY: 'Wyoming', AS: 'American Samoa', GU: 'Guam' },
    ...{ MP: 'Northern Mariana Islands', PR: 'Puerto Rico', VI: 'Virgin Islands' },
    ...{ AA: 'Armed Forces Americas', AE: 'Armed Forces Europe', AP: 'Armed Forces Pacific' },
  },
  CA: {
    ...{ AB: 'Alberta', BC: 'British Columbia', MB: 'Manitoba', NB: 'New Brunswick' },
    ...{ NL: 'Newfoundland and Labrador', NS: 'Nova Scotia', NT: 'Northwest Territories', NU: 'Nunavut' },
    ...{ ON: 'Ontario', PE: 'Prince Edward Island', QC: 'Quebec', SK: 'Saskatchewan', YT: 'Yukon' },
  },
};

const CODES = new Map(
  Object.entries(STATES).map(([country, states]) => [
    country,
    new Map(Object.entries(states).flatMap(([code, name]) => [code, name].map((text) => [keyOfName(text), code]))),
  ]),
);

/** Whether addresses in the country carry a state that billing checks. */
export const hasStates = (country: string | null): boolean => country !== null && CODES.has(country);

/**
 * @param country ISO 3166-1 alpha-2 code
 * @param text name of a state in English, or its postal code
 * @returns its code; null where the country has no state of that name, or none that is checked
 */
export function stateCodeOf(country: string | null, text: string): string | null {
  return (country !== null && CODES.get(country)?.get(keyOfName(text))) || null;
}

/** @returns the English name of a state by its code; what is given where it is none */
export function stateNameOf(country: string | null, code: string): string {
  return (country !== null && STATES[country]?.[code]) || code;
}
