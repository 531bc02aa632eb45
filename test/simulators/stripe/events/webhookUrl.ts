import { invalid } from '../protocol/errors.ts';

/** @throws 400 unless it is an address that can be posted to */
export function checkedUrl(url: string): string {
  if (!URL.canParse(url) || !/^https?:/.test(url))
    throw invalid('Invalid URL: An explicit scheme (such as https) must be provided.', 'url', 'url_invalid');
  return url;
}
