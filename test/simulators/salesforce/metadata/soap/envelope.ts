import { XMLParser } from 'fast-xml-parser';
import { escapeXml, NAMESPACE } from '../xml/document.ts';

/** One call over SOAP: its operation, and what it carries as text, lists and objects. */
type SoapCall = { operation: string; body: Readonly<Record<string, unknown>>; sessionId: string | null };

const parser = new XMLParser({ removeNSPrefix: true, ignoreAttributes: true, parseTagValue: false });

/** @throws Error when it is no SOAP envelope */
export function readEnvelope(text: string): SoapCall {
  const document = parser.parse(text, true) as { Envelope?: { Header?: unknown; Body?: unknown } };
  const { Header, Body } = document.Envelope ?? {};
  if (typeof Body !== 'object' || Body === null) throw new Error('no SOAP body');
  const [operation, body] = Object.entries(Body)[0] ?? [];
  if (operation === undefined) throw new Error('the SOAP body is empty');
  const session = (Header as { SessionHeader?: { sessionId?: string } } | undefined)?.SessionHeader?.sessionId;
  return {
    operation,
    body: typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {},
    sessionId: session ?? null,
  };
}

/** Text that is XML already. */
export class RawXml {
  readonly xml: string;

  constructor(xml: string) {
    this.xml = xml;
  }
}

/** A value as elements of that name: lists repeat it, absent values are left out. */
export function elements(name: string, value: unknown): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.map((one) => elements(name, one)).join('');
  if (value instanceof RawXml) return `<${name}>${value.xml}</${name}>`;
  if (typeof value === 'object') return `<${name}>${inner(value as Record<string, unknown>)}</${name}>`;
  return `<${name}>${escapeXml(String(value))}</${name}>`;
}

export const inner = (value: Readonly<Record<string, unknown>>): string =>
  Object.entries(value)
    .map(([name, one]) => elements(name, one))
    .join('');

const enveloped = (body: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns="${NAMESPACE}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>${body}</soapenv:Body></soapenv:Envelope>`;

/** @param result one `result` element, or one each when it is a list */
export const answer = (operation: string, result: unknown): string =>
  enveloped(`<${operation}Response>${elements('result', result)}</${operation}Response>`);

/** An error that the whole call has (Metadata API Developer Guide, "API Faults"). */
export class SoapFault extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }

  toXml(): string {
    const text = escapeXml(`${this.code}: ${this.message}`);
    return enveloped(
      `<soapenv:Fault xmlns:sf="${NAMESPACE}"><faultcode>sf:${this.code}</faultcode><faultstring>${text}</faultstring></soapenv:Fault>`,
    );
  }
}
