import { category, resource, ZuoraError } from '../protocol/errors.ts';

/** Codes and names of the subregions that a tenant has from the start; other countries have none here. */
const STATES: Readonly<Record<string, string>> = {
  US: `AL Alabama,AK Alaska,AZ Arizona,AR Arkansas,CA California,CO Colorado,CT Connecticut,DE Delaware,
    DC District of Columbia,FL Florida,GA Georgia,HI Hawaii,ID Idaho,IL Illinois,IN Indiana,IA Iowa,KS Kansas,KY Kentucky,
    LA Louisiana,ME Maine,MD Maryland,MA Massachusetts,MI Michigan,MN Minnesota,MS Mississippi,MO Missouri,MT Montana,
    NE Nebraska,NV Nevada,NH New Hampshire,NJ New Jersey,NM New Mexico,NY New York,NC North Carolina,ND North Dakota,OH Ohio,
    OK Oklahoma,OR Oregon,PA Pennsylvania,RI Rhode Island,SC South Carolina,SD South Dakota,TN Tennessee,TX Texas,UT Utah,
    VT Vermont,VA Virginia,WA Washington,WV West Virginia,WI Wisconsin,WY Wyoming`,
  CA: `AB Alberta,BC British Columbia,MB Manitoba,NB New Brunswick,NL Newfoundland and Labrador,NS Nova Scotia,
    NT Northwest Territories,NU Nunavut,ON Ontario,PE Prince Edward Island,QC Quebec,SK Saskatchewan,YT Yukon`,
};

const regions = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
const codes = letters
  .flatMap((one) => letters.map((two) => one + two))
  .filter((code) => regions.of(code) !== undefined);
const countries = new Map(codes.flatMap((code) => [code, regions.of(code)!].map((text) => [text.toLowerCase(), code])));
countries.set('usa', 'US');

/**
 * Zuora takes countries by name or code, and where a country has subregions, these too (Zuora docs, "Set up countries,
 * regions, and subregions"). Its wording is not known.
 * @throws ZuoraError for a place that there is not
 */
export function checkPlace({ country, state }: { country: string | null; state: string | null }): void {
  if (!country) return;
  const code = countries.get(country.toLowerCase());
  if (code === undefined)
    throw new ZuoraError(category.badValue, `The country ${country} is invalid.`, resource.contact);
  const states = STATES[code]?.split(',').map((one) => one.trim());
  const known = states?.some((one) => {
    const [short, long] = [one.slice(0, 2), one.slice(3)].map((text) => text.toLowerCase());
    return [short, long].includes(state?.toLowerCase());
  });
  if (state && known === false)
    throw new ZuoraError(category.badValue, `The state ${state} is invalid for ${country}.`, resource.contact);
}
