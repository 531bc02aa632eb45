declare module 'host/components' {
  import type { LightningElement } from 'lwc';

  /** Loaders by `namespace:name`. */
  const components: Record<string, (() => Promise<{ default: typeof LightningElement }>) | undefined>;
  export default components;
}

declare module '@lwc/synthetic-shadow';

declare module 'lightning/modal' {
  import { LightningElement } from 'lwc';

  export default class LightningModal extends LightningElement {
    static open(properties: Readonly<Record<string, unknown>>): Promise<unknown>;
    label: string;
    close(result?: unknown): void;
  }
}
