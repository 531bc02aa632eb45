import { AnswerOutOfBounds } from './boundedAgent.ts';

const UNTRUSTED = 'is not signed by an authority that this machine trusts';

const WORDS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name is not known; check the address and the name service of this machine',
  EAI_AGAIN: 'its name cannot be looked up now; check the name service of this machine',
  CERT_HAS_EXPIRED: 'its TLS certificate has expired, so nothing is sent to it',
  CERT_NOT_YET_VALID: 'its TLS certificate is not valid yet, so nothing is sent to it; check the clock of this machine',
  DEPTH_ZERO_SELF_SIGNED_CERT: `its TLS certificate ${UNTRUSTED}, so nothing is sent to it`,
  SELF_SIGNED_CERT_IN_CHAIN: `its TLS certificate ${UNTRUSTED}, so nothing is sent to it`,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: `its TLS certificate ${UNTRUSTED}, so nothing is sent to it`,
  UNABLE_TO_GET_ISSUER_CERT: `its TLS certificate ${UNTRUSTED}, so nothing is sent to it`,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: `its TLS certificate ${UNTRUSTED}, so nothing is sent to it`,
  ERR_TLS_CERT_ALTNAME_INVALID: 'its TLS certificate is for another name, so nothing is sent to it; check the address',
};

/** Of a connection that did not come about. */
const NOT_CONNECTED: ReadonlySet<string> = new Set([...Object.keys(WORDS), 'ECONNREFUSED', 'UND_ERR_CONNECT_TIMEOUT']);

/** An error and what caused it. */
function chainOf(error: unknown): { one: Error; code: string }[] {
  const chain = [];
  for (let one = error; one instanceof Error && chain.length < 6; one = one.cause)
    chain.push({ one, code: 'code' in one && typeof one.code === 'string' ? one.code : '' });
  return chain;
}

/** @returns whether a call failed before anything of it was sent */
export function wasNeverSent(error: unknown): boolean {
  return chainOf(error).some(({ code }) => NOT_CONNECTED.has(code));
}

/**
 * @returns why no answer came, in words that follow "could not be reached:", where the words help whoever reads them;
 * null for what passes by itself
 */
export function connectionTrouble(error: unknown): string | null {
  for (const { one, code } of chainOf(error)) {
    if (one instanceof AnswerOutOfBounds)
      return one.message.replace(/\.$/, '').replace(/^[A-Z]/, (c) => c.toLowerCase());
    if (WORDS[code] !== undefined) return WORDS[code];
  }
  return null;
}
