import { config } from './pageConfig.ts';

declare global {
  interface Window {
    loadComponent(file: string, from: string): Promise<unknown>;
  }
}

const failed = new Map<string, number>();

/**
 * What `import()` of a bundle becomes: an org without Lightning Web Security loads nothing that way. A browser would not ask
 * again for a module that it could not get; an org's loader does.
 */
window.loadComponent = async (file, from) => {
  if (!config.lightningWebSecurity) throw new Error('Dynamic import needs Lightning Web Security');
  const before = failed.get(file) ?? 0;
  try {
    return (await import(new URL(before > 0 ? `${file}?again=${before}` : file, from).href)) as unknown;
  } catch (fault) {
    failed.set(file, before + 1);
    throw fault;
  }
};
