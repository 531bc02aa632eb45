import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** A key of 32 bytes with the name that stands in front of what it sealed. */
export type SealKey = { id: string; key: Buffer };

export class SealError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SealError';
  }
}

/** Seals secrets that are stored: AES-256-GCM with a random nonce, bound to the name of the row that holds them. */
export type Sealer = {
  /** @returns `<key id>:<base64url of nonce, ciphertext and tag>` */
  seal(name: string, secret: string): string;
  /** @throws SealError when its key is not known, or it was changed, or it belongs to another row */
  open(name: string, sealed: string): string;
  /** True when it was sealed by the key that seals now. */
  isCurrent(sealed: string): boolean;
};

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** How a key is made, for people. */
export const SEAL_KEY_EXAMPLE = `Make one with: node -e "console.log('k1:' + crypto.randomBytes(32).toString('base64'))"`;

/**
 * @param text `<id>:<base64 of 32 bytes>`, comma or line separated
 * @returns what is wrong with it, in words, or the keys
 */
export function readSealKeys(text: string): SealKey[] | string {
  const parts = text.split(/[,\n]/).map((part) => part.trim());
  const keys = parts
    .filter((part) => part !== '')
    .map((part): SealKey => {
      const [id = '', encoded = ''] = [part.slice(0, part.indexOf(':')), part.slice(part.indexOf(':') + 1)];
      return { id, key: Buffer.from(encoded, 'base64') };
    });
  if (keys.length === 0) return `It holds no key. ${SEAL_KEY_EXAMPLE}`;
  if (keys.some(({ id, key }) => !/^[A-Za-z0-9_-]{1,20}$/.test(id) || key.length !== 32))
    return `Each part must be a short name, a colon and 32 bytes in base64. ${SEAL_KEY_EXAMPLE}`;
  if (new Set(keys.map(({ id }) => id)).size < keys.length) return 'Two keys have the same name; give each its own.';
  return keys;
}

/** @param keys the first one seals, all of them open */
export function createSealer(keys: readonly SealKey[]): Sealer {
  const first = keys[0];
  if (first === undefined) throw new SealError(`There is no key to seal with. ${SEAL_KEY_EXAMPLE}`);
  return {
    seal(name, secret) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', first.key, nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(Buffer.from(`${first.id}\n${name}`));
      const parts = [nonce, cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()];
      return `${first.id}:${Buffer.concat(parts).toString('base64url')}`;
    },
    open(name, sealed) {
      const id = sealed.slice(0, sealed.indexOf(':'));
      const key = keys.find((one) => one.id === id)?.key;
      if (key === undefined)
        throw new SealError(`${name} was sealed with key ${id}, which SEAL_KEYS does not hold. Add that key again.`);
      const bytes = Buffer.from(sealed.slice(id.length + 1), 'base64url');
      try {
        const nonce = bytes.subarray(0, NONCE_BYTES);
        const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
        decipher.setAAD(Buffer.from(`${id}\n${name}`));
        decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
        const secret = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
        return secret.toString('utf8');
      } catch (cause) {
        const message = `What is stored as ${name} is not what was sealed there: it was changed, or its key was. Set the secret anew.`;
        throw new SealError(message, { cause });
      }
    },
    isCurrent: (sealed) => sealed.startsWith(`${first.id}:`),
  };
}
