import { config } from '../pageConfig.ts';

export type PageReference = {
  type: string;
  attributes?: Record<string, string | undefined>;
  state?: Record<string, string>;
};

const Navigate = Symbol('Navigate');
const GenerateUrl = Symbol('GenerateUrl');

function urlOf({ type, attributes = {} }: PageReference): string {
  const { recordId, objectApiName, url } = attributes;
  if (type === 'standard__recordPage' && recordId)
    return `/lightning/r/${objectApiName ?? config.record.objectApiName}/${recordId}/view`;
  if (type === 'standard__webPage' && url) return url;
  if (type === 'standard__objectPage') return `/lightning/o/${objectApiName}/list`;
  throw new Error(`Navigation to ${type} is not supported by the simulated org`);
}

type Constructor = new (...args: never[]) => object;

/** `lightning/navigation` for record, object and web pages. */
export function NavigationMixin<Base extends Constructor>(Component: Base) {
  return class extends (Component as Constructor) {
    [Navigate](page: PageReference, replace = false): void {
      const url = urlOf(page);
      if (page.type === 'standard__webPage') window.open(url, '_blank', 'noopener');
      else if (replace) location.replace(url);
      else location.assign(url);
    }

    [GenerateUrl](page: PageReference): Promise<string> {
      return Promise.resolve(urlOf(page));
    }
  };
}
NavigationMixin.Navigate = Navigate;
NavigationMixin.GenerateUrl = GenerateUrl;

const current: PageReference = {
  type: 'standard__recordPage',
  attributes: { recordId: config.record.id, objectApiName: config.record.objectApiName, actionName: 'view' },
  state: {},
};

export class CurrentPageReference {
  constructor(emit: (page: PageReference) => void) {
    emit(current);
  }

  connect(): void {}

  disconnect(): void {}

  update(): void {}
}
