import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { generate } from 'selfsigned';

/** PEM texts. */
export type Certificate = { cert: string; key: string };

/**
 * A certificate of our own for localhost and 127.0.0.1, good for a year of real time. Clients trust it when they are given
 * `cert` as authority, for instance by NODE_EXTRA_CA_CERTS.
 * @param file keeps certificate and key in one file, so that those who were told to trust it go on to
 */
export async function makeCertificate(file?: string): Promise<Certificate> {
  if (file !== undefined && existsSync(file)) {
    const text = readFileSync(file, 'utf8');
    const end = text.indexOf('-----BEGIN CERTIFICATE-----');
    return { key: text.slice(0, end), cert: text.slice(end) };
  }
  const notBeforeDate = new Date(Date.now() - 86_400_000);
  const made = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    notBeforeDate,
    notAfterDate: new Date(notBeforeDate.getTime() + 366 * 86_400_000),
    extensions: [
      { name: 'basicConstraints', cA: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  if (file !== undefined) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, made.private + made.cert, { mode: 0o600 });
  }
  return { cert: made.cert, key: made.private };
}
