declare module 'host/components' {
  import type { LightningElement } from 'lwc';

  /** Loaders by `namespace:name`. */
  const components: Record<string, (() => Promise<{ default: typeof LightningElement }>) | undefined>;
  export default components;
}

declare module '@lwc/synthetic-shadow';
