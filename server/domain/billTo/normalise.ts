import { NO_ADDRESS, type BillTo, type BillToAddress } from './billTo.ts';
import { countryCodeOf } from './countries.ts';
import { stateCodeOf } from './states.ts';

/** @returns the text composed (NFC), with one blank between words and nothing that cannot be printed; null for none */
export function tidy(text: string | null | undefined): string | null {
  const clean = (text ?? '')
    .replace(/(?!\s)[\p{Cc}\u{AD}\u{200B}\u{2060}]/gu, '')
    .normalize('NFC')
    .replace(/[\p{Z}\s]+/gu, ' ')
    .trim();
  return clean === '' ? null : clean;
}

/** @returns the address with its domain in small letters; the part before it stands, since only its owner knows whether case counts */
export function tidyEmail(email: string | null | undefined): string | null {
  const text = tidy(email);
  const at = text?.lastIndexOf('@') ?? -1;
  return text === null || at < 0 ? text : text.slice(0, at) + text.slice(at).toLowerCase();
}

/** Street of any number of lines, in one or two texts. */
function streetOf(...lines: (string | null | undefined)[]): Pick<BillToAddress, 'street' | 'street2'> {
  const [street = null, ...others] = lines
    .flatMap((one) => (one ?? '').split(/[\r\n]+/))
    .flatMap((line) => tidy(line) ?? []);
  return { street, street2: others.length === 0 ? null : others.join(', ') };
}

/** What an address is read from; texts as they stand in a system. */
export type RawAddress = { [part in keyof BillToAddress]?: string | null | undefined };

export function normaliseAddress(raw: RawAddress): BillToAddress {
  const named = tidy(raw.country);
  const country = named === null ? null : (countryCodeOf(named) ?? named);
  const state = tidy(raw.state);
  return {
    ...NO_ADDRESS,
    ...streetOf(raw.street, raw.street2),
    city: tidy(raw.city),
    state: state === null ? null : (stateCodeOf(country, state) ?? state),
    postalCode: tidy(raw.postalCode),
    country,
  };
}

/** What a bill-to is read from; texts as they stand in a system. */
export type RawBillTo = { [part in keyof Omit<BillTo, 'address' | 'more'>]?: string | null | undefined } & {
  address?: RawAddress | null | undefined;
  more?: Readonly<Record<string, string | null | undefined>> | undefined;
};

export function normaliseBillTo(raw: RawBillTo): BillTo {
  return {
    firstName: tidy(raw.firstName),
    lastName: tidy(raw.lastName),
    company: tidy(raw.company),
    email: tidyEmail(raw.email),
    phone: tidy(raw.phone),
    address: normaliseAddress(raw.address ?? {}),
    more: Object.fromEntries(Object.entries(raw.more ?? {}).map(([name, text]) => [name, tidy(text)])),
  };
}
